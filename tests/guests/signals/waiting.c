// sigsuspend, sigtimedwait, sigwaitinfo, sigwait, pause.
#include "guest.h"
static volatile int got;
static void on(int n)
{
    got = common_signal(n);
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
    SHOW(got);
    wait(&st);
    got = 0;
    raise(SIGUSR1);
    TRY(sigsuspend(&none));
    SHOW(got);
    got = 0;
    sigprocmask(SIG_BLOCK, NULL, &p);
    SHOW(sigismember(&p, SIGUSR1));
    TRY(common_signal(sigtimedwait(&s, &i, &z)));
    TRY(common_signal(sigtimedwait(&s, &i, &t)));
    raise(SIGUSR2);
    raise(SIGUSR1);
    TRY(common_signal(sigtimedwait(&s, &i, &t)));
    SHOW(common_signal(i.si_signo));
    SHOW(i.si_code);
    TRY(common_signal(sigwaitinfo(&s, &i)));
    SHOW(common_signal(i.si_signo));
    SHOW(got);
    later(30, SIGUSR2);
    TRY(common_signal(sigwaitinfo(&s, &i)));
    SHOW(i.si_code);
    SHOW(i.si_pid > 0);
    wait(&st);
    later(20, SIGUSR1);
    int n;
    TRY(sigwait(&s, &n));
    SHOW(common_signal(n));
    wait(&st);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGUSR2);
    sigprocmask(SIG_UNBLOCK, &s, NULL);
    sigprocmask(SIG_BLOCK, &only, NULL);
    later(30, SIGUSR1);
    t.tv_sec = 5;
    TRY(common_signal(sigtimedwait(&only, &i, &t)));
    SHOW(got);
    wait(&st);
    t.tv_nsec = -1;
    TRY(common_signal(sigtimedwait(&only, &i, &t)));
    got = 0;
    later(30, SIGUSR1);
    TRY(pause());
    SHOW(got);
    wait(&st);
    TRY(syscall(SYS_rt_sigsuspend, &none, 4));
    TRY(syscall(SYS_rt_sigtimedwait, 16, NULL, NULL, 8));
    return 0;
}
