// arch: sparc64 sparc32plus
// flags: -mhard-quad-float
// Instructions on quads: what is expected was computed by the C library's functions for them.
#include "guest.h"
#include <setjmp.h>

#define COUNT 12
static volatile long double values[COUNT] = {
    0, -0.0L, 1, -3, 1.5L, 3.14159265358979323846264338327950288L, 1e4000L, -1e-4940L,
    1.18973149535723176508575932662800702e4932L, 6.47517511943802511092443895822764655e-4966L,
    1e999999L, 12345678901234567890.L,
};
static sigjmp_buf back;
static volatile uintptr_t where;

static void show(const char *what, long double value)
{
    uint64_t words[2];

    memcpy(words, &value, 16);
    if (value != value)
        printf("%s nan;", what);
    else
        printf("%s %llx %llx;", what, (unsigned long long)words[0], (unsigned long long)words[1]);
}

static void on(int signo, siginfo_t *info, void *context)
{
    where = (uintptr_t)info->si_addr;
    siglongjmp(back, signo);
}

static void caught(int signo, volatile long double *at)
{
    struct sigaction act = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    int number;

    sigaction(signo, &act, NULL);
    number = sigsetjmp(back, 1);
    if (!number)
        __asm__ volatile("stq %%f0, [%0]" : : "r"(at) : "memory");
    printf("%d %d\n", number == signo, where == (uintptr_t)at);
}

int main(void)
{
    volatile double d;
    volatile float f;
    volatile int i;
    volatile long long l;

    for (int a = 0; a < COUNT; a++) {
        long double x = values[a];

        for (int b = 0; b < COUNT; b++) {
            long double y = values[b];

            show("+", x + y);
            show("-", x - y);
            show("*", x * y);
            show("/", x / y);
            printf("%d%d%d\n", x < y, x == y, x > y || x != x);
        }
        d = x, f = x;
        printf("%a %a\n", d, f);
        show("d", d);
        show("f", (long double)f + (long double)d * d);
        if (x > -1e9L && x < 1e9L)
            i = x, l = x * 1e9L, printf("%d %lld\n", i, l), show("i", i), show("l", (long double)l);
        puts("");
    }
    caught(SIGSEGV, (volatile long double *)16);
    caught(SIGBUS, (volatile long double *)((char *)values + 2));
    return 0;
}
