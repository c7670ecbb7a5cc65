// arch: ppc ppc64 ppc64le
// What Linux answers in the processor's place: its version, and instructions that some lack.
#include "guest.h"

static sigjmp_buf back;
static void on(int n, siginfo_t *info, void *context)
{
    (void)context;
    siglongjmp(back, n << 8 | info->si_code);
}

int main(void)
{
    unsigned long version, cr, one = 1, two = 2, chosen;
    __asm__("mfspr %0, 287" : "=r"(version));
    printf("a version: %d\n", version != 0);
    register unsigned long from __asm__("r5") = 0x01FF0307;
    register unsigned long to __asm__("r6");
    __asm__(".long 0x7ca600f4" : "=r"(to) : "r"(from));  // popcntb r6, r5
    printf("popcntb %lx\n", to);
    register unsigned long a __asm__("r7") = one, b __asm__("r8") = two;
    register unsigned long c __asm__("r9");
    __asm__("cmpwi 0, %1, 1; .long 0x7d27409e" : "=r"(c) : "r"(a), "r"(b) : "cr0");  // isel, eq
    chosen = c;
    __asm__("cmpwi 0, %1, 2; .long 0x7d27409e" : "=r"(c) : "r"(a), "r"(b) : "cr0");
    printf("isel %lu %lu\n", chosen, c);
    __asm__("mtxer %1; .long 0x7f000400; mfcr %0" : "=r"(cr) : "r"(0xA0000000ul) : "cr6");
    printf("mcrxr %lx\n", cr >> 4 & 15);
    __asm__(".long 0x7c0005ec | 1 << 11" ::: "memory");  // dcba 0, r1
    struct sigaction action = {.sa_sigaction = on, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGILL, &action, 0);
    sigaction(SIGTRAP, &action, 0);
    int found = sigsetjmp(back, 1);
    if (!found)
        __asm__ volatile("mfmsr 3" ::: "r3");
    printf("privileged %x\n", found);
    if (!(found = sigsetjmp(back, 1)))
        __asm__ volatile(".long 0");
    printf("illegal %x\n", found);
    if (!(found = sigsetjmp(back, 1)))
        __asm__ volatile("trap");
    printf("trap %x\n", found);
}
