#include "trace.h"

/* Follows a child from system call to system call, changing some. */

static void marker(long number)
{
    syscall(SYS_getpriority, number, 0L, 0L);
}

static long step(pid_t child)
{
    int status;

    MUST(ptrace(PTRACE_SYSCALL, child, 0, 0) == 0);
    MUST(waitpid(child, &status, 0) == child);
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != (SIGTRAP | 0x80)) {
        describe(status);
        return WIFSTOPPED(status) ? 1 : -1;
    }
    return 0;
}

static void run(void)
{
    char text[] = "written\n";

    marker(11111);
    SHOW(syscall(SYS_getppid) == 77);
    SHOW(syscall(SYS_write, 1, text, 8));
    SHOW(syscall(SYS_umask, 022) >= 0);
    errno = 0;
    SHOW(syscall(SYS_close, 12345));
    SHOW(errno);
    raise(SIGUSR1);
    _exit(3);
}

int main(void)
{
    struct __ptrace_syscall_info info;
    pid_t child = traced_child();
    unsigned long message;
    int changed = 0, seen = 0;
    long size;

    if (!child)
        run();
    await(child);
    MUST(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD) == 0);
    SHOW(ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof info, &info));
    SHOW(info.op);
    for (;;) {
        long what = step(child);

        if (what < 0)
            break;
        size = ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof info, &info);
        if (what) {
            SHOW(info.op);
            continue;
        }
        MUST(ptrace(PTRACE_GETEVENTMSG, child, 0, &message) == 0);
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
            MUST(size == 80 && message == 1);
            changed = info.entry.nr;
            if (changed == SYS_getpriority && info.entry.args[0] == 11111)
                seen = 1;
            if (seen && (changed == SYS_write && info.entry.args[2] == 8))
                printf("write of 8 bytes\n");
            if (seen && changed == SYS_exit_group)
                printf("exit_group(%d)\n", (int)info.entry.args[0]);
            MUST(info.stack_pointer && info.instruction_pointer);
            continue;
        }
        MUST(size == 33 && info.op == PTRACE_SYSCALL_INFO_EXIT && message == 2);
        if (changed == SYS_getppid && seen)
            set_register(child, RESULT_AT, 77);
        if (changed == SYS_close && seen)
            printf("close: %d %d\n", (int)info.exit.rval, info.exit.is_error);
    }
    return 0;
}
