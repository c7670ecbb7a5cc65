#include "guest.h"
#include <sys/times.h>
#include <sys/timex.h>
int main(void)
{
    struct timespec a, b, r;
    int ids[] = {CLOCK_REALTIME,          CLOCK_MONOTONIC,     CLOCK_PROCESS_CPUTIME_ID,
                 CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                 CLOCK_MONOTONIC_COARSE,  CLOCK_BOOTTIME};
    for (int i = 0; i < 8; i++) {
        TRY(clock_gettime(ids[i], &a));
        TRY(clock_gettime(ids[i], &b));
        SHOW(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec));
        TRY(clock_getres(ids[i], &r));
        SHOW(r.tv_sec == 0 && r.tv_nsec > 0);
    }
    TRY(syscall(SYS_clock_gettime, 99, &a));
    TRY(syscall(SYS_clock_gettime, 0, 16));
    TRY(syscall(SYS_clock_getres, 1, NULL));
    TRY(syscall(SYS_clock_settime, 99, &a));
    struct timeval tv;
    TRY(gettimeofday(&tv, NULL));
    SHOW(labs(time(NULL) - tv.tv_sec) <= 1); /* time() may lag behind */
    struct tms t;
    SHOW(times(&t) > 0);
    SHOW(clock() >= 0);
    struct rusage u;
    TRY(getrusage(RUSAGE_SELF, &u));
    TRY(getrusage(RUSAGE_CHILDREN, &u));
    TRY(getrusage(RUSAGE_THREAD, &u));
    TRY(getrusage(99, &u));
    int64_t s = now_ms();
    struct timespec d = {0, 30000000};
    TRY(nanosleep(&d, NULL));
    SHOW(now_ms() - s >= 29);
    s = now_ms();
    TRY(clock_nanosleep(CLOCK_MONOTONIC, 0, &d, NULL));
    SHOW(now_ms() - s >= 29);
    clock_gettime(CLOCK_MONOTONIC, &a);
    a.tv_nsec += 30000000;
    if (a.tv_nsec >= 1000000000) {
        a.tv_sec++;
        a.tv_nsec -= 1000000000;
    }
    s = now_ms();
    SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &a, NULL));
    SHOW(now_ms() - s >= 28);
    SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &a, NULL));
    d.tv_nsec = 1000000000;
    TRY(nanosleep(&d, NULL));
    d.tv_nsec = -1;
    TRY(nanosleep(&d, NULL));
    d.tv_sec = -1;
    d.tv_nsec = 0;
    TRY(nanosleep(&d, NULL));
    TRY(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, 16, NULL));
    SHOW(clock_nanosleep(99, 0, &d, NULL) != 0);
    clockid_t c;
    SHOW(clock_getcpuclockid(0, &c));
    TRY(clock_gettime(c, &a));
    SHOW(pthread_getcpuclockid(pthread_self(), &c));
    TRY(clock_gettime(c, &a));
    time_t fixed = 1700000000;
    struct tm g;
    gmtime_r(&fixed, &g);
    char buf[64];
    strftime(buf, 64, "%Y-%m-%d %H:%M:%S %a", &g);
    puts(buf);
    SHOW(timegm(&g));
    return 0;
}
