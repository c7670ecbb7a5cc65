// Calls that are answered without leaving the engine say what the others do, wherever they are made.
#include "guest.h"

static volatile int alarms, turns;
static volatile pid_t seen;

static void on_alarm(int signo)
{
    (void)signo;
    alarms++;
}

/* Often enough that whatever makes a call cheap has begun. */
static int same(long number, long wanted)
{
    for (int i = 0; i < 5; i++)
        if (syscall(number) != wanted)
            return 0;
    return 1;
}

static int all(pid_t parent, pid_t own)
{
    return same(SYS_getppid, parent) && same(SYS_getpid, own) && same(SYS_gettid, own);
}

static void *other(void *unused)
{
    pid_t tid = syscall(SYS_gettid);

    SHOW(tid != getpid() && same(SYS_gettid, tid) && same(SYS_getpid, getpid()));
    turns = 1;
    while (turns == 1) /* one gets its turn though the other never stops making calls */
        syscall(SYS_getppid);
    return unused;
}

static int status_of(pid_t child)
{
    int status;

    TRY(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int orphan(int out)
{
    pid_t middle = getpid();

    if (!fork()) {
        while (syscall(SYS_getppid) == middle)
            ;
        _exit(write(out, same(SYS_getppid, getppid()) ? "y" : "n", 1) != 1);
    }
    return 0;
}

#ifdef SYS_clock_gettime64
#define WIDE SYS_clock_gettime64
#else
#define WIDE SYS_clock_gettime
#endif

static int tells(long number, int clock, char *where)
{
    for (int i = 0; i < 3; i++) {
        memset(where, 0xff, 4);
        if (syscall(number, clock, where) || *(unsigned *)where == 0xffffffff)
            return 0;
    }
    return 1;
}

static void clocks(long number)
{
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *across = page + 4096 - 4;

    for (int clock = 0; clock < 8; clock++)
        if (!tells(number, clock, page) || !tells(number, clock, across))
            printf("clock %d fails\n", clock);
    TRY(syscall(number, CLOCK_REALTIME, NULL));
    TRY(syscall(number, CLOCK_REALTIME, -8L));
    TRY(syscall(number, 99, page));
    mprotect(page, 4096, PROT_READ);
    TRY(syscall(number, CLOCK_REALTIME, page));
    TRY(syscall(number, CLOCK_REALTIME, across));
    mprotect(page, 4096, PROT_NONE);
    TRY(syscall(number, CLOCK_REALTIME, page));
    munmap(page, 8192);
    TRY(syscall(number, CLOCK_REALTIME, page));
}

int main(void)
{
    pid_t own = getpid(), parent = getppid(), child;
    struct itimerval soon = {.it_value = {0, 20000}};
    struct timespec first = {0}, now;
    pthread_t thread;
    int ends[2];
    char said;

    setvbuf(stdout, NULL, _IONBF, 0);
    SHOW(all(parent, own));
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &soon, NULL);
    while (!alarms)
        syscall(SYS_getppid);
    SHOW(alarms);

    child = fork();
    if (!child)
        _exit(all(own, getpid()) && getpid() != own ? 11 : 12);
    SHOW(status_of(child));
    child = vfork();
    if (!child)
        _exit(same(SYS_getppid, own) && syscall(SYS_getpid) != own ? 13 : 14);
    SHOW(status_of(child));
    SHOW(all(parent, own));

    pthread_create(&thread, NULL, other, NULL);
    while (!turns)
        syscall(SYS_getppid);
    turns = 2;
    pthread_join(thread, NULL);

    TRY(pipe(ends));
    child = fork();
    if (!child)
        _exit(orphan(ends[1]));
    SHOW(status_of(child));
    SHOW(read(ends[0], &said, 1) == 1 && said == 'y');
    SHOW(same(SYS_getuid, getuid()) && same(SYS_getegid, getegid()));
    clocks(SYS_clock_gettime);
    clocks(WIDE);
    for (int i = 0; i < 100; i++, first = now)
        if (clock_gettime(CLOCK_MONOTONIC, &now) || now.tv_sec < first.tv_sec ||
            (now.tv_sec == first.tv_sec && now.tv_nsec < first.tv_nsec))
            printf("time runs back\n");
    return 0;
}
