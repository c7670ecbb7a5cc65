#include "trace.h"

/* Attaching to children that sleep in system calls: these go on, or are restarted. */

static void sleeper(int how, int fd)
{
    struct timespec time = {1, 0};
    char byte = 0;
    int64_t before = now_ms();

    if (how == 0)
        _exit(nanosleep(&time, 0) == 0 && now_ms() - before >= 990 ? 40 : 41);
    _exit(read(fd, &byte, 1) == 1 ? byte : 42);
}

int main(void)
{
    int ends[2], status;

    MUST(pipe(ends) == 0);
    for (int how = 0; how < 2; how++) {
        pid_t child = fork();

        if (!child)
            sleeper(how, ends[0]);
        sleep_ms(100);
        TRY(ptrace(PTRACE_ATTACH, child, 0, 0));
        await(child);
        TRY(ptrace(PTRACE_CONT, child, 0, 0));
        sleep_ms(50);
        TRY(kill(child, SIGSTOP));
        await(child);
        TRY(ptrace(PTRACE_DETACH, child, 0, 0));
        TRY(ptrace(PTRACE_CONT, child, 0, 0));
        MUST(write(ends[1], "x", how) == how);
        MUST(waitpid(child, &status, 0) == child);
        describe(status);
    }
    /* A signal on the way out. */
    pid_t child = traced_child();
    if (!child)
        _exit(1);
    await(child);
    TRY(ptrace(PTRACE_DETACH, child, 0, (void *)SIGTERM));
    await(child);
    return 0;
}
