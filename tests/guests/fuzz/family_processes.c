// Children: one that has ended, one that is stopped, one that waits; waiting for them, groups.
#include "generator.h"
#include <sys/prctl.h>

static pid_t people[5]; /* ourselves, ended, stopped, waiting, gone */
static const char *const called[] = {"self", "ended", "stopped", "waiting", "gone"};

static const char *who(long pid)
{
    static char text[40];

    for (int i = 0; i < 5; i++)
        if (pid == people[i])
            return called[i];
    return pid < 10 ? (sprintf(text, "%ld", pid), text) : "somebody";
}

static long make_pid(void)
{
    int n = pick(9);

    if (n < 5)
        return named(called[n], (void *)(long)people[n]);
    return word("", (long[]){0, 99999999, INT_MAX, -99999999}[n - 5]);
}

static long make_target(void)
{
    int n = pick(12);

    if (n < 5)
        return named(called[n], (void *)(long)people[n]);
    if (n < 8)
        return sprintf(symbol, "-%s", called[n - 5]), -(long)people[n - 5];
    return word("", (long[]){0, -1, 99999999, INT_MIN}[n - 8]);
}

static long make_cloneargs(void)
{
    uint64_t *a = place(128);

    if (!pick(5))
        return bad_pointer();
    a[0] = (uint64_t[]){0x100, 0x10000, 0x800, 0x80000000ull, 0x200000000ull, 0x1000 | 0x100000000ull, 0x8000 | 0x800, 1ull << 63}[pick(8)];
    a[4] = pick(2) ? 17 : 300;
    a[5] = pick(2);
    sprintf(symbol, "{%#llx %llu %llu}", (long long)a[0], (long long)a[4], (long long)a[5]);
    return (long)a;
}

static const struct kind kinds[] = {
    MADE(pid), MADE(target), MADE(cloneargs),
    VALUES("signal", 1, 0, 0, SIGCONT, SIGUSR1, SIGSTOP, SIGTERM, 65, -1, SIGCHLD, SIGURG),
    VALUES("wait", 1, 1, 1, 3, 9, 0xb, 1 | 0x80000000, 1 | 0x40000000, 1 | 0x20000000, 1 | 4, -1, 1 | 0x1000000, 0x10000001),
    VALUES("waitid", 1, 5, 7, 0xf, 4 | 1 | 0x1000000, 7 | 0x1000000, 1, 3, 9, -1, 5 | 0x80, 0xd),
    VALUES("idtype", 1, 0, 1, 2, 3, 4, -1, 1, 1),
    VALUES("option", 1, PR_GET_NAME, PR_SET_NAME, PR_GET_PDEATHSIG, PR_SET_PDEATHSIG, PR_GET_DUMPABLE, PR_GET_KEEPCAPS, PR_SET_KEEPCAPS,
           PR_GET_NO_NEW_PRIVS, PR_GET_TIMERSLACK, PR_GET_CHILD_SUBREAPER, PR_SET_CHILD_SUBREAPER, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_GET_SECUREBITS, PR_SET_SECUREBITS,
           PR_GET_TID_ADDRESS, PR_GET_THP_DISABLE, PR_SET_THP_DISABLE, PR_CAP_AMBIENT, PR_GET_TIMING, PR_SET_TIMING, PR_MCE_KILL_GET, 9999, 0, -1, PR_GET_IO_FLUSHER, PR_GET_SECCOMP),
    VALUES("value", 0, 0, 0, 0, 1, 2, 9, 40, 41, 64, 65, -1, 1000),
    VALUES("badclone", 0, 0x100 | 17, 0x10000, 0x800 | 17, 0x10000 | 0x100, 0x1000 | 0x80000, 0x200 | 0x20000, 0x8000 | 0x800 | 17, 0x10000000 | 0x800, 0x1000 | 0x8000, 0x200 | 0x10000000, 0x20000000 | 0x10000),
    VALUES("clonesize", 0, 64, 80, 88, 88, 96, 0, 63, 4097),
    VALUES("which", 1, 0, 1, 2, 3, -1),
    VALUES("pidfd", 1, 0, 0, 1, O_NONBLOCK, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(wait4, "!target null wait null"), C(wait4, "@target out wait null"), C(wait4, "!target null wait out"), C(wait4, "target out wait null"), C(waitid, "!idtype pid out waitid null"),
    C(waitid, "!idtype pid null waitid out"), C(waitid, "idtype fd out waitid null"), C(kill, "target signal"), C(kill, "pid signal"), C(setpgid, "pid pid"), C(getpgid, "pid"), C(getsid, "!pid"), C(setsid, "!"),
    C(getpid, "!"), C(getppid, "!"), C(prctl, "option value value value value"), C(prctl, "#option out zero zero zero"), C(prctl, "option value zero zero zero"), C(pidfd_open, "pid pidfd"), C(clone, "badclone null null null null"),
    C(clone3, "cloneargs clonesize"), C(unshare, "badclone"), C(setns, "fd bits"), C(getpriority, "which pid"), C(sched_getscheduler, "pid"), C(tgkill, "pid pid signal"), C(execve, "name null null"), C(execve, "in null null"),
    C(process_mrelease, "fd bits"), C(pidfd_send_signal, "fd signal null zero"), C(kcmp, "pid pid small fd fd"), C(pidfd_getfd, "fd fd zero"), C(prlimit64, "!pid small null out"), C(ptrace, "value pid zero zero"),
#ifdef SYS_getpgrp
    OLD(getpgrp, "!"),
#endif
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    siginfo_t info;

    people[0] = getpid();
    MUST((people[4] = fork()) >= 0);
    if (!people[4])
        _exit(4);
    MUST(waitpid(people[4], NULL, 0) == people[4]);
    for (int i = 1; i < 4; i++) {
        MUST((people[i] = fork()) >= 0);
        if (people[i])
            continue;
        if (i == 1)
            _exit(7);
        if (i == 2)
            raise(SIGSTOP);
        for (;;)
            pause();
    }
    MUST(waitid(P_PID, people[1], &info, WEXITED | WNOWAIT) == 0);
    MUST(waitid(P_PID, people[2], &info, WSTOPPED | WNOWAIT) == 0);
    MUST(syscall(SYS_pidfd_open, people[1], 0) == 5 && syscall(SYS_pidfd_open, people[3], 0) == 6 && syscall(SYS_pidfd_open, people[2], 0) == 7);
    signal(SIGTERM, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGCONT, SIG_IGN);
    signal(SIGURG, SIG_IGN);
}

/* What was sent to a child has happened when the next call looks. */
static void settle(void)
{
    sleep_ms(milliseconds / 10);
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_kill && ((int)a[0] == -1 || (int)a[0] == INT_MIN || (int)a[0] == 0 || ((int)a[0] < 0 && (int)a[1] == SIGSTOP)))
        return 1;
    if ((c->number == SYS_kill || c->number == SYS_tgkill) && (int)a[0] == people[0] && (int)a[1] == SIGSTOP)
        return 1;
    if (c->number == SYS_kill && (int)a[0] == -people[0] && (int)a[1] == SIGSTOP)
        return 1;
    if (c->number == SYS_prctl && (int)a[0] == PR_SET_PDEATHSIG)
        return a[1] != 0 && a[1] < 65;
    if (c->number == SYS_clone || c->number == SYS_clone3) /* without one that succeeds */
        return (c->number == SYS_clone && (a[0] == (0x100 | 17) || a[0] == (0x8000 | 0x800 | 17))) || a[0] == (long)fixed || (c->number == SYS_clone3 && a[0] > 4096 && a[0] < LONG_MAX && a[0] != (long)gone && a[0] != (long)none && !(((uint64_t *)a[0])[0] & (0x10000 | 1ull << 63)));
    if (c->number == SYS_ptrace)
        return 1;
    return 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    static char text[60];

    if (c->number == SYS_kill || c->number == SYS_tgkill || c->number == SYS_pidfd_send_signal)
        settle();
    if (c->number == SYS_wait4 || c->number == SYS_getpgid)
        return sprintf(text, "%s %x", who(r), c->number == SYS_wait4 && a[1] == (long)room ? *(int *)room : 0), text;
    if (c->number == SYS_waitid && a[2] == (long)room) {
        siginfo_t *i = (siginfo_t *)room;
        return sprintf(text, "%ld %d %d %s %d", r, i->si_signo, i->si_code, who(i->si_pid), i->si_status), text;
    }
    if (c->number == SYS_kcmp)
        return r ? "different" : "same";
    if (c->number == SYS_prctl && (int)a[0] == PR_GET_TID_ADDRESS)
        return "fine";
    return NULL;
}

static void leave(void)
{
    for (int i = 1; i < 4; i++) {
        int status = 0;
        kill(people[i], SIGKILL);
        int r = waitpid(people[i], &status, 0);
        logged("%s: %s %x\n", called[i], r == people[i] ? "there" : "gone", status);
    }
}
