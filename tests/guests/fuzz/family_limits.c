// Limits, priorities, policies and processors.
#include "generator.h"
#include <linux/sched/types.h>

static pid_t other;

static long make_who(void)
{
    unsigned n = pick(8);

    if (n < 2)
        return named(n ? "other" : "self", (void *)(long)(n ? other : getpid()));
    return word("", (long[]){0, 0, 1, 99999999, -1, INT_MIN}[n - 2]);
}

static long make_limit(void)
{
    uint64_t *l = place(16);

    if (!pick(5))
        return bad_pointer();
    for (int i = 0; i < 2; i++)
        l[i] = (uint64_t[]){1 << 20, 1 << 20, 1 << 21, 0, -1, 1000, 64 << 20, 1ull << 40}[pick(8)];
    return sprintf(symbol, "{%#lx %#lx}", (long)l[0], (long)l[1]), (long)l;
}

static long make_param(void)
{
    int *p = place(8);

    if (!pick(5))
        return bad_pointer();
    *p = (int[]){0, 0, 1, 50, 99, 100, -1}[pick(7)];
    return sprintf(symbol, "{%d}", *p), (long)p;
}

static long make_attr(void)
{
    struct sched_attr *s = place(128);

    if (!pick(6))
        return bad_pointer();
    s->size = (int[]){48, 48, 56, 0, 40, 64, -1}[pick(7)];
    s->sched_policy = (int[]){0, 0, 3, 5, 1, 6, 77, -1}[pick(8)];
    s->sched_flags = pick(3) ? 0 : 1ull << pick(9);
    s->sched_nice = pick(2) ? 0 : (int[]){5, 19, 20, -1, -21}[pick(5)];
    s->sched_priority = pick(3) ? 0 : 1;
    s->sched_util_min = pick(3) ? 0 : 100;
    if (!pick(6))
        ((char *)s)[60] = 1;
    return sprintf(symbol, "{%d %d %#llx %d %d}", s->size, s->sched_policy, s->sched_flags, s->sched_nice, s->sched_priority), (long)s;
}

static long make_cpus(void)
{
    unsigned long *m = place(128);

    if (!pick(5))
        return bad_pointer();
    m[0] = (unsigned long[]){1, 3, 0, -1, 1ul << 31}[pick(5)];
    return sprintf(symbol, "{%#lx}", m[0]), (long)m;
}

static const struct kind kinds[] = {
    MADE(who), MADE(limit), MADE(param), MADE(attr), MADE(cpus),
    VALUES("resource", 1, 1, 2, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, -1, 1000, 3, 8),
    VALUES("any", 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, -1),
    VALUES("which", 1, 0, 0, 1, 2, 3, -1),
    VALUES("nice", 1, 0, 1, 5, 19, 20, -1, -20, -100, INT_MAX, INT_MIN),
    VALUES("policy", 1, 0, 0, 3, 5, 1, 2, 4, 6, 7, 8, -1, 0x40000000),
    VALUES("attrsize", 1, 48, 48, 56, 0, 47, 64, 4096, 4097, -1),
    VALUES("masksize", 1, 8, 8, 128, 0, 4, 7, 12, 16, -1, 4096),
    VALUES("ioprio", 1, 0, 0x4000, 0x4004, 0x6000, 0x2000, 0x8000, 0x4008, -1, 0x6007),
    VALUES("usage", 1, 0, -1, 1, 2, -2, -3, 77),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(getrlimit, "@resource out"), C(getrlimit, "!any out"), C(setrlimit, "resource limit"), C(setrlimit, "resource limit"), C(prlimit64, "who resource limit null"), C(prlimit64, "@who resource limit out"),
    C(prlimit64, "@who resource null out"), C(prlimit64, "!who any null out"), C(getpriority, "which who"), C(setpriority, "which who nice"), C(sched_getscheduler, "who"),
    C(sched_setscheduler, "who policy param"), C(sched_getparam, "#who out"), C(sched_setparam, "who param"), C(sched_getattr, "@who out attrsize zero"), C(sched_getattr, "!who out attrsize bits"),
    C(sched_setattr, "who attr zero"), C(sched_setattr, "who attr bits"), C(sched_getaffinity, "@who masksize out"), C(sched_setaffinity, "who masksize cpus"), C(sched_rr_get_interval, "!who out"),
    C(sched_get_priority_max, "policy"), C(sched_get_priority_min, "policy"), C(sched_yield, ""), C(ioprio_get, "which who"), C(ioprio_set, "which who ioprio"), C(getrusage, "!usage out"), C(times, "!out"),
#ifdef SYS_getrlimit
    OLD(getrlimit, "@resource out"),
#endif
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    MUST((other = fork()) >= 0);
    if (!other)
        for (;;)
            pause();
}

static int refuse(const struct call *c, long *a)
{
    int names_others = (int)a[1] == 1 || (int)a[1] == -1;

    if (c->number == SYS_setpriority || c->number == SYS_ioprio_set)
        return (int)a[0] > 1 || names_others; /* other processes of nobody */
    if (c->number == SYS_prlimit64 && (int)a[1] == 0 && a[2])
        return 1; /* processor time of none kills at the next tick */
    if ((c->number == SYS_getpriority || c->number == SYS_ioprio_get) && (int)a[0] > 1)
        return 1;
    if ((c->number == SYS_setrlimit || c->number == SYS_prlimit64) && pick(2) && a[0] == 0)
        return 1;
    return 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    return NULL;
}

static void leave(void)
{
    struct rlimit l;

    for (int i = 0; i < RLIM_NLIMITS; i++)
        if (getrlimit(i, &l) == 0)
            logged("%d: %lx %lx\n", i, (long)l.rlim_cur, (long)l.rlim_max);
    errno = 0;
    logged("nice %d policy %d\n", getpriority(0, 0), (int)syscall(SYS_sched_getscheduler, 0));
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
}
