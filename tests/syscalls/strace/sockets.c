#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(void) {
    char b[64];
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in in = {AF_INET, htons(9), {htonl(0x7f000001)}, {0}};
    connect(s, (void *)&in, sizeof in);
    int one = 1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, 4);
    socklen_t length = 4;
    getsockopt(s, SOL_SOCKET, SO_TYPE, &one, &length);
    listen(s, 5);
    int sv[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
    send(sv[0], "hi", 2, MSG_NOSIGNAL);
    recv(sv[1], b, 10, MSG_DONTWAIT);
    recv(sv[1], b, 10, MSG_DONTWAIT);
    struct sockaddr_un un = {AF_UNIX, "/nonexist/sock"};
    connect(sv[0], (void *)&un, sizeof un);
    struct sockaddr_in6 in6 = {AF_INET6, htons(80), 0, IN6ADDR_LOOPBACK_INIT, 0};
    connect(s, (void *)&in6, sizeof in6);
    shutdown(sv[0], SHUT_WR);
    socket(99, SOCK_RAW | 0x60, 99);
    return 0;
}
