/* Asynchronous input and output by the kernel's own calls. */
#include "guest.h"
#include <linux/aio_abi.h>
#include <sys/eventfd.h>

static aio_context_t ctx;
static char text[64];

static void prepare(struct iocb *cb, int op, int fd, void *buf, size_t size, long long at)
{
    memset(cb, 0, sizeof *cb);
    cb->aio_lio_opcode = op;
    cb->aio_fildes = fd;
    cb->aio_buf = (uintptr_t)buf;
    cb->aio_nbytes = size;
    cb->aio_offset = at;
    cb->aio_data = 1000 + op;
}

static long submit(struct iocb *first, struct iocb *second)
{
    struct iocb *list[] = {first, second};

    return syscall(SYS_io_submit, ctx, second ? 2L : 1L, list);
}

/* In 64 bits where the only form of the call has them. */
static long fetch(long least, long most, struct io_event *events, int wait)
{
#ifdef SYS_io_getevents
    long zero[2] = {0, 0};

    return syscall(SYS_io_getevents, ctx, least, most, events, wait ? NULL : zero);
#else
    long long zero[2] = {0, 0};

    return syscall(SYS_io_pgetevents_time64, ctx, least, most, events, wait ? NULL : zero, NULL);
#endif
}

static void show(const struct io_event *event, const struct iocb *from)
{
    printf("%lld %s %lld %lld\n", (long long)event->data,
           event->obj == (uintptr_t)from ? "its" : "another's", (long long)event->res,
           (long long)event->res2);
}

static void *reader(void *unused)
{
    struct io_event event;

    SHOW(fetch(1, 1, &event, 1));
    SHOW(event.data);
    return NULL;
}

int main(void)
{
    char path[] = "/tmp/aioXXXXXX";
    int fd = mkstemp(path), counter = eventfd(0, EFD_NONBLOCK), status, only;
    struct iovec parts[2] = {{text, 3}, {text + 10, 4}};
    struct io_event events[4];
    struct iocb one, two;
    uint64_t count;
    pthread_t thread;

    only = open(path, O_RDONLY);
    unlink(path);
    ctx = 1;
    TRY(syscall(SYS_io_setup, 4, &ctx));
    ctx = 0;
    TRY(syscall(SYS_io_setup, 0, &ctx));
    TRY(syscall(SYS_io_setup, 4, &ctx));
    prepare(&one, IOCB_CMD_PWRITE, fd, "written out", 11, 5);
    prepare(&two, IOCB_CMD_PREAD, fd, text, sizeof text, 5);
    one.aio_flags = IOCB_FLAG_RESFD;
    one.aio_resfd = counter;
    TRY(submit(&one, NULL));
    TRY(submit(&two, NULL));
    SHOW(fetch(2, 4, events, 1));
    show(&events[0], &one);
    show(&events[1], &two);
    SHOW(read(counter, &count, 8));
    SHOW(count);
    puts(text);
    SHOW(fetch(1, 4, events, 0));
    SHOW(fetch(0, 4, events, 1));
    prepare(&one, IOCB_CMD_PREADV, fd, parts, 2, 5);
    prepare(&two, IOCB_CMD_FSYNC, fd, NULL, 0, 0);
    TRY(submit(&one, &two));
    SHOW(fetch(2, 4, events, 1));
    SHOW(events[0].res + events[1].res);
    puts(text + 10);
    prepare(&one, IOCB_CMD_PREAD, fd, (void *)16, 8, 0);
    TRY(submit(&one, NULL));
    SHOW(fetch(1, 4, events, 1));
    SHOW(events[0].res == -EFAULT);
    prepare(&one, IOCB_CMD_PWRITE, only, text, 8, 0);
    TRY(submit(&one, NULL));
    prepare(&one, IOCB_CMD_PWRITE, 12345, text, 8, 0);
    TRY(submit(&one, NULL));
    prepare(&one, 77, fd, text, 8, 0);
    TRY(submit(&one, NULL));
    prepare(&one, IOCB_CMD_PWRITE, fd, text, 8, 0);
    one.aio_flags = IOCB_FLAG_RESFD;
    one.aio_resfd = fd;
    TRY(submit(&one, NULL));
    TRY(syscall(SYS_io_submit, ctx, -1L, NULL));
    TRY(syscall(SYS_io_submit, ctx + 4096, 1L, NULL));
    TRY(syscall(SYS_io_submit, ctx, 1L, NULL));
    TRY(fetch(5, 4, events, 0));
    TRY(syscall(SYS_io_cancel, ctx, &one, events));
    fflush(stdout);
    if (!must_fork()) {
        TRY(submit(&one, NULL)); /* it is not the child's */
        return 0;
    }
    wait(&status);
    pthread_create(&thread, NULL, reader, NULL);
    usleep(20000);
    prepare(&one, IOCB_CMD_PWRITE, fd, text, 1, 0);
    MUST(submit(&one, NULL) == 1);
    pthread_join(thread, NULL);
    TRY(syscall(SYS_io_destroy, ctx));
    TRY(syscall(SYS_io_destroy, ctx));
    return 0;
}
