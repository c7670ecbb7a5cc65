// Descriptors: opening, closing, duplicating, locking, positions and sizes.
#include "generator.h"
#include <linux/openat2.h>
#include <sys/eventfd.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/timerfd.h>

static long make_flock(void)
{
    struct flock *l = place(sizeof *l);

    if (!pick(4))
        return bad_pointer();
    l->l_type = pick(8) ? pick(3) : 77;
    l->l_whence = pick(6) ? pick(3) : 9;
    l->l_start = (long[]){0, 10, -10, LONG_MAX}[pick(4)];
    l->l_len = (long[]){0, 10, -5, LONG_MAX}[pick(4)];
    l->l_pid = pick(6) ? 0 : 1;
    sprintf(symbol, "{%d %d %ld %ld %d}", l->l_type, l->l_whence, (long)l->l_start, (long)l->l_len, l->l_pid);
    return (long)l;
}

static long make_fcntl(void)
{
    return pick(2) ? word("", pick(30)) : make_flock();
}

static long make_how(void)
{
    struct open_how *how = place(64);
    static const unsigned long flags[] = {0, O_RDWR, O_CREAT, O_PATH, O_DIRECTORY, O_TMPFILE | O_RDWR, 1ul << 40, O_NONBLOCK};

    if (!pick(5))
        return bad_pointer();
    unsigned f = pick(COUNT(flags)), r = pick(6) ? 1 << pick(6) : 0x80;
    how->flags = flags[f] | O_NONBLOCK;
    how->mode = pick(3) ? 0 : (long[]){0644, 010000, -1}[pick(3)];
    how->resolve = pick(2) ? 0 : r;
    ((char *)how)[24] = !pick(4);
    sprintf(symbol, "{flags[%u] %#llo %#llx}", f, how->mode, how->resolve);
    return (long)how;
}

static const struct kind kinds[] = {
    MADE(flock), MADE(fcntl), MADE(how),
    VALUES("whence", 1, 0, 1, 2, 3, 4, 5, -1, 0, 1, 2),
    VALUES("command", 1, F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_OFD_GETLK,
           F_OFD_SETLK, F_GETOWN, F_SETSIG, F_GETSIG, F_DUPFD_CLOEXEC, F_GETPIPE_SZ, F_SETPIPE_SZ,
           F_GET_SEALS, F_ADD_SEALS, F_GETLEASE, F_SETLEASE, F_NOTIFY, 15, 16, 99, -1, 1035, 1036, 1037, 1038, 1028, 1024 + 3),
    VALUES("lock", 1, LOCK_SH, LOCK_EX, LOCK_UN, LOCK_SH | LOCK_NB, LOCK_EX | LOCK_NB, 0, 3, 5, 32, 12, -1, 128),
    VALUES("howsize", 0, 24, 24, 24, 0, 16, 23, 32, 4097, 64),
    VALUES("fallocate", 1, 0, 1, 2, 3, 8, 9, 16, 17, 32, 64, 128, -1, 0x11),
    VALUES("length", 0, 0, 1, 100, 4096, 5000, 8192, -1, 1L << 40, LONG_MAX),
    VALUES("advice", 1, 0, 1, 2, 3, 4, 5, 6, 7, -1),
    VALUES("cloexec", 1, 0, 0, O_CLOEXEC, O_NONBLOCK, 1, O_CLOEXEC | 1, -1),
    VALUES("pipeflags", 1, O_NONBLOCK, O_NONBLOCK | O_CLOEXEC, O_NONBLOCK | O_DIRECT, 1, -1, O_NONBLOCK | O_APPEND),
    VALUES("memfd", 1, 0, 1, 2, 3, 4, 8, 16, 0x40, -1, 10, 18),
    VALUES("high", 1, 3, 5, 9, 20, 30, 700, 1023, 1024, -1, INT_MAX),
    VALUES("rangeflags", 1, 0, 0, 4, 2, 6, 1, 8, -1),
    VALUES("synced", 1, 0, 1, 2, 4, 7, 8, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(openat, "dirfd name oflags mode"), C(openat, "dirfd name oflags mode"), C(openat2, "dirfd name how howsize"),
    C(close, "own"), C(close_range, "own high rangeflags"), C(dup, "fd"), C(dup3, "fd high cloexec"),
    C(fcntl, "own command fcntl"), C(fcntl, "own command fcntl"), C(flock, "own lock"), C(lseek, "own offset whence"),
    C(ftruncate, "own offset"), C(fallocate, "own fallocate length length"), C(fadvise64, "own offset offset advice"),
    C(readahead, "own offset size"), C(fsync, "own"), C(fdatasync, "own"), C(sync_file_range, "own offset offset synced"),
    C(getdents64, "!own out size"), C(pipe2, "@out pipeflags"), C(eventfd2, "small cloexec"),
    C(memfd_create, "name memfd"), C(epoll_create1, "cloexec"), C(fstat, "!own out"), C(fstatfs, "!own out"),
    C(pidfd_getfd, "fd fd bits"), C(cachestat, "!fd in out bits"), C(truncate, "name offset"),
#ifdef SYS_open
    OLD(open, "name oflags mode"), OLD(creat, "name mode"), OLD(dup2, "fd high"), OLD(pipe, "#out"),
    OLD(eventfd, "small"), OLD(getdents, "!own out size"), OLD(epoll_create, "small"),
#endif
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    int p[2], sv[2];

    MUST(open("file", O_RDONLY) == 5 && pipe2(p, O_NONBLOCK) == 0 && p[1] == 7);
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sv) == 0 && sv[1] == 9);
    MUST(open("file", O_PATH) == 10 && eventfd(3, EFD_NONBLOCK) == 11 && epoll_create1(0) == 12);
    MUST(open("dir/inner", O_RDWR) == 13 && timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK) == 14);
    MUST(syscall(SYS_memfd_create, "memory", MFD_ALLOW_SEALING) == 15 && open("readonly", O_RDONLY) == 16);
    MUST(open("/dev/null", O_RDWR) == 17 && open("file", O_WRONLY | O_APPEND) == 18);
    signal(SIGIO, SIG_IGN);
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_openat)
        a[2] |= O_NONBLOCK;
#ifdef SYS_open
    if (c->number == SYS_open)
        a[1] |= O_NONBLOCK;
    if (c->number == SYS_pipe || c->number == SYS_eventfd)
        return pick(3);
#endif
    if (c->number == SYS_fcntl && ((int)a[1] == F_SETSIG || (int)a[1] == F_SETFL))
        a[2] = pick(2) ? O_NONBLOCK : O_APPEND | O_NONBLOCK;
    if (c->number == SYS_fcntl && (int)a[1] == F_SETPIPE_SZ && a[2] > 1 << 20)
        return 1;
    if (c->number == SYS_dup3 || c->number == SYS_close_range)
        return (unsigned)a[0] < 3 || (unsigned)a[1] < 3 || ((unsigned)a[1] >= LOG && (unsigned)a[0] <= LOG && (unsigned)a[1] < 0xfffffff0u && c->number == SYS_close_range) || (c->number == SYS_close_range && (unsigned)a[1] >= LOG);
    return 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    if (c->number == SYS_fcntl && ((int)a[1] == F_GETFL || (int)a[1] == F_GETOWN))
        return r & O_APPEND ? "appending" : "fine"; /* the number is the architecture's */
    return NULL;
}

static void leave(void)
{
    struct stat st;

    for (int fd = 0; fd < 40; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || fstat(fd, &st) < 0)
            logged("%d: -\n", fd);
        else
            logged("%d: %d %o %ld at %ld\n", fd, flags, st.st_mode, S_ISREG(st.st_mode) ? (long)st.st_size : 0L, (long)lseek(fd, 0, SEEK_CUR));
    }
}
