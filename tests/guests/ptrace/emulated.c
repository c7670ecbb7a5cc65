// arch: x86_64 i386 aarch64
#include "trace.h"

/* Calls that a tracer answers in the kernel's place. */

#define SYSEMU 31
#define SYSEMU_SINGLESTEP 32

static long next(pid_t child, int request)
{
    struct __ptrace_syscall_info info;
    int status;

    MUST(ptrace(request, child, 0, 0) == 0);
    MUST(waitpid(child, &status, 0) == child);
    MUST(ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof info, &info) > 0);
    if (WSTOPSIG(status) == SIGTRAP)
        return -1; /* a step */
    MUST(WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80));
    MUST(info.op == PTRACE_SYSCALL_INFO_ENTRY);
    return info.entry.nr;
}

int main(void)
{
    pid_t child = traced_child();
    long number, steps = 0;

    if (!child) {
        long parent = syscall(SYS_getppid), group = syscall(SYS_getpgid, 0);

        syscall(SYS_close, 77777);
        _exit(parent == 123 && group == 124 ? 3 : 4);
    }
    await(child);
    MUST(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD) == 0);
    do {
        number = next(child, SYSEMU);
        set_register(child, RESULT_AT, number == SYS_getppid ? 123 : 0);
    } while (number != SYS_getppid);
    while ((number = next(child, SYSEMU_SINGLESTEP)) == -1)
        steps++;
    SHOW(steps > 0);
    SHOW(number == SYS_getpgid);
    set_register(child, RESULT_AT, 124);
    SHOW(next(child, SYSEMU) == SYS_close);
    MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
    await(child);
    return 0;
}
