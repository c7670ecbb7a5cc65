// Waiting for descriptors: poll, select, epoll, eventfd, timerfd, signalfd, inotify.
#include "generator.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static long make_pollfds(void)
{
    struct pollfd *p = place(4 * sizeof *p);
    char text[200] = "";

    if (!pick(6))
        return bad_pointer();
    for (int i = 0; i < 4; i++) {
        p[i].fd = pick(6) ? 3 + (int)pick(18) : (int[]){-1, 800, INT_MAX, LOG}[pick(4)];
        p[i].events = pick(2) ? POLLIN : (short[]){POLLOUT, POLLIN | POLLOUT, 0, -1, POLLPRI, 0x2000}[pick(6)];
        p[i].revents = -1;
        sprintf(text + strlen(text), "%d:%x ", p[i].fd, p[i].events & 0xffff);
    }
    return named(text, p);
}

static long make_fds(void)
{
    fd_set *s = place(sizeof *s);
    char text[100] = "";

    if (!pick(5))
        return bad_pointer();
    if (!pick(3))
        return named("NULL", NULL);
    for (int i = pick(4); i > 0; i--) {
        int fd = pick(6) ? 3 + pick(18) : 60;
        FD_SET(fd, s);
        sprintf(text + strlen(text), "%d ", fd);
    }
    return named(text, s);
}

static long make_wait(void)
{
    struct timespec *t = place(sizeof *t);

    if (!pick(5))
        return bad_pointer();
    t->tv_nsec = pick(6) ? pick(2) * 1000 : (long[]){1000000000, -1}[pick(2)];
    t->tv_sec = pick(8) ? 0 : -1;
    return sprintf(symbol, "{%ld %ld}", (long)t->tv_sec, t->tv_nsec), (long)t;
}

static long make_event(void)
{
    struct epoll_event *e = place(sizeof *e);

    if (!pick(6))
        return bad_pointer();
    e->events = (unsigned[]){EPOLLIN, EPOLLIN | EPOLLOUT, EPOLLOUT | EPOLLET, EPOLLIN | EPOLLONESHOT, 0, -1, EPOLLIN | EPOLLEXCLUSIVE, EPOLLEXCLUSIVE | EPOLLONESHOT, EPOLLIN | EPOLLWAKEUP}[pick(9)];
    e->data.u64 = pick(100);
    return sprintf(symbol, "{%x %d}", e->events, (int)e->data.u64), (long)e;
}

static long make_set(void)
{
    uint64_t *s = place(8);

    if (!pick(5))
        return bad_pointer();
    *s = pick(2) ? 0 : 1ull << (SIGUSR1 - 1);
    return sprintf(symbol, "{%d}", *s != 0), (long)s;
}

/* The last argument of pselect6: a pointer and a size. */
static long make_sigmask(void)
{
    unsigned long *p = place(2 * sizeof *p);

    if (pick(2))
        return make_null();
    p[0] = make_set();
    p[1] = pick(4) ? 8 : pick(20);
    return sprintf(symbol + strlen(symbol), " %lu", p[1]), (long)p;
}

static const struct kind kinds[] = {
    MADE(pollfds), MADE(fds), MADE(wait), MADE(event), MADE(set), MADE(sigmask),
    VALUES("nfds", 1, 0, 1, 2, 4, 4, 3, 1025, -1),
    VALUES("width", 1, 0, 5, 22, 22, 64, 70, 1024, 5000, -1),
    VALUES("ms", 1, 0, 0, 0, 1, 2, -1, -5),
    VALUES("ep", 1, 12, 12, 12, 13, 13, 3, 4, 700, -1),
    VALUES("op", 1, 1, 1, 1, 2, 3, 3, 0, 4, -1),
    VALUES("most", 1, 1, 2, 8, 0, -1, INT_MAX, INT_MAX / 8),
    VALUES("setsize", 0, 8, 8, 8, 8, 0, 4, 16, -1),
    VALUES("cloexec", 1, 0, O_CLOEXEC, O_NONBLOCK, O_NONBLOCK | O_CLOEXEC, 1, 3, -1),
    VALUES("initial", 1, 0, 1, 5, -1, INT_MAX),
    VALUES("bytes", 0, 8, 8, 8, 0, 4, 7, 16, 128, 1000, -1),
    VALUES("clock", 1, 0, 1, 7, 8, 9, 2, 99, -1),
    VALUES("watch", 1, 1, 2, 3, 0, -1, 100),
    VALUES("mask", 1, IN_ALL_EVENTS, IN_CREATE, 0, IN_ONLYDIR | IN_OPEN, IN_MASK_ADD | IN_MODIFY, IN_ONESHOT | IN_ATTRIB, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(ppoll, "@pollfds nfds wait null zero"), C(ppoll, "@pollfds nfds wait set setsize"), C(pselect6, "@width fds fds fds wait sigmask"), C(pselect6, "width fds null fds wait null"),
    C(epoll_create1, "cloexec"), C(epoll_ctl, "ep op fd event"), C(epoll_ctl, "ep op fd event"), C(epoll_ctl, "ep op fd event"), C(epoll_pwait, "@ep out most ms set setsize"), C(epoll_pwait, "@ep out most ms null zero"),
    {"epoll_pwait2", 441, "!ep out most wait null zero", 0}, {"epoll_pwait2", 441, "!ep out most wait set setsize", 0}, C(eventfd2, "initial cloexec"), C(signalfd4, "own set setsize cloexec"), C(timerfd_create, "clock cloexec"), C(inotify_init1, "cloexec"),
    C(inotify_add_watch, "own name mask"), C(inotify_rm_watch, "own watch"), C(read, "!own out bytes"), C(write, "own in bytes"), C(close, "own"), C(dup, "fd"), C(mkdirat, "dirfd name mode"), C(kill, "zero zero"),
#ifdef SYS_poll
    OLD(poll, "@pollfds nfds ms"), OLD(select, "@width fds fds fds wait"), OLD(epoll_wait, "@ep out most ms"), OLD(epoll_create, "initial"), OLD(eventfd, "initial"),
#endif
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    struct epoll_event e = {EPOLLIN, {.u64 = 7}};
    sigset_t usr;
    int p[2];

    sigemptyset(&usr);
    sigaddset(&usr, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr, NULL);
    MUST(pipe2(p, O_NONBLOCK) == 0 && p[1] == 6 && pipe2(p, O_NONBLOCK) == 0 && p[1] == 8 && write(8, "bytes", 5) == 5);
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p) == 0 && p[1] == 10 && eventfd(3, EFD_NONBLOCK) == 11);
    MUST(epoll_create1(0) == 12 && epoll_create1(0) == 13 && epoll_ctl(12, EPOLL_CTL_ADD, 7, &e) == 0);
    MUST(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK) == 14 && signalfd(-1, &usr, SFD_NONBLOCK) == 15 && inotify_init1(IN_NONBLOCK) == 16);
    MUST(eventfd(0, EFD_NONBLOCK | EFD_SEMAPHORE) == 17 && inotify_add_watch(16, ".", IN_ALL_EVENTS) == 1);
    MUST(pipe2(p, O_NONBLOCK) == 0 && p[1] == 19 && close(18) == 0);
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_kill)
        a[0] = getpid(), a[1] = SIGUSR1;
    return c->number == SYS_write && (int)a[0] == LOG;
}

static const char *result(const struct call *c, const long *a, long r)
{
    return NULL;
}

static void leave(void)
{
    struct epoll_event e[20];
    uint64_t value;

    for (int fd = 12; fd < 14; fd++) {
        int n = epoll_wait(fd, e, 20, 0);
        logged("%d: %d", fd, n);
        for (int i = 0; i < n; i++)
            logged(" %x:%d", e[i].events, (int)e[i].data.u64);
        logged("\n");
    }
    for (int fd = 5; fd < 20; fd++)
        logged("%d: %ld\n", fd, fcntl(fd, F_GETFL) & O_NONBLOCK ? (long)read(fd, &value, 8) : 0L);
}
