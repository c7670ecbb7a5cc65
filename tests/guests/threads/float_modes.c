// xfail-m68k: the engine keeps no exception flags
// Rounding mode and exception flags belong to a thread.
#include "guest.h"
#include <fenv.h>
static _Atomic int turn;
static void *f(void *a)
{
    long me = (long)a;
    int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    int flags[] = {FE_INVALID, FE_DIVBYZERO, FE_INEXACT, FE_OVERFLOW};
    long wrong = 0;
    fesetround(modes[me]);
    feclearexcept(FE_ALL_EXCEPT);
    feraiseexcept(flags[me]);
    for (int i = 0; i < 50; i++) {
        while (turn % 4 != me)
            sched_yield();
        wrong += fegetround() != modes[me];
        wrong += !fetestexcept(flags[me]);
        wrong += !!fetestexcept(flags[(me + 1) % 4]);
        turn++;
    }
    return (void *)wrong;
}
int main(void)
{
    pthread_t t[4];
    void *r;
    for (long i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, f, (void *)i);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &r);
        SHOW((long)r);
    }
    return 0;
}
