#include "trace.h"

static volatile long go;

static void nothing(int signo)
{
}

int main(void)
{
    int status, ends[2];
    char byte;
    siginfo_t info;
    pid_t child;

    MUST(pipe(ends) == 0);
    child = fork();
    if (!child) {
        signal(SIGUSR1, nothing);
        MUST(write(ends[1], "r", 1) == 1);
        while (!go)
            sched_yield();
        raise(SIGTSTP);
        raise(SIGSTOP);
        _exit(9);
    }
    MUST(read(ends[0], &byte, 1) == 1);
    TRY(ptrace(PTRACE_SEIZE, child, 0, (void *)PTRACE_O_TRACESYSGOOD));
    TRY(waitpid(child, &status, WNOHANG));
    TRY(ptrace(PTRACE_PEEKDATA, child, &go, 0));
    TRY(ptrace(PTRACE_INTERRUPT, child, 0, 0));
    await(child);
    MUST(ptrace(PTRACE_GETSIGINFO, child, 0, &info) == 0);
    SHOW(info.si_signo == SIGTRAP);
    SHOW(info.si_code == (PTRACE_EVENT_STOP << 8 | SIGTRAP));
    TRY(ptrace(PTRACE_POKEDATA, child, &go, 1));
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child); /* SIGTSTP */
    TRY(ptrace(PTRACE_LISTEN, child, 0, 0));
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child); /* SIGSTOP: SIGTSTP did nothing since it was not given */
    TRY(ptrace(PTRACE_CONT, child, 0, (void *)SIGSTOP));
    await(child); /* the group-stop */
    MUST(ptrace(PTRACE_GETSIGINFO, child, 0, &info) == 0);
    SHOW(info.si_code == (PTRACE_EVENT_STOP << 8 | SIGSTOP));
    TRY(ptrace(PTRACE_LISTEN, child, 0, 0));
    TRY(waitpid(child, &status, WNOHANG));
    TRY(ptrace(PTRACE_INTERRUPT, child, 0, 0));
    await(child);
    TRY(ptrace(PTRACE_LISTEN, child, 0, 0));
    TRY(kill(child, SIGCONT));
    await(child); /* its end */
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child); /* SIGCONT itself */
    TRY(ptrace(PTRACE_CONT, child, 0, (void *)SIGCONT));
    await(child);
    return 0;
}
