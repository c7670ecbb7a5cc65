#include "guest.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* The kernel answers a request for the network interfaces, or big-endian guests can't ask. */

int main(void)
{
    struct {
        struct nlmsghdr head;
        struct rtgenmsg body;
    } request = {{sizeof request, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {AF_UNSPEC}};
    static char room[65536] __attribute__((aligned(8)));
    struct nlmsghdr *head = (void *)room;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd < 0) {
        MUST(errno == EPROTONOSUPPORT && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    } else {
        struct pollfd ready = {fd, POLLIN};

        MUST(send(fd, &request, sizeof request, 0) == sizeof request);
        MUST(poll(&ready, 1, 20000) == 1);
        MUST(recv(fd, room, sizeof room, 0) >= (long)sizeof *head);
        MUST(head->nlmsg_type == RTM_NEWLINK && head->nlmsg_seq == 1);
    }
    puts("answered or refused");
    return 0;
}
