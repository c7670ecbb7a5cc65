// Real-time signals queue with their values, lowest number first; standard ones do not queue.
#include "guest.h"
static void on(int n, siginfo_t *i, void *c)
{
    printf("signal %s%d code %d value %d pid %d uid %d\n", n >= SIGRTMIN ? "RTMIN+" : "",
           n >= SIGRTMIN ? n - SIGRTMIN : usual(n), i->si_code, i->si_value.sival_int,
           i->si_pid == getpid(), i->si_uid == getuid());
}
int main(void)
{
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    sigfillset(&a.sa_mask);
    sigset_t s;
    sigfillset(&s);
    for (int i = 0; i < 4; i++)
        sigaction(SIGRTMIN + i, &a, NULL);
    sigaction(SIGUSR1, &a, NULL);
    sigprocmask(SIG_BLOCK, &s, NULL);
    union sigval v;
    for (int i = 0; i < 3; i++) {
        v.sival_int = i;
        TRY(sigqueue(getpid(), SIGRTMIN + 2, v));
        v.sival_int = 10 + i;
        sigqueue(getpid(), SIGRTMIN + 1, v);
        v.sival_int = 20 + i;
        sigqueue(getpid(), SIGUSR1, v);
    }
    kill(getpid(), SIGRTMIN);
    raise(SIGRTMIN + 3);
    sigprocmask(SIG_UNBLOCK, &s, NULL);
    siginfo_t q = {0};
    q.si_code = 0;
    TRY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &q));
    q.si_code = -60;
    q.si_value.sival_int = 5;
    TRY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &q));
    TRY(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, 16));
    TRY(syscall(SYS_rt_sigqueueinfo, getpid(), 99, &q));
    q.si_value.sival_int = 6;
    TRY(syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGUSR1, &q));
    return 0;
}
