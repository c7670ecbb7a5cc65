// alarm, setitimer of all three kinds, timer_create with a signal and a value, into spinning code.
#include "guest.h"
static volatile int n, value;
static void on(int s)
{
    n++;
}
static void with_value(int s, siginfo_t *i, void *c)
{
    if (i->si_code == SI_TIMER)
        value = i->si_value.sival_int;
    n++;
}
static void spin_until(int wanted)
{
    int64_t end = now_ms() + 20000;
    while (n < wanted)
        if ((random() & 0xfff) == 0 && now_ms() > end) {
            puts("timer lost");
            exit(1);
        }
}
int main(void)
{
    signal(SIGALRM, on);
    signal(SIGVTALRM, on);
    signal(SIGPROF, on);
    TRY(alarm(100));
    SHOW(alarm(0) >= 99);
    TRY(alarm(0));
    struct itimerval v = {{0, 5000}, {0, 5000}}, o, z = {{0}};
    int kinds[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};
    for (int k = 0; k < 3; k++) {
        n = 0;
        TRY(setitimer(kinds[k], &v, NULL));
        spin_until(3);
        TRY(setitimer(kinds[k], &z, &o));
        SHOW(o.it_interval.tv_usec >= 5000 && o.it_interval.tv_usec <= 10000);
    }
    TRY(getitimer(ITIMER_REAL, &o));
    SHOW(o.it_value.tv_usec);
    TRY(getitimer(9, &o));
    v.it_value.tv_usec = 1000000;
    TRY(setitimer(ITIMER_REAL, &v, NULL));
    n = 0;
    v.it_value.tv_usec = 1000;
    v.it_interval.tv_usec = 0;
    TRY(setitimer(ITIMER_REAL, &v, NULL));
    while (!n)
        pause();
    SHOW(n);
    struct sigaction a = {.sa_sigaction = with_value, .sa_flags = SA_SIGINFO};
    sigaction(SIGRTMIN + 1, &a, NULL);
    timer_t t;
    struct sigevent e = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1, .sigev_value.sival_int = 4711};
    TRY(timer_create(CLOCK_MONOTONIC, &e, &t));
    struct itimerspec ts = {{0, 3000000}, {0, 3000000}}, ot;
    n = 0;
    TRY(timer_settime(t, 0, &ts, NULL));
    spin_until(2);
    SHOW(value);
    TRY(timer_gettime(t, &ot));
    SHOW(ot.it_interval.tv_nsec);
    SHOW(timer_getoverrun(t) >= 0);
    TRY(timer_delete(t));
    TRY(timer_delete(t));
    TRY(timer_create(9999, &e, &t));
    return 0;
}
