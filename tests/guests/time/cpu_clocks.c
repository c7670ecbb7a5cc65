// CPU-time clocks: whose time they show, whom they exist for, and what goes off by them.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OF_THREAD(tid, kind) ((clockid_t)(~(unsigned)(tid) << 3 | 4 | (kind)))
#define OF_PROCESS(pid, kind) ((clockid_t)(~(unsigned)(pid) << 3 | (kind)))

static double now(clockid_t clock) {
    struct timespec t;
    if (clock_gettime(clock, &t)) return -errno;
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void burn(double seconds) {
    double end = now(CLOCK_THREAD_CPUTIME_ID) + seconds;
    while (now(CLOCK_THREAD_CPUTIME_ID) < end)
        for (volatile int i = 0; i < 10000; i++);
}

static double total(int who) {
    struct rusage u;
    getrusage(who, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static volatile int tid, fired;
static sem_t told, wanted;  // the other thread's news and orders: waiting for them takes no time

static void handler(int signo) { fired++; }

static void *other(void *arg) {
    tid = syscall(SYS_gettid);
    burn(0.06);
    sem_post(&told);
    sem_wait(&wanted);
    while (!fired) burn(0.01);  // timers go off at ticks, which may be late
    sem_post(&told);
    sem_wait(&wanted);
    return NULL;
}

static void whose(void) {
    pthread_t thread;
    clockid_t clock;
    double mine = now(CLOCK_THREAD_CPUTIME_ID), all = now(CLOCK_PROCESS_CPUTIME_ID);
    pthread_create(&thread, NULL, other, NULL);
    sem_wait(&told);
    pthread_getcpuclockid(thread, &clock);
    double theirs = now(clock);
    printf("theirs %d\n", theirs >= 0.06);
    printf("mine did not pass so fast %d\n", now(CLOCK_THREAD_CPUTIME_ID) - mine < 0.05);
    printf("the process's did %d\n", now(CLOCK_PROCESS_CPUTIME_ID) - all >= 0.06);
    burn(0.03);
    printf("theirs stood still %d\n", now(clock) - theirs < 0.02);
    for (int kind = 0; kind < 4; kind++) {
        struct timespec r;
        printf("thread kind %d: %d %d %d %d\n", kind, now(OF_THREAD(tid, kind)) >= 0, now(OF_THREAD(0, kind)) >= 0,
               clock_getres(OF_THREAD(tid, kind), &r), now(OF_PROCESS(tid, kind)) >= 0);
        printf("process kind %d: %d %d\n", kind, now(OF_PROCESS(getpid(), kind)) >= 0, now(OF_PROCESS(0, kind)) >= 0);
    }
    printf("nobody's %g %g\n", now(OF_PROCESS(4000000, 2)), now(OF_THREAD(4000000, 2)));
    printf("init's %d %g\n", now(OF_PROCESS(1, 2)) >= 0, now(OF_THREAD(1, 2)));

    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec timing = {.it_value.tv_nsec = 20000000};
    timer_t timer;
    printf("create %d\n", timer_create(clock, &event, &timer));
    timer_settime(timer, 0, &timing, NULL);
    usleep(60000);
    printf("fired while they slept %d\n", fired);
    sem_post(&wanted);
    while (sem_wait(&told));
    printf("fired %d\n", fired);
    timing.it_value.tv_sec = 100;
    timer_settime(timer, 0, &timing, NULL);
    mine = now(CLOCK_THREAD_CPUTIME_ID);
    sem_post(&wanted);
    pthread_join(thread, NULL);
    printf("their end costs me nothing %d\n", now(CLOCK_THREAD_CPUTIME_ID) - mine < 0.05);
    while (!syscall(SYS_tgkill, getpid(), tid, 0)) usleep(1000);  // joined is not yet gone
    printf("%g\n", now(clock));
    struct timespec moment = {0, 1000};
    printf("%d %s\n", clock_getres(clock, &moment), strerror(errno));
    printf("%s\n", strerror(clock_nanosleep(clock, 0, &moment, NULL)));
    printf("%d %s\n", timer_create(clock, &event, &timer), strerror(errno));
    printf("rusage %d\n", total(RUSAGE_THREAD) <= total(RUSAGE_SELF) - 0.06);
}

static void children(void) {
    fflush(stdout);
    int ends[2];
    pipe(ends);
    pid_t child = fork();
    if (!child) {
        printf("fresh %d %d\n", now(CLOCK_PROCESS_CPUTIME_ID) < 0.1, now(CLOCK_THREAD_CPUTIME_ID) < 0.1);
        fflush(stdout);
        burn(0.06);
        write(ends[1], "x", 1);
        pause();
    }
    char byte;
    read(ends[0], &byte, 1);
    clockid_t clock;
    int error = clock_getcpuclockid(child, &clock);
    printf("child's %d %d\n", error, now(clock) >= 0.06);
    struct timespec earlier = {0, 40000000};
    printf("sleep by it %d\n", clock_nanosleep(clock, TIMER_ABSTIME, &earlier, NULL));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("gone: %s\n", strerror(clock_getcpuclockid(child, &clock)));
    struct tms t;
    times(&t);
    printf("times %d %d\n", t.tms_utime + t.tms_stime >= 5, t.tms_cutime + t.tms_cstime >= 5);
}

static void timers(void) {
    static const clockid_t clocks[] = {CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    for (int i = 0; i < 2; i++) {
        struct itimerspec timing = {.it_value.tv_nsec = 20000000};
        timer_t timer;
        timer_create(clocks[i], &event, &timer);
        fired = 0;
        double start = now(clocks[i]);
        timer_settime(timer, 0, &timing, NULL);
        while (!fired);
        printf("timer %d\n", now(clocks[i]) - start >= 0.019);
        timer_delete(timer);
    }
    for (int which = ITIMER_VIRTUAL; which <= ITIMER_PROF; which++) {
        struct itimerval timing = {.it_value.tv_usec = 20000};
        fired = 0;
        double start = now(CLOCK_PROCESS_CPUTIME_ID);
        setitimer(which, &timing, NULL);
        while (!fired);
        printf("itimer %d\n", now(CLOCK_PROCESS_CPUTIME_ID) - start >= 0.002);
    }
}

int main(void) {
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGVTALRM, &action, NULL);
    sigaction(SIGPROF, &action, NULL);
    whose();
    children();
    timers();
    struct timespec moment = {0, 1000};
    printf("%s\n", strerror(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &moment, NULL)));
    printf("%s\n", strerror(clock_nanosleep(OF_THREAD(syscall(SYS_gettid), 2), 0, &moment, NULL)));
    printf("%d %s\n", clock_settime(CLOCK_PROCESS_CPUTIME_ID, &moment), strerror(errno));
    return 0;
}
