// xfail-sparc64: rt_sigaction has an argument more
// Blocking, pending, handlers' own masks, SA_NODEFER, SA_RESETHAND, and the order of delivery.
// numbers: usual
#include "guest.h"
static volatile int depth, deepest, raises;
static char log_[300];
static void note(int n)
{
    char b[8];
    sprintf(b, " %d", n < 0 ? -usual(-n) : usual(n));
    strcat(log_, b);
}
static void plain(int n)
{
    note(n);
}
static void nested(int n)
{
    note(n);
    if (++depth > deepest)
        deepest = depth;
    if (raises++ < 2)
        raise(n);
    depth--;
    note(-n);
}
static void flush_log(const char *t)
{
    printf("%s:%s\n", t, log_);
    log_[0] = 0;
}
static void hook(int n, void (*f)(int), int flags, int mask)
{
    struct sigaction a = {.sa_handler = f, .sa_flags = flags};
    sigemptyset(&a.sa_mask);
    if (mask)
        sigaddset(&a.sa_mask, mask);
    sigaction(n, &a, NULL);
}
static void both(int n)
{
    note(n);
    raise(SIGUSR2);
    note(-n);
}
int main(void)
{
    sigset_t s, o;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    sigaddset(&s, SIGUSR2);
    sigaddset(&s, SIGTERM);
    hook(SIGUSR1, plain, 0, 0);
    hook(SIGUSR2, plain, 0, 0);
    hook(SIGTERM, plain, 0, 0);
    TRY(sigprocmask(SIG_BLOCK, &s, NULL));
    raise(SIGTERM);
    raise(SIGUSR1);
    raise(SIGUSR2);
    raise(SIGUSR1);
    flush_log("blocked");
    sigpending(&o);
    SHOW(sigismember(&o, SIGUSR1));
    SHOW(sigismember(&o, SIGHUP));
    TRY(sigprocmask(SIG_UNBLOCK, &s, &o));
    flush_log("unblocked");
    SHOW(sigismember(&o, SIGTERM));
    hook(SIGUSR1, nested, 0, 0);
    raise(SIGUSR1);
    flush_log("deferred");
    SHOW(deepest);
    deepest = raises = 0;
    hook(SIGUSR1, nested, SA_NODEFER, 0);
    raise(SIGUSR1);
    flush_log("SA_NODEFER");
    SHOW(deepest);
    hook(SIGUSR1, both, 0, SIGUSR2);
    raise(SIGUSR1);
    flush_log("sa_mask");
    hook(SIGUSR1, both, 0, 0);
    raise(SIGUSR1);
    flush_log("no sa_mask");
    hook(SIGHUP, plain, SA_RESETHAND, 0);
    raise(SIGHUP);
    struct sigaction a;
    sigaction(SIGHUP, NULL, &a);
    SHOW(a.sa_handler == SIG_DFL);
    flush_log("SA_RESETHAND");
    hook(SIGUSR1, SIG_IGN, 0, 0);
    raise(SIGUSR1);
    flush_log("ignored");
    sigaddset(&s, SIGHUP);
    sigprocmask(SIG_BLOCK, &s, NULL);
    hook(SIGHUP, plain, 0, 0);
    raise(SIGHUP);
    hook(SIGHUP, SIG_IGN, 0, 0);
    hook(SIGHUP, plain, 0, 0);
    sigpending(&o);
    SHOW(sigismember(&o, SIGHUP));
    sigprocmask(SIG_UNBLOCK, &s, NULL);
    flush_log("ignoring discards");
    TRY(syscall(SYS_rt_sigaction, SIGKILL, &a, NULL, 8));
    TRY(syscall(SYS_rt_sigaction, SIGKILL, NULL, NULL, 8));
    TRY(syscall(SYS_rt_sigaction, 65, NULL, NULL, 8));
    TRY(syscall(SYS_rt_sigaction, 0, NULL, NULL, 8));
    TRY(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
    TRY(syscall(SYS_rt_sigaction, SIGUSR1, 16, NULL, 8));
    TRY(syscall(SYS_rt_sigprocmask, 9, &s, NULL, 8));
    TRY(syscall(SYS_rt_sigprocmask, 9, NULL, &s, 8));
    TRY(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &s, NULL, 16));
    TRY(syscall(SYS_rt_sigprocmask, SIG_BLOCK, 16, NULL, 8));
    sigfillset(&s);
    sigprocmask(SIG_SETMASK, &s, NULL);
    sigprocmask(SIG_SETMASK, NULL, &o);
    SHOW(sigismember(&o, SIGKILL));
    SHOW(sigismember(&o, SIGSTOP));
    SHOW(sigismember(&o, SIGSEGV));
    TRY(kill(getpid(), 65));
    TRY(kill(getpid(), -1));
    TRY(kill(0x3fffffff, 0));
    TRY(syscall(SYS_tgkill, getpid(), -1, 0));
    TRY(syscall(SYS_tkill, -1, 0));
    TRY(syscall(SYS_tgkill, getpid(), getpid(), 65));
    return 0;
}
