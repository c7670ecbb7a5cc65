#include "trace.h"

/* Tracers and tracees that die. */

static void killed_while_stopped(void)
{
    pid_t child = traced_child();

    if (!child)
        _exit(1);
    await(child);
    TRY(kill(child, SIGKILL));
    await(child);
    TRY(ptrace(PTRACE_CONT, child, 0, 0));

    child = traced_child();
    if (!child)
        _exit(1);
    await(child);
    TRY(ptrace(PTRACE_KILL, child, 0, 0));
    await(child);
}

/* The tracer in the middle ends while its child is stopped. */
static void tracer_ends(long options)
{
    int ends[2], status;
    char byte = 0;
    pid_t tracer;

    MUST(pipe(ends) == 0);
    tracer = fork();
    if (!tracer) {
        pid_t child = traced_child();
        if (!child) {
            close(ends[0]);
            (void)!write(ends[1], "a", 1);
            _exit(0);
        }
        MUST(waitpid(child, &status, 0) == child);
        MUST(ptrace(PTRACE_SETOPTIONS, child, 0, (void *)options) == 0);
        _exit(0);
    }
    close(ends[1]);
    MUST(waitpid(tracer, &status, 0) == tracer);
    SHOW(read(ends[0], &byte, 1)); /* it went on, or was killed */
    close(ends[0]);
}

/* The call that kills is not seen to return. */
static void kills_itself(void)
{
    pid_t child = traced_child();

    if (!child) {
        kill(getpid(), SIGKILL);
        _exit(1);
    }
    await(child);
    MUST(ptrace(PTRACE_SETOPTIONS, child, 0, (void *)PTRACE_O_TRACESYSGOOD) == 0);
    for (int i = 0; i < 20; i++) {
        if (ptrace(PTRACE_SYSCALL, child, 0, 0))
            break;
        if (WIFSIGNALED(await(child)))
            break;
    }
}

int main(void)
{
    killed_while_stopped();
    kills_itself();
    tracer_ends(0);
    tracer_ends(PTRACE_O_EXITKILL);
    return 0;
}
