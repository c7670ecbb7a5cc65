// A grandchild outlives its parent and is adopted; SIGCHLD arrives, and with SIG_IGN no zombies.
#include "guest.h"
static volatile int got;
static volatile siginfo_t info;
static void on(int n, siginfo_t *i, void *c)
{
    got++;
    *(siginfo_t *)&info = *i;
}
int main(void)
{
    int p[2], st;
    char b;
    pipe(p);
    pid_t c = fork();
    if (!c) {
        pid_t me = getpid();
        if (!fork()) {
            while (getppid() == me)
                sleep_ms(2);
            if (write(p[1], getppid() != me ? "y" : "n", 1)) {
            }
            _exit(0);
        }
        _exit(2);
    }
    waitpid(c, &st, 0);
    SHOW(WEXITSTATUS(st));
    TRY(read(p[0], &b, 1));
    SHOW(b);
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaction(SIGCHLD, &a, NULL);
    c = fork();
    if (!c)
        _exit(33);
    while (!got)
        sleep_ms(1);
    SHOW(info.si_code == CLD_EXITED);
    SHOW(info.si_status);
    SHOW(info.si_pid == c);
    TRY(waitpid(c, &st, 0) == c);
    signal(SIGCHLD, SIG_IGN);
    c = fork();
    if (!c)
        _exit(1);
    TRY(waitpid(c, &st, 0));
    return 0;
}
