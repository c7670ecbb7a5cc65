// arch: sparc64 sparc32plus
// libc: glibc
// Unmasked floating-point exceptions: their codes and places.
#define _GNU_SOURCE
#include "guest.h"
#include <fenv.h>
#include <setjmp.h>

static sigjmp_buf back;
static volatile int code, unmasked;
static volatile uintptr_t where;

static void on(int signo, siginfo_t *info, void *context)
{
    code = info->si_code;
    where = (uintptr_t)info->si_addr;
    siglongjmp(back, 1);
}

static void show(const char *what, int masked)
{
    if (!masked)
        printf("%s: si_code %d\n", what, code);
    else
        printf("%s:%s%s%s%s%s\n", what, fetestexcept(FE_INVALID) ? " invalid" : "",
               fetestexcept(FE_DIVBYZERO) ? " zero" : "", fetestexcept(FE_OVERFLOW) ? " over" : "",
               fetestexcept(FE_UNDERFLOW) ? " under" : "",
               fetestexcept(FE_INEXACT) ? " inexact" : "");
}
#define TRY_IT(expression)                                                                         \
    do {                                                                                           \
        volatile double result_;                                                                   \
        feclearexcept(FE_ALL_EXCEPT);                                                              \
        feenableexcept(unmasked); /* a handler of some processors begins without */                \
        code = 0;                                                                                  \
        if (!sigsetjmp(back, 1))                                                                   \
            result_ = (expression);                                                                \
        show(#expression, !code);                                                                  \
    } while (0)

#ifdef __sparc__
/* The address is that of the instruction, in a slot here. */
static void exact(void)
{
    static double values[2] = {1, 0};
    extern char dividing[];

    feclearexcept(FE_ALL_EXCEPT);
    feenableexcept(FE_DIVBYZERO);
    code = 0;
    if (!sigsetjmp(back, 1))
        __asm__ volatile("ldd [%0], %%f4; ldd [%0 + 8], %%f6; ba 1f;"
                         ".globl dividing; dividing: fdivd %%f4, %%f6, %%f8; 1:"
                         :
                         : "r"(values)
                         : "f4", "f5", "f6", "f7", "f8", "f9", "memory");
    MUST(code == FPE_FLTDIV && where == (uintptr_t)dividing);
}
#endif

int main(void)
{
    struct sigaction action = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    volatile double zero = 0, one = 1, big = 1e308, tiny = 1e-308, nan = __builtin_nan("");
    volatile float narrow = 0;

    sigaction(SIGFPE, &action, NULL);
    for (int i = 0; i < 2; i++) {
        TRY_IT(one / zero);
        TRY_IT(zero / zero);
        TRY_IT(big * 10);
        TRY_IT(tiny * tiny);
        TRY_IT(one / 3);
        TRY_IT(1.0f / narrow);
        TRY_IT((int)big);
        TRY_IT(nan < one);
        TRY_IT(one + one);
        unmasked = FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW | FE_UNDERFLOW;
    }
    unmasked = FE_INEXACT;
    TRY_IT(one / 3);
#ifdef __sparc__
    exact();
#endif
    unmasked = 0;
    fedisableexcept(FE_ALL_EXCEPT);
    TRY_IT(one / zero);
    return 0;
}
