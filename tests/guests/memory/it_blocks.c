// arch: arm
// flags: -mthumb
// Conditional Thumb instructions in the middle of whose block a page is touched for the first time.
#include "guest.h"
__attribute__((noinline)) static int pick(int c, int *a, int *b, int *d)
{
    int r = 1, s = 2, u = 3;
    __asm__ volatile("cmp %3, #0\n itete ne\n ldrne %0, [%4]\n ldreq %1, [%5]\n movne %2, #77\n"
                     "moveq %0, #5\n add %1, %1, #1\n cmp %3, #1\n it eq\n streq %2, [%6]\n"
                     : "+r"(r), "+r"(s), "+r"(u)
                     : "r"(c), "r"(a), "r"(b), "r"(d)
                     : "cc", "memory");
    return r * 10000 + s * 100 + u;
}
static volatile int handled;
static void on(int n, siginfo_t *i, void *c)
{
    handled++;
    mprotect((void *)((uintptr_t)i->si_addr & -4096), 4096, PROT_READ | PROT_WRITE);
}
int main(void)
{
    int *m = mmap(0, 400 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long sum = 0;
    for (int i = 0; i < 390; i++)
        m[i * 1024] = i;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 390; i++)
            sum = sum * 7 + pick(i % 3, m + i * 1024, m + (389 - i) * 1024,
                                 m + i * 37 % 390 * 1024 + 8);
    SHOW(sum);
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &a, NULL);
    mprotect(m, 400 * 4096, PROT_NONE);
    SHOW(pick(1, m + 1024, m + 2048, m + 4096)); /* faults within two blocks, then goes on */
    SHOW(pick(0, m + 9216, m + 10240, m + 11264));
    SHOW(handled);
    SHOW(m[4096]);
    return 0;
}
