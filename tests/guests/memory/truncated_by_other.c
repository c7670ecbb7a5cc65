// page: 4096
// reference: own
// Another process shortens a mapped file: SIGBUS at the page that is gone, and nothing else is lost.
#include "guest.h"
#define PAGES 8
static sigjmp_buf back;
static char *file;
static volatile int seen, mends;
static void on_bus(int n, siginfo_t *i, void *c)
{
    seen++;
    if (mends) {
        mmap((void *)((uintptr_t)i->si_addr & -4096), 4096, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        return;
    }
    printf("signal %d code %d", usual(n), i->si_code);
    if (i->si_code == BUS_ADRERR)
        printf(" page %d at %d", (int)(((char *)i->si_addr - file) / 4096),
               (int)((uintptr_t)i->si_addr & 4095));
    else
        printf(" from %s", i->si_pid == getppid() ? "parent" : i->si_pid == getpid() ? "us" : "child");
    puts("");
    if (i->si_code == BUS_ADRERR)
        siglongjmp(back, 1);
}
static void elsewhere(int fd, off_t size)
{
    pid_t c = fork();
    if (c == 0)
        _exit(ftruncate(fd, size) != 0);
    int st;
    MUST(waitpid(c, &st, 0) == c && st == 0);
}
static int die_of_it(int fd, char *at)
{
    signal(SIGBUS, SIG_DFL);
    fflush(stdout);
    pid_t c = fork();
    if (c == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        close(2);
        *(volatile char *)at = 1;
        _exit(0);
    }
    int st;
    MUST(waitpid(c, &st, 0) == c);
    return WIFSIGNALED(st) ? usual(WTERMSIG(st)) : -1;
}
static void touch_all(int kind, volatile char *at)
{
    if (!sigsetjmp(back, 1)) {
        if (kind == 0)
            (void)*at;
        else if (kind == 1)
            *at = 'x';
        else if (kind == 2)
            __atomic_fetch_add((volatile int *)at, 1, __ATOMIC_SEQ_CST);
        else
            (void)*(volatile int *)at;
        puts("not reached");
    } else
        printf("kind %d\n", kind);
}
/* Stores to all pages, of which those from 2 on are gone; some were used just before. */
static void mended(int fd)
{
    MUST(ftruncate(fd, PAGES * 4096) == 0);
    file = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    MUST(file != MAP_FAILED);
    for (int i = 3; i < PAGES; i += 2)
        file[i * 4096] = i;
    elsewhere(fd, 2 * 4096);
    mends = 1;
    seen = 0;
    volatile int *at = (int *)(file + 8);
    for (volatile int i = 0; i < PAGES; i++, at += 1024) {  // volatile: it stays a loop
        int now = *at;
        at[0] = now + i + 1;
        at[1] = i + 100;
        at[2] += 7;
    }
    mends = 0;
    SHOW(seen);
    munmap(file, PAGES * 4096);
    file = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    MUST(ftruncate(fd, PAGES * 4096) == 0);
    for (int i = 0; i < PAGES; i++)
        file[i * 4096] = i;
    elsewhere(fd, 2 * 4096);
    mends = 1;
    seen = 0;
    for (volatile int i = PAGES - 1; i >= 0; i--)
        file[i * 4096 + 100] = i + 1;
    mends = 0;
    SHOW(seen);
    munmap(file, PAGES * 4096);
}
static void wait_for_it(void)
{
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGBUS);
    sigprocmask(SIG_BLOCK, &s, NULL);
    fflush(stdout);
    pid_t self = getpid(), c = fork();
    if (c == 0) {
        usleep(20000);
        _exit(kill(self, SIGBUS) != 0);
    }
    siginfo_t i;
    MUST(sigwaitinfo(&s, &i) == SIGBUS);
    printf("sigwait code %d from child %d\n", i.si_code, i.si_pid == c);
    MUST(waitpid(c, NULL, 0) == c);
    sigprocmask(SIG_UNBLOCK, &s, NULL);
}
static void sent_while_running(void)
{
    fflush(stdout);
    int now = seen;
    pid_t self = getpid(), c = fork();
    if (c == 0)
        _exit(kill(self, SIGBUS) != 0);
    while (seen == now)
        ;
    MUST(waitpid(c, NULL, 0) == c);
}
int main(void)
{
    char name[] = "/tmp/truncatedXXXXXX";
    int fd = mkstemp(name);
    MUST(fd >= 0 && unlink(name) == 0);
    struct sigaction sa = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &sa, NULL);
    for (int shared = 1; shared >= 0; shared--) {
        MUST(ftruncate(fd, PAGES * 4096) == 0);
        MUST(pwrite(fd, "first", 6, 0) == 6 && pwrite(fd, "last", 5, 7 * 4096) == 5);
        file = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, shared ? MAP_SHARED : MAP_PRIVATE,
                    fd, 0);
        MUST(file != MAP_FAILED);
        for (int i = 0; i < PAGES; i++)
            MUST(file[i * 4096] != 1); /* pages have been used */
        file[4 * 4096 + 8]++;
        elsewhere(fd, 4096);
        touch_all(0, file + 4 * 4096 + 9);
        touch_all(1, file + 5 * 4096 + 1);
        touch_all(2, file + 6 * 4096 + 16);
        touch_all(3, file + 7 * 4096);
        elsewhere(fd, PAGES * 4096);
        SHOW(file[7 * 4096]);
        file[7 * 4096] = 'L';
        SHOW(file[7 * 4096]);
        elsewhere(fd, 5000);
        touch_all(1, file + 7 * 4096 + 3);
        puts(file);
        file[1]++;
        /* system calls fail, and what is read through the page later is the file again */
        TRY(open(file + 6 * 4096, O_RDONLY));
        TRY(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, file + 6 * 4096, _NSIG / 8));
        TRY(write(fd, file + 5 * 4096, 10));
        touch_all(0, file + 6 * 4096);
        elsewhere(fd, PAGES * 4096);
        SHOW(file[6 * 4096]);
        elsewhere(fd, 3 * 4096);
        SHOW(die_of_it(fd, file + 4 * 4096));
        sigaction(SIGBUS, &sa, NULL);
        munmap(file, PAGES * 4096);
    }
    mended(fd);
    raise(SIGBUS);
    kill(getpid(), SIGBUS);
    sent_while_running();
    wait_for_it();
    puts("end");
    return 0;
}
