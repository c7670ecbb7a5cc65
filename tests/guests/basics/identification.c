// arch: aarch64
// Identification registers: programs may read them, since the kernel says what is in them.
#include "guest.h"
#include <sys/auxv.h>
static sigjmp_buf back;
static void on_ill(int n)
{
    siglongjmp(back, n);
}
#define READ(name) ({ unsigned long value; __asm__ volatile("mrs %0, " name : "=r"(value)); value; })
int main(void)
{
    unsigned long has = getauxval(AT_HWCAP), found;
    signal(SIGILL, on_ill);
    SHOW((has >> 11 & 1));
    found = READ("id_aa64pfr0_el1");
    printf("el0 %lu el1 %lu\n", found & 15, found >> 4 & 15);
    printf("fp %d\n", ((found >> 16 & 15) != 15) == (has & 1));
    found = READ("id_aa64isar0_el1");
    printf("aes %d sha1 %d", !(found >> 4 & 15) == !(has >> 3 & 1), (found >> 8 & 15) == (has >> 5 & 1));
    printf(" crc32 %d\n", (found >> 16 & 15) == (has >> 7 & 1));
    printf("mpidr %lx revidr %lx\n", READ("mpidr_el1"), READ("revidr_el1"));
    __asm__ volatile("mrs xzr, midr_el1");
    if (!sigsetjmp(back, 1))
        printf("%lx\n", READ("id_mmfr0_el1"));
    else
        puts("SIGILL");
    return 0;
}
