// sigsuspend, sigtimedwait, sigwaitinfo, sigwait, pause.
#include "guest.h"
static volatile int got;
static void on(int n)
{
    got = n;
}
static void later(int ms, int n)
{
    if (fork() == 0) {
        sleep_ms(ms);
        kill(getppid(), n);
        _exit(0);
    }
}
int main(void)
{
    sigset_t s, none, p;
    sigemptyset(&none);
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    sigaddset(&s, SIGUSR2);
    sigprocmask(SIG_BLOCK, &s, NULL);
    signal(SIGUSR1, on);
    siginfo_t i;
    struct timespec t = {0, 30000000}, z = {0, 0};
    int st;
    later(30, SIGUSR1);
    TRY(sigsuspend(&none));
    SHOW(usual(got));
    wait(&st);
    got = 0;
    raise(SIGUSR1);
    TRY(sigsuspend(&none));
    SHOW(usual(got));
    got = 0;
    sigprocmask(SIG_BLOCK, NULL, &p);
    SHOW(sigismember(&p, SIGUSR1));
    TRY(sigtimedwait(&s, &i, &z));
    TRY(sigtimedwait(&s, &i, &t));
    raise(SIGUSR2);
    raise(SIGUSR1);
    SHOW(usual(sigtimedwait(&s, &i, &t)));
    SHOW(usual(i.si_signo));
    SHOW(i.si_code);
    SHOW(usual(sigwaitinfo(&s, &i)));
    SHOW(usual(i.si_signo));
    SHOW(usual(got));
    later(30, SIGUSR2);
    SHOW(usual(sigwaitinfo(&s, &i)));
    SHOW(i.si_code);
    SHOW(i.si_pid > 0);
    wait(&st);
    later(20, SIGUSR1);
    int n;
    TRY(sigwait(&s, &n));
    SHOW(usual(n));
    wait(&st);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGUSR2);
    sigprocmask(SIG_UNBLOCK, &s, NULL);
    sigprocmask(SIG_BLOCK, &only, NULL);
    later(30, SIGUSR1);
    t.tv_sec = 5;
    TRY(sigtimedwait(&only, &i, &t));
    SHOW(usual(got));
    wait(&st);
    t.tv_nsec = -1;
    TRY(sigtimedwait(&only, &i, &t));
    got = 0;
    later(30, SIGUSR1);
    TRY(pause());
    SHOW(usual(got));
    wait(&st);
    TRY(syscall(SYS_rt_sigsuspend, &none, 4));
    TRY(syscall(SYS_rt_sigtimedwait, 16, NULL, NULL, _NSIG / 8));
    return 0;
}
