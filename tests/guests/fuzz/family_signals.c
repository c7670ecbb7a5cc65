// Signals to oneself: actions, masks, stacks, queues, waiting, descriptors of signals.
#include "generator.h"
#include <sys/signalfd.h>

static volatile int seen, codes;
static char own_stack[16384] __attribute__((aligned(16)));
static struct { void *handler; unsigned long flags; void *restorer; uint64_t mask; } template;

static void handler(int signo, siginfo_t *info, void *context)
{
    seen = seen * 67 + signo;
    codes = codes * 31 + info->si_code;
}

static const int harmless[] = {SIGUSR1, SIGUSR2, SIGCHLD, SIGURG, SIGWINCH, SIGCONT, 40, 41, 64, SIGIO, SIGHUP};

static long make_signal(void)
{
    if (!pick(6))
        return word("", (long[]){0, 65, -1, 1000, -2, INT_MAX, INT_MIN}[pick(7)]);
    return word("", harmless[pick(COUNT(harmless))]);
}

static long make_set(void)
{
    uint64_t *set = place(8);
    char text[100] = "";

    if (!pick(5))
        return bad_pointer();
    for (int i = pick(4); i > 0; i--) {
        int signo = harmless[pick(COUNT(harmless))];
        *set |= 1ull << (signo - 1);
        sprintf(text + strlen(text), "%d ", signo);
    }
    return named(text, set);
}

static long make_action(void)
{
    typeof(&template) a = place(64);

    if (!pick(4))
        return bad_pointer();
    *a = template;
    unsigned which = pick(4);
    if (which == 0)
        a->handler = SIG_IGN;
    int bits = pick(6);
    a->flags |= (unsigned long[]){0, SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_ONSTACK, SA_NOCLDSTOP | SA_NOCLDWAIT}[bits];
    a->mask = pick(2) ? 0 : 1ull << (harmless[pick(COUNT(harmless))] - 1);
    sprintf(symbol, "{%u %d %#lx}", which, bits, (long)a->mask);
    return (long)a;
}

static long make_stack(void)
{
    stack_t *s = place(sizeof *s);

    if (!pick(4))
        return bad_pointer();
    s->ss_sp = pick(6) ? own_stack : gone;
    s->ss_size = (size_t[]){16384, 16384, 100, 2047, 2048, -1}[pick(6)];
    s->ss_flags = pick(2) ? 0 : (int[]){SS_DISABLE, SS_ONSTACK, 8, 1u << 31}[pick(4)];
    sprintf(symbol, "{%zd %d}", s->ss_size, s->ss_flags);
    return (long)s;
}

static long make_siginfo(void)
{
    siginfo_t *i = place(sizeof *i);

    if (!pick(5))
        return bad_pointer();
    i->si_signo = 10;
    i->si_code = (int[]){SI_QUEUE, SI_QUEUE, SI_USER, SI_TKILL, 1, SI_KERNEL, SI_TIMER, -100, INT_MIN}[pick(9)];
    i->si_pid = getpid();
    i->si_value.sival_int = pick(1000);
    sprintf(symbol, "{%d}", i->si_code);
    return (long)i;
}

static long make_self(void)
{
    return pick(5) ? named("self", (void *)(long)getpid()) : word("", (long[]){0, 99999999, INT_MAX, -99999999}[pick(4)]);
}


static const struct kind kinds[] = {
    MADE(signal), MADE(set), MADE(action), MADE(stack), MADE(siginfo), MADE(self),
    VALUES("setsize", 0, 8, 8, 8, 8, 8, 8, 0, 4, 16, 128, -1),
    VALUES("how", 1, 0, 1, 2, 3, -1, 0, 1, 2),
    VALUES("sfd", 1, SFD_NONBLOCK, SFD_NONBLOCK | SFD_CLOEXEC, SFD_NONBLOCK, 1, -1),
    VALUES("pidfdbits", 1, 0, 0, 0, 1, 2, 4, 8, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(rt_sigaction, "!signal action null setsize"), C(rt_sigaction, "!signal action null setsize"), C(rt_sigaction, "!signal null out setsize"),
    C(rt_sigprocmask, "@how set out setsize"), C(rt_sigprocmask, "@how set out setsize"), C(rt_sigpending, "#out setsize"),
    C(kill, "self signal"), C(kill, "self signal"), C(tkill, "self signal"), C(tgkill, "self self signal"), C(rt_sigqueueinfo, "self signal siginfo"),
    C(rt_tgsigqueueinfo, "self self signal siginfo"), C(rt_sigtimedwait, "!set null timespec setsize"), C(rt_sigtimedwait, "!set out timespec setsize"),
    C(sigaltstack, "stack null"), C(sigaltstack, "!null out"), C(signalfd4, "fd set setsize sfd"), C(read, "!own out size"),
    C(pidfd_send_signal, "fd signal siginfo pidfdbits"), C(rt_sigsuspend, "set setsize"), C(ppoll, "zero zero timespec set setsize"),
    C(setitimer, "small in null"), C(restart_syscall, ""), C(pidfd_open, "self pidfdbits"), C(prctl, "bits bits zero zero zero"),
#ifdef SYS_pause
    OLD(pause, ""), OLD(alarm, "zero"), OLD(signalfd, "fd set setsize"),
#endif
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    struct sigaction a = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigset_t set;

    for (unsigned i = 0; i < COUNT(harmless); i++)
        MUST(sigaction(harmless[i], &a, NULL) == 0);
    MUST(syscall(SYS_rt_sigaction, SIGUSR1, NULL, &template, 8) == 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    MUST(signalfd(-1, &set, SFD_NONBLOCK) == 5 && syscall(SYS_pidfd_open, getpid(), 0) == 6);
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_setitimer)
        return 1;
    if (c->number == SYS_prctl)
        return 1;
    if ((c->number == SYS_kill || c->number == SYS_rt_sigqueueinfo) && ((int)a[0] == -1 || (int)a[0] == 1))
        return 1;
    if (c->number == SYS_signalfd4)
        return pick(3);
#ifdef SYS_pause
    if (c->number == SYS_signalfd)
        return 1;
#endif
    return 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    static char text[60];

    if (!seen)
        return c->number == SYS_rt_sigtimedwait ? (sprintf(text, "%ld", r), text) : NULL;
    sprintf(text, "%ld, handled %x %x", r, seen, codes);
    seen = codes = 0;
    return text;
}

static void leave(void)
{
    uint64_t mask;

    for (unsigned i = 0; i < COUNT(harmless); i++) {
        syscall(SYS_rt_sigaction, harmless[i], NULL, &template, 8);
        logged("%d: %s %lx %lx\n", harmless[i], template.handler == SIG_IGN ? "ignored" : template.handler == SIG_DFL ? "default" : "handled", template.flags, (long)template.mask);
    }
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
    logged("mask %lx seen %x\n", (long)mask, seen);
}
