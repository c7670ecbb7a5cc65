#include "trace.h"

/* The tracer sees each signal and decides about it. */

static volatile sig_atomic_t got[65];

static void handler(int signo, siginfo_t *info, void *context)
{
    got[signo]++;
    if (signo == SIGUSR2)
        printf("SIGUSR2 of value %d, code %d\n", info->si_value.sival_int, info->si_code);
}

static void run(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

    sigaction(SIGUSR1, &action, 0);
    sigaction(SIGUSR2, &action, 0);
    sigaction(SIGHUP, &action, 0);
    signal(SIGPIPE, SIG_IGN);
    raise(SIGUSR1); /* suppressed */
    SHOW(got[SIGUSR1]);
    raise(SIGUSR1); /* delivered */
    SHOW(got[SIGUSR1]);
    raise(SIGUSR1); /* SIGHUP instead */
    SHOW(got[SIGHUP]);
    raise(SIGUSR2); /* with another siginfo */
    raise(SIGPIPE); /* ignored, but seen */
    raise(SIGCHLD);
    raise(SIGTERM); /* suppressed */
    *(volatile int *)8 = 1;
    _exit(1);
}

int main(void)
{
    pid_t child = traced_child();
    siginfo_t info;
    int status, given = 0, usr1 = 0;

    if (!child)
        run();
    for (;;) {
        MUST(waitpid(child, &status, 0) == child);
        describe(status);
        if (!WIFSTOPPED(status))
            break;
        given = WSTOPSIG(status);
        MUST(ptrace(PTRACE_GETSIGINFO, child, 0, &info) == 0);
        if (given == SIGUSR1)
            given = ++usr1 == 1 ? 0 : usr1 == 2 ? SIGUSR1 : SIGHUP;
        if (given == SIGUSR2) {
            info.si_code = SI_QUEUE;
            info.si_value.sival_int = 1234;
            MUST(ptrace(PTRACE_SETSIGINFO, child, 0, &info) == 0);
        }
        if (given == SIGSTOP || given == SIGTERM)
            given = 0;
        if (given == SIGSEGV) {
            SHOW(info.si_code == SEGV_MAPERR);
            SHOW((long)info.si_addr);
        }
        MUST(ptrace(PTRACE_CONT, child, 0, (void *)(long)given) == 0);
    }
    return 0;
}
