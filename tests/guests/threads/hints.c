// expect-status: 4
// arch: arm
// Hints that let other processors go first, and a division by zero, which is 0.
#include "guest.h"
static _Atomic int ready;
static void *other(void *a)
{
    usleep(20000);
    ready = 1;
    return a;
}
int main(void)
{
    pthread_t t;
    unsigned quotient;
    pthread_create(&t, NULL, other, NULL);
    for (int i = 0; i < 3; i++)
        __asm__ volatile("yield; nop; sev; wfe; dmb ish; isb; pld [sp]; dsb sy");
    while (!ready)
        __asm__ volatile("yield");
    __asm__(".arch_extension idiv\n sdiv %0, %1, %2" : "=r"(quotient) : "r"(7), "r"(0));
    SHOW(quotient);
    pthread_join(t, NULL);
    signal(SIGILL, _exit);
    __asm__ volatile("yield");
#ifdef __thumb__
    __asm__ volatile(".inst.n 0xde02");
#else
    __asm__ volatile("yield; .inst 0xe7f000f2");
#endif
    return 0;
}
