// Sockets: unix, inet, inet6 and netlink ones, of all types.
#include "generator.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/netlink.h>

static int lengths[] = {0, 1, 2, 8, 12, 16, 28, 110, 111, 128, 129, -1};
static long last_length;

static long make_address(void)
{
    union { struct sockaddr sa; struct sockaddr_un un; struct sockaddr_in in; struct sockaddr_in6 in6; struct sockaddr_nl nl; } *a = place(sizeof *a);
    unsigned n = pick(10);

    if (!pick(6))
        return last_length = 16, bad_pointer();
    last_length = sizeof a->in;
    if (n < 4) {
        a->un.sun_family = AF_UNIX;
        strcpy(a->un.sun_path, n == 0 ? "server" : n == 1 ? "new" : n == 2 ? "file" : "");
        last_length = n == 3 ? 2 : 2 + strlen(a->un.sun_path) + 1;
    } else if (n < 6) {
        a->in.sin_family = AF_INET;
        a->in.sin_port = htons((int[]){0, 1}[n - 4]);
        a->in.sin_addr.s_addr = htonl(pick(4) ? INADDR_LOOPBACK : 0xc0000201);
    } else if (n < 8) {
        a->in6.sin6_family = AF_INET6;
        a->in6.sin6_port = htons((int[]){0, 1}[n - 6]);
        a->in6.sin6_addr = in6addr_loopback;
        last_length = 28;
    } else if (n == 8) {
        a->nl.nl_family = AF_NETLINK;
        last_length = 12;
    } else {
        a->sa.sa_family = (int[]){AF_UNSPEC, 77}[pick(2)];
    }
    return sprintf(symbol, "{%d %u}", a->sa.sa_family, n), (long)a;
}

static long make_length(void)
{
    return word("", pick(4) && last_length ? last_length : lengths[pick(COUNT(lengths))]);
}

/* Where a length is before a call, and afterwards. */
static long make_inlen(void)
{
    int *n = place(4);

    if (!pick(6))
        return bad_pointer();
    *n = (int[]){128, 16, 4, 4, 8, 2, 0, -1, 1}[pick(9)];
    return sprintf(symbol, "{%d}", *n), (long)n;
}

static long make_number(void)
{
    int *n = place(32);

    if (!pick(5))
        return bad_pointer();
    n[0] = (int[]){0, 1, 1, 2, 1000, 100000, -1, 64}[pick(8)];
    return sprintf(symbol, "{%d}", n[0]), (long)n;
}

static long make_message(void)
{
    struct msghdr *m = place(2 * (sizeof *m + 8)); /* of one sendmmsg as well */
    struct cmsghdr *c = place(CMSG_SPACE(8));
    struct iovec *v = place(2 * sizeof *v);
    unsigned control = pick(8);

    if (!pick(6))
        return bad_pointer();
    v[0] = (struct iovec){pick(8) ? room + 64 : gone, (size_t[]){0, 1, 20, -1}[pick(8) ? pick(3) : 3]};
    v[1] = (struct iovec){room + 200, 5};
    m->msg_iov = pick(8) ? v : (void *)gone;
    m->msg_iovlen = pick(8) ? pick(3) : 1025;
    if (!pick(4)) {
        m->msg_name = (void *)make_address();
        m->msg_namelen = pick(4) ? last_length : lengths[pick(COUNT(lengths))];
    }
    if (control < 4) {
        m->msg_control = c;
        m->msg_controllen = (size_t[]){CMSG_SPACE(4), CMSG_LEN(4), 8, CMSG_SPACE(8)}[pick(4)];
        c->cmsg_len = (size_t[]){CMSG_LEN(4), CMSG_LEN(4), 3, CMSG_LEN(8), 100}[pick(5)];
        c->cmsg_level = control < 3 ? SOL_SOCKET : 99;
        c->cmsg_type = control < 2 ? SCM_RIGHTS : control == 2 ? SCM_CREDENTIALS : 77;
        *(int *)CMSG_DATA(c) = pick(3) ? 3 : 700;
    } else if (control == 4) {
        m->msg_control = gone;
        m->msg_controllen = 24;
    }
    sprintf(symbol, "{%zd %d iov %zu, control %u %zu %zu %d}", v[0].iov_len, m->msg_iov == v, (size_t)m->msg_iovlen, control, (size_t)m->msg_controllen, (size_t)c->cmsg_len, *(int *)CMSG_DATA(c));
    return (long)m;
}

static const struct kind kinds[] = {
    MADE(address), MADE(length), MADE(inlen), MADE(number), MADE(message),
    VALUES("domain", 1, AF_UNIX, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, 0, 45, 77, -1),
    VALUES("type", 1, SOCK_STREAM | SOCK_NONBLOCK, SOCK_DGRAM | SOCK_NONBLOCK, SOCK_SEQPACKET | SOCK_NONBLOCK, SOCK_RAW | SOCK_NONBLOCK, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 11, 1 | 0x100, -1),
    VALUES("protocol", 1, 0, 0, 0, 1, IPPROTO_TCP, IPPROTO_UDP, 15, 16, 255, 256, -1, 132, 300),
    VALUES("level", 1, SOL_SOCKET, SOL_SOCKET, SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_UDP, 270, 99, -1),
    VALUES("sockopt", 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 25, 26, 28, 29, 30, 31, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 52, 53, 54, 55, 56, 57, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 99, -1, 0),
    VALUES("backlog", 1, 0, 1, 5, -1, INT_MAX),
    VALUES("msg", 1, MSG_DONTWAIT, MSG_DONTWAIT, MSG_DONTWAIT | MSG_PEEK, MSG_DONTWAIT | MSG_TRUNC, MSG_DONTWAIT | MSG_OOB, MSG_DONTWAIT | MSG_ERRQUEUE, MSG_DONTWAIT | MSG_MORE, MSG_DONTWAIT | MSG_EOR, MSG_DONTWAIT | MSG_CMSG_CLOEXEC, MSG_DONTWAIT | MSG_WAITALL, MSG_DONTWAIT | MSG_NOSIGNAL, MSG_DONTWAIT | 0x4000000, -1, MSG_DONTWAIT | 0x80000000),
    VALUES("how", 1, 0, 1, 2, 3, -1),
    VALUES("vlen", 1, 0, 1, 1, 1, 2, -1),
    VALUES("accept", 1, 0, SOCK_NONBLOCK, SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC, 1, -1),
    VALUES("bytes", 0, 0, 1, 4, 16, 64, 100, 128, 1000, -1, LONG_MAX),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(socket, "domain type protocol"), C(socketpair, "@domain type protocol out"), C(bind, "own address length"), C(connect, "own address length"), C(listen, "own backlog"),
    C(accept, "!own out inlen"), C(accept4, "!own out inlen accept"), C(accept4, "own null null accept"), C(getsockname, "!own out inlen"), C(getpeername, "!own out inlen"), C(shutdown, "own how"),
    C(getsockopt, "!own level sockopt out inlen"), C(getsockopt, "!own level sockopt out inlen"), C(setsockopt, "own level sockopt number length"), C(setsockopt, "own level sockopt number length"),
    C(sendto, "own in bytes msg null zero"), C(sendto, "own in bytes msg address length"), C(recvfrom, "@own out bytes msg null null"), C(recvfrom, "!own out bytes msg out inlen"), C(sendmsg, "own message msg"),
    C(recvmsg, "own message msg"), C(sendmmsg, "own message vlen msg"), C(recvmmsg, "own message vlen msg null"), C(read, "@own out bytes"), C(write, "own in bytes"), C(close, "own"), C(dup, "own"),
    C(readv, "own iov few"), C(writev, "own iov few"), C(ioctl, "!own zero out"),
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    struct sockaddr_un un = {AF_UNIX, "server"};
    struct sockaddr_nl nl = {AF_NETLINK};
    int s[2];

    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s) == 0 && s[1] == 6);
    MUST(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, s) == 0 && s[1] == 8);
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, s) == 0 && s[1] == 10);
    MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0) == 11 && bind(11, (void *)&un, sizeof un) == 0 && listen(11, 5) == 0);
    MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0) == 12 && socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) == 13);
    MUST(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0) == 14);
    if (socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0) != 15)
        MUST(dup2(14, 15) == 15);
    MUST(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0) == 16 && bind(16, (void *)&nl, sizeof nl) == 0);
    write(5, "stream", 6), write(7, "message", 7), write(9, "packet", 6);
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_ioctl)
        a[1] = (long[]){0x541b, 0x8905, 0x5411, 0x8901, 0x12345}[pick(5)];
    if (c->number == SYS_socket && (int)a[0] == 45)
        return 1;
    if (c->number == SYS_setsockopt && (int)a[1] == SOL_SOCKET && ((int)a[2] == SO_BUSY_POLL || (int)a[2] == SO_RCVTIMEO || (int)a[2] == SO_SNDTIMEO || (int)a[2] == SO_LINGER))
        return 1;
    return 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    int error;
    socklen_t size = sizeof error;

    if (c->number == SYS_recvmmsg) /* the error of a later message is the next call's, but not here */
        getsockopt(a[0], SOL_SOCKET, SO_ERROR, &error, &size);
    return NULL;
}

static void leave(void)
{
    char bytes[1000];

    for (int fd = 5; fd < 17; fd++) {
        int left = -1;
        ioctl(fd, FIONREAD, &left);
        logged("%d: %d %ld\n", fd, fd < 13 ? left : 0, (long)recv(fd, bytes, sizeof bytes, MSG_DONTWAIT));
    }
}
