// What a socket minds first: a pending error, an empty address; filters and their sizes.
#include "guest.h"
#include <linux/filter.h>
#include <netinet/in.h>

int main(void)
{
    struct sock_filter two_bytes[] = {{BPF_RET | BPF_K, 0, 0, 2}};
    struct sock_fprog program = {1, two_bytes}, empty = {0, two_bytes}, nowhere = {1, (void *)8};
    struct sockaddr_in address = {AF_INET};
    struct iovec none = {0};
    struct msghdr unnamed = {.msg_name = &address, .msg_iov = &none, .msg_iovlen = 1};
    struct mmsghdr messages[1] = {{{.msg_iov = &none, .msg_iovlen = 1}}};
    char bytes[20];
    int pair[2], inet;

    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    MUST(write(pair[0], "unread", 6) == 6 && write(pair[1], "rest", 4) == 4 && close(pair[1]) == 0);
    TRY(recvmmsg(pair[0], messages, 1, 0, NULL));
    TRY(read(pair[0], bytes, 20));

    MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
    TRY(setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program + 1));
    TRY(setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, 3));
    TRY(setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, (void *)8, sizeof program));
    TRY(setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &empty, sizeof program));
    TRY(setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &nowhere, sizeof program));
    TRY(setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    TRY(write(pair[1], "message", 7));
    TRY(read(pair[0], bytes, 20));

    MUST((inet = socket(AF_INET, SOCK_DGRAM, 0)) >= 0);
    TRY(sendto(inet, "x", 1, 0, (struct sockaddr *)&address, 0));
    TRY(sendmsg(inet, &unnamed, 0));
    return 0;
}
