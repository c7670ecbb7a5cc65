#include "trace.h"

/* Tracing a process that is not a child; its parent sees its stop and its end as well. */

static volatile long go;

int main(void)
{
    int up[2], down[2], status;
    pid_t parent, target;
    siginfo_t info;
    char byte;

    MUST(pipe(up) == 0 && pipe(down) == 0);
    parent = fork();
    if (!parent) {
        pid_t child = fork();

        if (!child) {
            while (!go)
                sleep_ms(1);
            _exit(17);
        }
        MUST(write(up[1], &child, sizeof child) == sizeof child);
        memset(&info, 0, sizeof info);
        MUST(waitid(P_PID, child, &info, WSTOPPED | WEXITED) == 0);
        byte = info.si_code == CLD_STOPPED && info.si_status == SIGSTOP;
        MUST(write(up[1], &byte, 1) == 1);
        MUST(waitid(P_PID, child, &info, WCONTINUED | WEXITED) == 0);
        byte = info.si_code == CLD_CONTINUED;
        MUST(write(up[1], &byte, 1) == 1);
        MUST(waitpid(child, &status, 0) == child);
        _exit(WEXITSTATUS(status) + 1);
    }
    MUST(read(up[0], &target, sizeof target) == sizeof target);
    TRY(ptrace(PTRACE_SEIZE, target, 0, 0));
    TRY(kill(target, SIGSTOP));
    await(target);
    TRY(ptrace(PTRACE_CONT, target, 0, (void *)SIGSTOP));
    await(target);
    MUST(read(up[0], &byte, 1) == 1);
    SHOW(byte);
    TRY(ptrace(PTRACE_LISTEN, target, 0, 0));
    TRY(kill(target, SIGCONT));
    MUST(read(up[0], &byte, 1) == 1);
    SHOW(byte);
    await(target);
    TRY(ptrace(PTRACE_POKEDATA, target, &go, 1));
    TRY(ptrace(PTRACE_CONT, target, 0, 0));
    await(target);
    TRY(ptrace(PTRACE_CONT, target, 0, 0));
    await(target);
    MUST(waitpid(parent, &status, 0) == parent);
    describe(status);
    return 0;
}
