#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

static int fd, started;
static char buffer[1 << 20];

static int reads(void)
{
    return read(fd, buffer, 100);
}

static int readvs(void)
{
    struct iovec parts[] = {{buffer, 2}, {buffer + 2, 2}};
    return readv(fd, parts, 2);
}

static int polls(void)
{
    struct pollfd asked = {fd, POLLIN};
    int found = poll(&asked, 1, 5000);
    return found * 100 + asked.revents;
}

static int selects(void)
{
    fd_set set;
    struct timeval limit = {5};
    FD_ZERO(&set);
    FD_SET(fd, &set);
    int waited = fd, found = select(fd + 1, &set, 0, 0, &limit);
    return found < 0 ? found : found * 10 + FD_ISSET(waited, &set);
}

static int receives(void)
{
    return recv(fd, buffer, 100, 0);
}

static int receives_all(void)
{
    return recv(fd, buffer, 4, MSG_WAITALL);
}

static int writes(void)
{
    return write(fd, buffer, sizeof buffer);
}

static int sends(void)
{
    return send(fd, buffer, sizeof buffer, 0);
}

static int epolls(void)
{
    struct epoll_event event;
    int found = epoll_wait(fd, &event, 1, 5000);
    return found < 0 ? found : found * 100 + event.data.u32;
}

static int accepts(void)
{
    int peer = accept(fd, 0, 0);
    if (peer < 0)
        return -1;
    close(peer);
    return 1;
}

static void *waiter(void *call)
{
    started = 1;
    long result = ((int (*)(void))call)();
    return (void *)(result < 0 ? -errno : result);
}

/* Start `call` on `waited`, take the descriptor away, then let it happen; shows its result. */
static void try(const char *name, int (*call)(void), int waited, int way, void (*happen)(int), int arg)
{
    pthread_t thread;
    void *result;
    started = 0;
    fd = waited;
    pthread_create(&thread, 0, waiter, call);
    while (!*(volatile int *)&started)
        usleep(100);
    usleep(20000);
    if (way == 0)
        close(fd);
    else if (way == 1)
        dup2(open("/dev/null", O_RDWR), fd);
    else
        syscall(SYS_close_range, fd, fd, 0);
    happen(arg);
    pthread_join(thread, &result);
    printf("%s %d: %ld\n", name, way, (long)result);
    close(waited);
}

static void give(int to)
{
    write(to, "abcd", 4);
}

static void drain(int from)
{
    static char sink[1 << 20];
    int left = sizeof sink;
    while (left > 0)
        left -= read(from, sink, left);
}

static void connects(int listener)
{
    struct sockaddr_un name;
    socklen_t size = sizeof name;
    getsockname(listener, (struct sockaddr *)&name, &size);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(client, (struct sockaddr *)&name, size))
        printf("connect: %d\n", errno);
    close(client);
}

static int count_descriptors(void)
{
    int count = 0;
    for (int i = 0; i < 4096; i++)
        count += fcntl(i, F_GETFD) >= 0;
    return count;
}

int main(void)
{
    int before = count_descriptors();
    for (int way = 0; way < 3; way++) {
        int ends[2], pair[2];
#define PIPE(call, mine, act) \
    pipe(ends), try(#call, call, ends[mine], way, act, ends[!mine]), close(ends[!mine])
#define SOCKET(call, act) \
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair), try(#call, call, pair[0], way, act, pair[1]), close(pair[1])
        PIPE(reads, 0, give);
        PIPE(readvs, 0, give);
        PIPE(polls, 0, give);
        PIPE(selects, 0, give);
        PIPE(writes, 1, drain);
        SOCKET(receives, give);
        SOCKET(receives_all, give);
        SOCKET(polls, give);
        SOCKET(sends, drain);
        pipe(ends);
        int epoll = epoll_create1(0);
        struct epoll_event event = {EPOLLIN, {.u32 = 7}};
        epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
        try("epolls", epolls, epoll, way, give, ends[1]);
        close(ends[0]);
        close(ends[1]);
        int listener = socket(AF_UNIX, SOCK_STREAM, 0);
        struct sockaddr_un name = {AF_UNIX};
        bind(listener, (struct sockaddr *)&name, sizeof(sa_family_t));
        listen(listener, 1);
        int other = dup(listener);
        try("accepts", accepts, listener, way, connects, other);
        close(other);
    }
    /* /dev/null was opened for each dup2 */
    SHOW(count_descriptors() - before);
    return 0;
}
