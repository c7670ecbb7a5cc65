// Bytes: reading, writing, splicing, sending from one descriptor to another.
#include "generator.h"
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/inotify.h>
#include <linux/fs.h>

static long make_place(void)
{
    long *p = place(8);

    if (pick(3))
        return named("NULL", NULL);
    if (!pick(4))
        return bad_pointer();
    *p = (long[]){0, 10, 90, 4096, -1, LONG_MAX, 1L << 40}[pick(7)];
    sprintf(symbol, "{%ld}", *p);
    return (long)p;
}

/* What vmsplice gives to a pipe is the memory itself, which must stay as it is. */
static long make_steady(void)
{
    struct iovec *v = place(3 * sizeof *v);

    if (!pick(4))
        return bad_pointer();
    int count = pick(2000);
    for (int i = 0; i < 3; i++)
        v[i] = (struct iovec){pick(6) ? fixed + i : gone, count};
    sprintf(symbol, "{%d}", count);
    return (long)v;
}

static const struct kind kinds[] = {
    MADE(steady),
    MADE(place),
    VALUES("rwf", 1, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, -1),
    VALUES("splice", 1, 2, 2, 2, 3, 6, 10, 18, -1),
    VALUES("whence", 1, 0, 1, 2, 3, 4),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(read, "#fd out size"), C(write, "own in size"), C(pread64, "#fd out size offset"), C(pwrite64, "own in size offset"),
    C(readv, "#fd iov few"), C(writev, "own iov few"), C(preadv, "#fd iov few offset zero"), C(pwritev, "own iov few offset zero"),
    C(preadv2, "#fd iov few offset zero rwf"), C(pwritev2, "own iov few offset zero rwf"), C(lseek, "own offset whence"),
    C(splice, "fd place own place size splice"), C(tee, "fd own size splice"), C(vmsplice, "own steady few splice"),
    C(sendfile, "own fd place size"), C(copy_file_range, "fd place own place size bits"), C(ftruncate, "own offset"),
    C(ioctl, "#fd zero out"), 
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    int p[2], sv[2];

    MUST(open("file", O_RDONLY) == 5 && pipe2(p, O_NONBLOCK) == 0 && p[1] == 7);
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sv) == 0 && sv[1] == 9);
    MUST(open("file", O_PATH) == 10 && eventfd(3, EFD_NONBLOCK) == 11);
    MUST(open("dir/inner", O_RDWR) == 12 && timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK) == 13);
    MUST(pipe2(p, O_NONBLOCK) == 0 && p[1] == 15 && open("/dev/null", O_RDWR) == 16);
    MUST(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, sv) == 0 && sv[1] == 18);
    MUST(syscall(SYS_memfd_create, "memory", MFD_ALLOW_SEALING) == 19 && pipe2(p, 0) == 0 && p[1] == 21);
    MUST(open("file", O_WRONLY | O_APPEND) == 22 && eventfd(1, EFD_SEMAPHORE) == 23 && inotify_init1(0) == 24);
    MUST(write(7, "some bytes", 10) == 10 && write(9, "others", 6) == 6 && write(18, "a message", 9) == 9);
    MUST(write(21, "waiting", 7) == 7);
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_ioctl)
        a[1] = (long[]){FIONREAD, FIONREAD, 0x12345, FIGETBSZ}[pick(4)];
    if ((c->number == SYS_write || c->number == SYS_pwrite64) && a[2] > 128 && a[2] < LONG_MAX)
        a[2] = 128;
    if (c->number == SYS_ftruncate && a[1] > 8192)
        return 1;
    return 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    return NULL;
}

static void leave(void)
{
    char bytes[4000];

    for (int fd = 3; fd < 24; fd++) {
        unsigned sum = 0;
        long n;
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        lseek(fd, 0, SEEK_SET);
        while ((n = read(fd, bytes, sizeof bytes)) > 0)
            for (int i = 0; i < n; i++)
                sum = sum * 31 + (unsigned char)bytes[i];
        logged("%d: %x %ld\n", fd, sum, n);
    }
}
