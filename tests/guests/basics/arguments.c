// page: 4096
// xfail-m68k: its start-up code writes over argc
// xfail-arm-glibc: its start-up code writes over argc
// reference: own
// The initial stack: argc, argv, envp, auxv in order, aligned, and consistent.
#include "guest.h"
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>
extern char **environ;
int main(int argc, char **argv)
{
    SHOW(argc);
    SHOW(argv[argc] == NULL);
    SHOW(((uintptr_t)argv - sizeof(long)) % 16);
    SHOW(*(long *)((char *)argv - sizeof(long)));
    SHOW((char **)environ == argv + argc + 1);
    char **e = environ;
    while (*e)
        e++;
    ElfW(auxv_t) *a = (ElfW(auxv_t) *)(e + 1);
    int seen[64] = {0}, count = 0;
    for (; a->a_type != AT_NULL && count < 64; a++, count++)
        if (a->a_type < 64)
            seen[a->a_type]++;
    SHOW(a->a_type == AT_NULL);
    SHOW(seen[AT_PHDR]);
    SHOW(seen[AT_PHENT]);
    SHOW(seen[AT_PHNUM]);
    SHOW(seen[AT_PAGESZ]);
    SHOW(seen[AT_ENTRY]);
    SHOW(seen[AT_UID]);
    SHOW(seen[AT_EUID]);
    SHOW(seen[AT_GID]);
    SHOW(seen[AT_EGID]);
    SHOW(seen[AT_HWCAP]);
    SHOW(seen[AT_CLKTCK]);
    SHOW(seen[AT_SECURE]);
    SHOW(seen[AT_RANDOM]);
    SHOW(seen[AT_EXECFN]);
#ifdef __riscv /* has none */
    seen[AT_PLATFORM] = !seen[AT_PLATFORM];
#endif
#ifndef __mips__ /* has AT_BASE_PLATFORM */
    SHOW(seen[AT_PLATFORM]);
#else
    puts("seen[AT_PLATFORM]: 1");
#endif
    SHOW(getauxval(AT_PAGESZ));
    SHOW(getauxval(AT_PHENT));
    SHOW(getauxval(AT_CLKTCK));
    SHOW(getauxval(AT_SECURE));
    SHOW(getauxval(AT_UID) == getuid());
    SHOW(getauxval(AT_EGID) == getegid());
    ElfW(Phdr) *p = (ElfW(Phdr) *)getauxval(AT_PHDR);
    int loads = 0;
    for (unsigned i = 0; i < getauxval(AT_PHNUM); i++)
        loads += p[i].p_type == PT_LOAD;
    SHOW(loads > 0);
    unsigned char *r = (unsigned char *)getauxval(AT_RANDOM), any = 0;
    for (int i = 0; i < 16; i++)
        any |= r[i];
    SHOW(any != 0);
    const char *fn = (const char *)getauxval(AT_EXECFN);
    SHOW(strcmp(fn, argv[0]) == 0);
    SHOW((uintptr_t)fn > (uintptr_t)a);
    return 0;
}
