#include "trace.h"

#define OPTIONS                                                                                    \
    (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACECLONE |     \
     PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT)

static void *thread(void *unused)
{
    return unused;
}

static void run(char *self)
{
    pthread_t other;
    pid_t child;
    int status;

    if (!(child = fork()))
        _exit(21);
    waitpid(child, &status, 0);
    if (!(child = vfork()))
        _exit(22);
    waitpid(child, &status, 0);
    pthread_create(&other, 0, thread, 0);
    pthread_join(other, 0);
    execl(self, self, "again", (char *)0);
    _exit(23);
}

int main(int argc, char **argv)
{
    pid_t first, known[16];
    int status, count = 1;

    if (argc > 1)
        return 24;
    first = traced_child();
    if (!first)
        run("/proc/self/exe");
    known[0] = first;
    await(first);
    MUST(ptrace(PTRACE_SETOPTIONS, first, 0, OPTIONS) == 0);
    MUST(ptrace(PTRACE_CONT, first, 0, 0) == 0);
    /* A child's first stop and its parent's event come in any order: children are asked for by id. */
    for (;;) {
        unsigned long message = 0;

        MUST(waitpid(first, &status, __WALL) == first);
        if (WIFSTOPPED(status) && WSTOPSIG(status) == SIGCHLD) {
            MUST(ptrace(PTRACE_CONT, first, 0, 0) == 0); /* two of them may be one */
            continue;
        }
        describe(status);
        if (!WIFSTOPPED(status))
            break;
        if (EVENT(status)) {
            MUST(ptrace(PTRACE_GETEVENTMSG, first, 0, &message) == 0);
            if (EVENT(status) == PTRACE_EVENT_EXIT)
                printf("  exit status %#lx\n", message);
            else if (EVENT(status) == PTRACE_EVENT_EXEC)
                SHOW(message == (unsigned long)first);
            else if (EVENT(status) == PTRACE_EVENT_VFORK_DONE)
                SHOW(message == (unsigned long)known[count - 1]);
            else {
                int stop;

                known[count++] = message;
                printf("  child: ");
                stop = await(message);
                SHOW(WSTOPSIG(stop) == SIGSTOP);
                MUST(ptrace(PTRACE_CONT, message, 0, 0) == 0);
                /* A new thread may wait for its creator. */
                if (EVENT(status) == PTRACE_EVENT_CLONE)
                    MUST(ptrace(PTRACE_CONT, first, 0, 0) == 0);
                printf("  child: ");
                await(message);
                MUST(ptrace(PTRACE_GETEVENTMSG, message, 0, &message) == 0);
                printf("  exit status %#lx\n", message);
                MUST(ptrace(PTRACE_CONT, known[count - 1], 0, 0) == 0);
                printf("  child: ");
                await(known[count - 1]);
                if (EVENT(status) == PTRACE_EVENT_CLONE)
                    continue;
            }
        }
        MUST(ptrace(PTRACE_CONT, first, 0, 0) == 0);
    }
    TRY(waitpid(-1, 0, __WALL));
    return 0;
}
