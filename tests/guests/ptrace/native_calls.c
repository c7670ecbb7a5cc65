// Who attaches to a process that makes cheap calls all the time sees them, and may change them.
#include "trace.h"

int main(void)
{
    struct __ptrace_syscall_info info;
    int ends[2], status, calls = 0;
    pid_t child;
    char one;

    MUST(pipe(ends) == 0);
    child = fork();
    if (!child) {
        for (long i = 0;; i++) {
            if (syscall(SYS_getppid) == 77)
                _exit(syscall(SYS_getppid) == getppid() ? 5 : 6);
            if (i == 100)
                write(ends[1], "", 1);
        }
    }
    MUST(read(ends[0], &one, 1) == 1);
    MUST(ptrace(PTRACE_ATTACH, child, 0, 0) == 0);
    MUST(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
    MUST(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD) == 0);
    while (calls < 10) {
        MUST(ptrace(PTRACE_SYSCALL, child, 0, 0) == 0);
        MUST(waitpid(child, &status, 0) == child);
        MUST(WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80));
        MUST(ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof info, &info) > 0);
        if (info.op == PTRACE_SYSCALL_INFO_EXIT)
            calls += info.exit.rval == getpid();
    }
    SHOW(calls);
    set_register(child, RESULT_AT, 77);
    MUST(ptrace(PTRACE_DETACH, child, 0, 0) == 0);
    MUST(waitpid(child, &status, 0) == child);
    SHOW(WEXITSTATUS(status));
    return 0;
}
