// Futexes, and what threads tell the kernel of themselves; a second thread is there.
#include "generator.h"
#include <linux/futex.h>

static pid_t second, self;
static volatile int done;

static void *wait_for_it(void *arg)
{
    second = syscall(SYS_gettid);
    done = 1;
    while (done != 2)
        syscall(SYS_futex, &done, FUTEX_WAIT, 1, NULL, NULL, 0);
    return NULL;
}

static long make_tid(void)
{
    unsigned n = pick(9);

    if (n < 4)
        return n < 2 ? named("self", (void *)(long)self) : named("second", (void *)(long)second);
    return word("", (long[]){0, 1, -1, 99999999, INT_MIN}[n - 4]);
}

static long make_word(void)
{
    unsigned *w = place(16);

    if (!pick(5))
        return bad_pointer();
    *w = (unsigned[]){0, 1, 2, -1, self, FUTEX_WAITERS, self | FUTEX_OWNER_DIED, 99999999}[pick(8)];
    if (!pick(8))
        return sprintf(symbol, "unaligned"), (long)w + 2;
    return *w == self ? named("{self}", w) : *w == (self | FUTEX_OWNER_DIED) ? named("{self, died}", w) : (sprintf(symbol, "{%u}", *w), (long)w);
}

static long make_when(void)
{
    struct timespec *t = place(sizeof *t);

    if (!pick(6))
        return bad_pointer();
    t->tv_sec = pick(8) ? 0 : -1;
    t->tv_nsec = pick(6) ? 1000 : (long[]){1000000000, -1}[pick(2)];
    return sprintf(symbol, "{%ld %ld}", (long)t->tv_sec, t->tv_nsec), (long)t;
}

static long make_waitv(void)
{
    struct { uint64_t val, uaddr; uint32_t flags, reserved; } *w = place(48);

    if (!pick(6))
        return bad_pointer();
    for (int i = 0; i < 2; i++) {
        w[i].uaddr = make_word();
        w[i].val = pick(3);
        w[i].flags = (int[]){2, 2 | 128, 0, 1, 3, -1, 4}[pick(7)];
        w[i].reserved = !pick(10);
    }
    return sprintf(symbol + strlen(symbol), " %d %x", (int)w[0].val, w[0].flags), (long)w;
}

static const struct kind kinds[] = {
    MADE(tid), MADE(word), MADE(when), MADE(waitv),
    VALUES("op", 1, 0, 1, 2, 3, 4, 5, 7, 9, 10, 14, 6, 8, 13, 128, 129, 131, 132, 137, 138, 256, 0x109, 0x189, -1),
    VALUES("value", 1, 0, 1, 2, -1, INT_MAX, INT_MIN),
    VALUES("mask", 1, -1, 1, 0),
    VALUES("listsize", 0, 24, 24, 0, 12, 25, -1),
    VALUES("rseqsize", 1, 32, 32, 0, 31, 33, 64),
    VALUES("rseqflags", 1, 0, 0, 1, 2, -1),
    VALUES("barrier", 1, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 3, -1),
    VALUES("clone", 0, 0x10000, 0x10000 | 0x100, 0x10000 | 0x800, 0x800, 0x10000 | 0x900 | 0x20000000, 0x10000 | 0x900 | 0x1000 | 0x10000000, 0x200 | 0x20000),
    VALUES("futex2", 1, 2, 2, 130, 0, 1, 3, -1),
    VALUES("number", 0, 0, 1, 2, 3, 128, 129, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(futex, "word op value when word value"), C(futex, "word op value when word value"), C(futex, "word op value null word value"), C(futex, "word op value small word mask"), {"futex_waitv", 449, "waitv number zero when one", 0}, {"futex_waitv", 449, "waitv number bits when value", 0},
    {"futex_wake", 454, "word mask value futex2", 0}, {"futex_wait", 455, "word value mask futex2 when one", 0}, {"futex_requeue", 456, "waitv zero value value", 0}, C(set_tid_address, "!word"), C(set_robust_list, "null listsize"), C(get_robust_list, "@tid out out"),
    C(get_robust_list, "!tid out null"), C(rseq, "word rseqsize rseqflags value"), C(rseq, "in rseqsize rseqflags value"), C(membarrier, "barrier zero zero"), C(membarrier, "barrier bits value"), C(clone, "clone null null null null"), C(gettid, "!"), C(tgkill, "tid tid zero"),
    C(tkill, "tid zero"), C(sched_getparam, "!tid out"), C(sched_getscheduler, "tid"), C(sched_getaffinity, "@tid size out"), C(getpriority, "zero tid"), C(unshare, "clone"), C(setns, "fd bits"), C(kcmp, "tid tid number zero zero"),
    {"pidfd_open", SYS_pidfd_open, "tid bits", 0}, C(prlimit64, "!tid one null out"), C(getpgid, "!tid"), C(getsid, "!tid"), C(setpgid, "tid zero"), C(waitid, "one tid out small null"), C(ioprio_get, "one tid"), C(getitimer, "!zero out"), C(sched_rr_get_interval, "!tid out"),
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    pthread_t thread;

    self = getpid();
    MUST(pthread_create(&thread, NULL, wait_for_it, NULL) == 0);
    while (!done)
        sched_yield();
    syscall(SYS_rseq, NULL, 0, 1, 0);
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_futex) {
        int op = a[1] & 127;
        if (op >= 3 && op <= 5)
            a[3] &= 0xff; /* a number there */
        if (op == 6 || op == 13) /* process 1 does not let go of locks */
            if ((char *)a[0] >= room && (char *)a[0] < room + ROOM && *(unsigned short *)a[0] == 1)
                return 1;
    }
    if (c->number == SYS_rseq && (int)a[2] == 0) /* what is in the area later is deadly */
        return 1;
    if (c->number == SYS_set_robust_list && (unsigned long)a[0] > -4096ul) /* get_robust_list takes it for an error */
        return 1;
    if (c->number == SYS_setns && (int)a[1] == 128) /* EUSERS with threads; here it is EINVAL then, as for other namespaces */
        return 1;
    return c->number == SYS_prlimit64 && (int)a[0] == 1;
}

static const char *result(const struct call *c, const long *a, long r)
{
    if (c->number == SYS_kcmp)
        return r ? "different" : "same";
    if (c->number == SYS_get_robust_list || c->number == SYS_getpriority)
        return "fine";
    return NULL;
}

static void leave(void)
{
    done = 2;
    syscall(SYS_futex, &done, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
