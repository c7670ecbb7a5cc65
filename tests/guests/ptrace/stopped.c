#include "trace.h"

/* Seizing a process that is already stopped, as strace(1) does with the program it starts. */

int main(void)
{
    int status;
    pid_t child = fork();

    if (!child) {
        raise(SIGSTOP);
        _exit(6);
    }
    MUST(waitpid(child, &status, WUNTRACED) == child);
    describe(status);
    TRY(ptrace(PTRACE_SEIZE, child, 0, 0));
    TRY(ptrace(PTRACE_INTERRUPT, child, 0, 0));
    await(child);
    TRY(kill(child, SIGCONT));
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child);
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child);
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child);
    return 0;
}
