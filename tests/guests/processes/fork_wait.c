#include "guest.h"
int main(void)
{
    int st;
    siginfo_t i;
    struct rusage ru;
    pid_t c = fork();
    if (!c)
        _exit(7);
    TRY(waitpid(c, &st, 0) == c);
    SHOW(WIFEXITED(st));
    SHOW(WEXITSTATUS(st));
    TRY(waitpid(c, &st, 0));
    TRY(wait(&st));
    c = fork();
    if (!c) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        abort();
    }
    TRY(wait4(-1, &st, 0, &ru) == c);
    SHOW(WIFSIGNALED(st));
    SHOW(usual(WTERMSIG(st)));
    SHOW(ru.ru_maxrss >= 0);
    c = fork();
    if (!c)
        pause();
    TRY(waitpid(c, &st, WNOHANG));
    kill(c, SIGTERM);
    memset(&i, 0, sizeof i);
    TRY(waitid(P_PID, c, &i, WEXITED | WNOWAIT));
    SHOW(i.si_code);
    SHOW(i.si_status);
    SHOW(i.si_pid == c);
    SHOW(i.si_signo == SIGCHLD);
    TRY(waitid(P_ALL, 0, &i, WEXITED));
    SHOW(i.si_code);
    TRY(waitid(P_ALL, 0, &i, WEXITED));
    TRY(waitid(99, 0, &i, WEXITED));
    TRY(waitid(P_ALL, 0, &i, 0));
    TRY(waitpid(-1, &st, 0x800));
    c = fork();
    if (!c)
        _exit(300);
    TRY(syscall(SYS_waitid, P_PID, c, 16, WEXITED, NULL));
    TRY(waitpid(c, &st, 0));
    for (int k = 0; k < 10; k++)
        if (fork() == 0)
            _exit(k);
    int sum = 0;
    while (wait(&st) > 0)
        sum += WEXITSTATUS(st);
    SHOW(sum);
    memset(&i, 0, sizeof i);
    c = fork();
    if (!c) {
        sleep_ms(30);
        _exit(1);
    }
    TRY(waitid(P_ALL, 0, &i, WEXITED | WNOHANG));
    SHOW(i.si_pid);
    TRY(waitid(P_PID, c, NULL, WEXITED));
    SHOW(getppid() > 0);
    return 0;
}
