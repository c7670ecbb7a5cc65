// arch: x86_64
// Where the kernel makes no more threads, timers, signals and calls that wait go on.
#include "guest.h"
#include <pthread.h>
#include <sys/file.h>

static volatile int ticks;

static void tick(int signo)
{
    ticks++;
}

static void *nothing(void *arg)
{
    return arg;
}

static void try_all(const char *what)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct itimerspec soon = {{0, 3000000}, {0, 3000000}};
    timer_t timer;
    pthread_t thread;
    int fd = open("/dev/null", O_RDONLY);

    signal(SIGALRM, tick);
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 && timer_settime(timer, 0, &soon, NULL) == 0);
    while (ticks < 3)
        ;
    timer_delete(timer);
    MUST(flock(fd, LOCK_EX) == 0);
    printf("%s: %s\n", what, error_name(pthread_create(&thread, NULL, nothing, NULL)));
    fflush(stdout);
    _exit(0);
}

int main(void)
{
    struct rlimit none = {0, 0};
    int status;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (fork() == 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0)
            try_all("another PID namespace");
        _exit(0);
    }
    wait(&status);
    printf("%#x\n", status);
    if (fork() == 0) {
        if (getuid() == 0)
            MUST(setgid(65534) == 0 && setuid(65534) == 0);
        MUST(setrlimit(RLIMIT_NPROC, &none) == 0);
        try_all("no processes");
    }
    wait(&status);
    printf("%#x\n", status);
    return 0;
}
