// Clocks and timers.
#include "generator.h"
#include <linux/time_types.h>
#include <sys/timerfd.h>
#include <sys/timex.h>

static long make_clock(void)
{
    return pick(6) ? word("", (int)pick(13) - 1) : word("", (long[]){-2, -6, 16, 100, -100, INT_MIN, INT_MAX, (~getpid() << 3) | 2}[pick(7)]);
}

static long make_its(void)
{
    struct itimerspec *t = place(sizeof *t);

    if (!pick(5))
        return bad_pointer();
    t->it_value.tv_sec = pick(3) ? 100000 : pick(2) ? 0 : -1;
    t->it_value.tv_nsec = pick(6) ? 0 : (long[]){1000000000, -1}[pick(2)];
    t->it_interval.tv_sec = pick(8) ? 50000 : -1;
    t->it_interval.tv_nsec = pick(8) ? 0 : 1000000000;
    sprintf(symbol, "{%ld %ld %ld %ld}", (long)t->it_value.tv_sec, t->it_value.tv_nsec, (long)t->it_interval.tv_sec, t->it_interval.tv_nsec);
    return (long)t;
}

static long make_itv(void)
{
    struct itimerval *t = place(sizeof *t);

    if (!pick(5))
        return bad_pointer();
    t->it_value.tv_sec = pick(3) ? 100000 : pick(2) ? 0 : -1;
    t->it_value.tv_usec = pick(6) ? 0 : (long[]){1000000, -1}[pick(2)];
    t->it_interval.tv_usec = pick(8) ? 0 : 1000000;
    sprintf(symbol, "{%ld %ld %ld}", (long)t->it_value.tv_sec, (long)t->it_value.tv_usec, (long)t->it_interval.tv_usec);
    return (long)t;
}

static long make_event(void)
{
    struct sigevent *e = place(sizeof *e);

    if (!pick(3))
        return bad_pointer();
    e->sigev_notify = (int[]){SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD, 4, 5, 77}[pick(6)];
    e->sigev_signo = (int[]){SIGUSR1, 0, 65, -1, 40}[pick(5)];
    int tid = pick(3);
    *(int *)((char *)e + 16) = tid == 0 ? getpid() : tid == 1 ? 0 : 99999999;
    sprintf(symbol, "{%d %d %d}", e->sigev_notify, e->sigev_signo, tid);
    return (long)e;
}

static long make_timex(void)
{
    struct timex *t = place(sizeof *t);

    if (!pick(4))
        return bad_pointer();
    t->modes = pick(2) ? 0 : (int[]){1, 2, 0x8000, 0xa001, 0x2000}[pick(5)];
    sprintf(symbol, "{%d}", t->modes);
    return (long)t;
}

static const struct kind kinds[] = {
    MADE(clock), MADE(its), MADE(itv), MADE(event), MADE(timex),
    VALUES("timer", 1, 1, 1, 2, 3, 4, 5, -1, 1000, INT_MAX),
    VALUES("flags", 1, 0, 0, 1, 2, 3, -1),
    VALUES("which", 1, 1, 2, 0, 1, 2, 3, -1),
    VALUES("tfdflags", 1, TFD_NONBLOCK, TFD_NONBLOCK | TFD_CLOEXEC, 1, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(clock_gettime, "!clock out"), C(clock_getres, "#clock out"), C(clock_settime, "clock timespec"), C(clock_adjtime, "!clock timex"),
    C(clock_nanosleep, "clock flags timespec null"), C(clock_nanosleep, "!clock zero timespec out"), C(nanosleep, "timespec null"), C(nanosleep, "!timespec out"),
    C(gettimeofday, "!out null"), C(gettimeofday, "!null out"), C(settimeofday, "timespec in"), C(adjtimex, "!timex"), C(getitimer, "!which out"), C(setitimer, "!which itv out"),
    C(timer_create, "#clock event out"), C(timer_create, "#clock event out"), C(timer_delete, "timer"), C(timer_gettime, "!timer out"), C(timer_settime, "!timer flags its out"),
    C(timer_settime, "timer flags its null"), C(timer_getoverrun, "timer"), C(timerfd_create, "clock tfdflags"), C(timerfd_settime, "!fd flags its out"),
    C(timerfd_gettime, "!fd out"), C(read, "!own out size"), C(getrusage, "!small out"), C(times, "!out"), C(timerfd_settime, "fd flags its null"),
#ifdef SYS_time
    OLD(time, "!out"), OLD(alarm, "!zero"),
#endif
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    MUST(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK) == 5 && timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK) == 6);
    signal(SIGUSR1, SIG_IGN);
    signal(40, SIG_IGN);
    signal(SIGALRM, SIG_IGN);
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_clock_nanosleep && ((int)a[0] == 2 || ((int)a[0] < 0 && (int)a[0] >= -8)))
        return 1; /* our own time does not pass while we sleep */
    return c->number == SYS_timerfd_create && (a[1] & TFD_NONBLOCK) == 0 && a[1] == 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    return NULL;
}

static void leave(void)
{
}
