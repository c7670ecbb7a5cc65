// arch: x86_64
// Blocked receivers: which calls an interrupt cuts short under each waiting flag; nothing is lost.
#include "guest.h"
#include <sys/epoll.h>
#include <linux/futex.h>
#include "uintr/uintr.h"
static volatile int count, asked, answered;
static int fd, p[2];
UINTR_HANDLER(h)
{
    count++;
}
static void *sender(void *unused)
{
    int index = check(uintr_register_sender(fd, 0), "register_sender");
    for (int i = 1;; i++) {
        while (asked < i)
            sched_yield();
        sleep_ms(30);
        _senduipi(index);
    }
    return NULL;
}
static void show(const char *what, long r)
{
    int error = errno;
    printf("  %s: %s, %d\n", what, r == -1 ? error_name(error) : "done", count);
    count = 0;
}
#define BLOCK(what, call) (asked++, errno = 0, show(what, call))
static void all(void)
{
    char c;
    int word = 0;
    struct timespec t = {0, 100000000}, left;
    struct pollfd f = {p[0], POLLIN};
    struct epoll_event e = {EPOLLIN};
    int ep = epoll_create1(0);
    fd_set r;
    struct timeval tv = {0, 100000};

    epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &e);
    BLOCK("wait", uintr_wait(100000, 0));
    BLOCK("nanosleep", nanosleep(&t, &left));
    BLOCK("poll", poll(&f, 1, 100));
    BLOCK("epoll_wait", epoll_wait(ep, &e, 1, 100));
    FD_ZERO(&r);
    FD_SET(p[0], &r);
    BLOCK("select", select(p[0] + 1, &r, NULL, NULL, &tv));
    long x = syscall(SYS_futex, &word, FUTEX_WAIT, 1, NULL);
    asked++;
    errno = 0;
    x = syscall(SYS_futex, &word, FUTEX_WAIT, 0, &t);
    if (x == -1 && errno == ETIMEDOUT)
        x = 0;
    show("futex", x);
    close(ep);
    (void)c;
}
int main(void)
{
    pthread_t t;
    char c;

    MUST(pipe(p) == 0);
    check(uintr_register_handler(h, 0), "register_handler");
    fd = check(uintr_vector_fd(0, 0), "vector_fd");
    _stui();
    pthread_create(&t, NULL, sender, NULL);
    puts("no flag");
    all();
    for (int flag = 0x1000; flag <= 0x3000; flag += 0x1000) {
        check(uintr_unregister_handler(0), "unregister_handler");
        check(uintr_register_handler(h, flag), "register_handler");
        printf("flag %x\n", flag);
        all();
        BLOCK("read", read(p[0], &c, 1));
        BLOCK("pause", pause());
        _clui();
        BLOCK("read with UIF clear", read(p[0], &c, 1));
        _stui();
        show("after STUI", 0);
    }
    check(uintr_unregister_handler(0), "unregister_handler");
    check(uintr_register_handler(h, 0), "register_handler");
    BLOCK("the flag stays when registered without", read(p[0], &c, 1));
    return 0;
}
