// Signals that mean faults may be sent like others, again and again, blocked or not.
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE };
static volatile int came[4], code;

static void handle(int signo, siginfo_t *info, void *context)
{
    for (int i = 0; i < 4; i++)
        came[i] += signo == signals[i];
    code = info->si_code;
}

int main(void)
{
    struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };
    sigset_t all, none;

    sigfillset(&all);
    sigemptyset(&none);
    for (int i = 0; i < 4; i++)
        sigaction(signals[i], &action, 0);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 4; i++) {
            pid_t pid;

            sigprocmask(SIG_BLOCK, &all, 0);
            if (!(pid = fork()))
                _exit(kill(getppid(), signals[i]));
            waitpid(pid, 0, 0);
            printf("%d %d ", i, came[i]);
            sigprocmask(SIG_SETMASK, &none, 0);
            printf("%d %d\n", came[i], code == SI_USER);
        }
    int status;
    pid_t pid;

    signal(SIGILL, SIG_DFL);
    if (!(pid = fork()))
        for (;;)
            pause();
    kill(pid, SIGILL);
    waitpid(pid, &status, 0);
    printf("%d\n", WTERMSIG(status));
    return 0;
}
