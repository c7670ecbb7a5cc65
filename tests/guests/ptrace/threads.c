#include "trace.h"

static pthread_barrier_t barrier;
static volatile pid_t ids[2];

static void *thread(void *number)
{
    ids[(long)number] = syscall(SYS_gettid);
    pthread_barrier_wait(&barrier);
    return 0;
}

static void run(void)
{
    pthread_t other[2];

    pthread_barrier_init(&barrier, 0, 3);
    for (long n = 0; n < 2; n++)
        pthread_create(&other[n], 0, thread, (void *)n);
    pthread_barrier_wait(&barrier);
    pthread_join(other[0], 0);
    pthread_join(other[1], 0);
    _exit(31);
}

int main(void)
{
    pid_t child = traced_child(), pid;
    int status, clones = 0, stops = 0, ends = 0;

    if (!child)
        run();
    await(child);
    MUST(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACECLONE) == 0);
    MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        if (WIFSTOPPED(status)) {
            if (EVENT(status) == PTRACE_EVENT_CLONE)
                clones++;
            else if (WSTOPSIG(status) == SIGSTOP)
                stops++;
            else
                describe(status);
            MUST(ptrace(PTRACE_CONT, pid, 0, 0) == 0);
        } else if (pid == child) {
            describe(status);
        } else {
            ends += WIFEXITED(status); /* by itself or with the process */
        }
    }
    SHOW(errno == ECHILD);
    SHOW(clones);
    SHOW(stops);
    SHOW(ends);
    return 0;
}
