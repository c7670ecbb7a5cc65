#include "trace.h"

/* Tracees of one that has had a child whose end sends no signal, and of a child of it. */

static void trace(void)
{
    pid_t child = fork();

    if (!child) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        raise(SIGUSR1);
        _exit(6);
    }
    await(child);
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child);
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child);
}

int main(void)
{
    int status;
    pid_t child = syscall(SYS_clone, CLONE_FIRST(0, 0), 0, 0, 0);

    if (!child)
        _exit(0);
    MUST(waitpid(child, &status, __WALL) == child);
    trace();
    if (!(child = fork())) {
        trace();
        fflush(stdout);
        _exit(0);
    }
    MUST(waitpid(child, &status, 0) == child);
    describe(status);
    TRY(waitpid(-1, &status, __WALL));
    return 0;
}
