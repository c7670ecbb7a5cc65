#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static int data = 1, zeroed;
static volatile int counters[1024], stop;
static char *heap, *mapped, *made;
static void *brk_before, *brk_after;

static int child(void *arg)
{
    *(int *)arg = errno = 7;
    data = 2;
    int ends[2];
    pipe(ends);
    write(ends[1], "by a call", 10);
    read(ends[0], mapped, 10);
    execl("/nonexistent/program", "program", (char *)0);
    zeroed = errno;
    _exit(5);
}

static void *count(void *arg)
{
    while (!stop)
        counters[0]++;
    return 0;
}

static void spawning(void)
{
    pid_t pid = -1;
    char *argv[] = {"program", "-c", "exit 3", 0}, *none[] = {0};
    SHOW(posix_spawn(&pid, "/nonexistent/program", 0, 0, argv, none));
    SHOW(posix_spawn(&pid, "/etc/passwd", 0, 0, argv, none));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, 99, 1);
    SHOW(posix_spawn(&pid, "/bin/sh", &actions, 0, argv, none));
    int status;
    SHOW(posix_spawn(&pid, "/bin/sh", 0, 0, argv, none));
    SHOW(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3);
    SHOW(waitpid(-1, &status, 0));
}

/* musl's sbrk refuses. */
static void *break_at(void *wanted)
{
    return (void *)syscall(SYS_brk, wanted);
}

static void mapping(void)
{
    brk_before = break_at(0);
    char *gone = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!vfork()) {
        made = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        strcpy(made + 4094, "over the edge");
        munmap(gone, 4096);
        brk_after = break_at((char *)brk_before + 12288);
        strcpy((char *)brk_before + 8000, "heap");
        _exit(0);
    }
    wait(0);
    printf("%s\n", made + 4094);
    SHOW(msync(gone, 4096, MS_ASYNC));
    SHOW((char *)brk_after - (char *)brk_before);
    SHOW(break_at(0) == brk_after);
    printf("%s\n", (char *)brk_before + 8000);
}

static void nested(void)
{
    volatile int inner = 0, outer = 0, separate = 0;
    if (!vfork()) {
        if (!vfork()) {
            inner = 4;
            _exit(0);
        }
        outer = inner + 1;
        if (!fork()) {
            separate = 1;
            _exit(separate);
        }
        int status;
        while (wait(&status) > 0)
            ;
        _exit(0);
    }
    wait(0);
    printf("%d %d %d\n", inner, outer, separate);
}

static void killed(void)
{
    int status;
    data = 10;
    pid_t pid = vfork();
    if (!pid) {
        data = 11;
        kill(getpid(), SIGTERM);
    }
    wait(&status);
    printf("%d %d\n", data, usual(WTERMSIG(status)));
}

static void killed_by_force(void)
{
    volatile int *naps = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int who = 0; who < 3; who++) {
        int status;
        pid_t pid = vfork();
        if (!pid) {
            data = 20 + who;
            if (who == 0)
                kill(getpid(), SIGKILL);
            setpgid(0, 0);
            if (who == 1)
                kill(0, SIGKILL);
            pid_t victim = getpid();
            if (!fork()) {
                while (*naps < 2)
                    usleep(1000);
                kill(victim, SIGKILL);
                _exit(0);
            }
            for (;;) {
                usleep(1000);
                *naps += 1;
            }
        }
        waitpid(pid, &status, 0);
        printf("%d %d\n", data, WTERMSIG(status));
    }
}

int main(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    int local = 0, status;
    heap = malloc(100);
    mapped = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t pid = clone(child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &local);
    SHOW(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5);
    printf("%d %d %d %s\n", local, data, zeroed == ENOENT, mapped);

    pid = vfork();
    if (!pid) {
        data = 3;
        strcpy(heap, "before exec");
        execl("/bin/sh", "sh", "-c", "exit 8", (char *)0);
        _exit(1);
    }
    printf("%d %s\n", data, heap);
    SHOW(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 8);

    pid = syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
    if (!pid) {
        data = 4;
        _exit(0);
    }
    wait(0);
    printf("a copy of the memory: %d\n", data);
    killed();
    killed_by_force();
    nested();
    spawning();

    pthread_t thread;
    pthread_create(&thread, 0, count, 0);
    for (int i = 1; i <= 20; i++) {
        if (!(pid = vfork())) {
            counters[1] = i;
            for (volatile int spin = 0; spin < 2000; spin++)
                ;
            _exit(0);
        }
        int seen = counters[0];
        waitpid(pid, 0, 0);
        if (counters[1] != i || counters[0] < seen)
            printf("lost: %d %d\n", counters[1], i);
    }
    stop = 1;
    pthread_join(thread, 0);
    SHOW(counters[1]);
    mapping();
    return 0;
}
