#include "guest.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
static void refused(void)
{
    struct sockaddr_in a = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof a;
    int s = socket(AF_INET, SOCK_DGRAM, 0), nobody = socket(AF_INET, SOCK_DGRAM, 0), error = 0;
    struct pollfd p = {s, POLLIN};

    MUST(bind(nobody, (void *)&a, sizeof a) == 0 && getsockname(nobody, (void *)&a, &len) == 0);
    close(nobody);
    TRY(connect(s, (void *)&a, sizeof a));
    TRY(send(s, "x", 1, 0));
    TRY(poll(&p, 1, 10000));
    len = sizeof error;
    TRY(getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &len));
    SHOW(error == ECONNREFUSED);
    close(s);
}

int main(void)
{
    int s[2];
    char b[64];
    signal(SIGPIPE, SIG_IGN);
    TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    TRY(send(s[0], "hello", 5, 0));
    TRY(recv(s[1], b, 2, MSG_PEEK));
    TRY(recv(s[1], b, 64, 0));
    TRY(recv(s[1], b, 64, MSG_DONTWAIT));
    struct iovec v[2] = {{"ab", 2}, {"cde", 3}};
    struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};
    TRY(sendmsg(s[0], &m, 0));
    struct iovec in[2] = {{b, 1}, {b + 1, 60}};
    m.msg_iov = in;
    TRY(recvmsg(s[1], &m, 0));
    printf("%.5s\n", b);
    SHOW(m.msg_flags);
    TRY(shutdown(s[0], SHUT_WR));
    TRY(recv(s[1], b, 1, 0));
    TRY(send(s[0], "x", 1, MSG_NOSIGNAL));
    TRY(send(s[0], "x", 1, 0));
    close(s[1]);
    TRY(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    TRY(send(s[0], "12345", 5, 0));
    TRY(recv(s[1], b, 3, MSG_TRUNC));
    TRY(getpeername(s[0], NULL, NULL));
    int type;
    socklen_t n = sizeof type;
    TRY(getsockopt(s[0], SOL_SOCKET, SO_TYPE, &type, &n));
    SHOW(type == SOCK_DGRAM);
    SHOW(n);
    refused();
    int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;
    struct sockaddr_in a = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}}, p;
    socklen_t len = sizeof a;
    TRY(setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    TRY(bind(l, (void *)&a, sizeof a));
    TRY(listen(l, 5));
    TRY(getsockname(l, (void *)&a, &len));
    SHOW(len);
    SHOW(a.sin_port != 0);
    int c = socket(AF_INET, SOCK_STREAM, 0);
    TRY(connect(c, (void *)&a, sizeof a));
    len = sizeof p;
    int d = accept4(l, (void *)&p, &len, SOCK_NONBLOCK);
    SHOW(d >= 0);
    SHOW(p.sin_family);
    SHOW(ntohl(p.sin_addr.s_addr) == INADDR_LOOPBACK);
    TRY(recv(d, b, 1, 0));
    TRY(write(c, "tcp", 3));
    struct pollfd f = {d, POLLIN};
    TRY(poll(&f, 1, 1000));
    TRY(read(d, b, 64));
    TRY(setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
    n = sizeof type;
    TRY(getsockopt(c, IPPROTO_TCP, TCP_NODELAY, &type, &n));
    SHOW(type != 0);
    close(l);
    int e = socket(AF_INET, SOCK_STREAM, 0);
    TRY(connect(e, (void *)&a, sizeof a));
    TRY(connect(e, (void *)&a, 3));
    TRY(connect(1, (void *)&a, sizeof a));
    TRY(send(e, b, 1, MSG_NOSIGNAL));
    TRY(getpeername(e, (void *)&p, &len));
    int u = socket(AF_INET, SOCK_DGRAM, 0), w = socket(AF_INET, SOCK_DGRAM, 0);
    a.sin_port = 0;
    bind(u, (void *)&a, sizeof a);
    len = sizeof a;
    getsockname(u, (void *)&a, &len);
    TRY(sendto(w, "udp!", 4, 0, (void *)&a, sizeof a));
    len = sizeof p;
    TRY(recvfrom(u, b, 64, 0, (void *)&p, &len));
    SHOW(len);
    TRY(recv(u, b, 1, MSG_DONTWAIT));
    struct timeval tv = {0, 20000};
    TRY(setsockopt(u, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv));
    TRY(recv(u, b, 1, 0));
    TRY(socket(999, SOCK_STREAM, 0));
    TRY(socket(AF_INET, 99, 0));
    TRY(setsockopt(u, SOL_SOCKET, 9999, &one, sizeof one));
    TRY(setsockopt(u, SOL_SOCKET, SO_REUSEADDR, (void *)16, 4));
    TRY(accept(u, NULL, NULL));
    enter_scratch();
    struct sockaddr_un un = {AF_UNIX, "sock"};
    l = socket(AF_UNIX, SOCK_STREAM, 0);
    TRY(bind(l, (void *)&un, sizeof un));
    TRY(bind(l, (void *)&un, sizeof un));
    TRY(listen(l, 1));
    c = socket(AF_UNIX, SOCK_STREAM, 0);
    TRY(connect(c, (void *)&un, sizeof un));
    OK(accept(l, NULL, NULL));
    struct stat st;
    TRY(stat("sock", &st));
    SHOW(S_ISSOCK(st.st_mode));
    unlink("sock");
    TRY(connect(l, (void *)&un, sizeof un));
    leave_scratch();
    return 0;
}
