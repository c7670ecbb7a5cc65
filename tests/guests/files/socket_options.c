/* Socket options whose length counts something else, and values that end where memory does. */
#include "../guest.h"
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>

static char *edge(const void *data, size_t size)
{
    size_t page = sysconf(_SC_PAGESIZE);
    char *at = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(at + page, page, PROT_NONE);
    return memcpy(at + page - size, data, size);
}

static void filters(int fd)
{
    struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2),
                                 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 7, 0, 1),
                                 BPF_STMT(BPF_RET | BPF_K, 9), BPF_STMT(BPF_RET | BPF_K, 0)};
    struct sock_fprog program = {4, code};
    struct sock_filter back[300] = {{0}};
    socklen_t count = 0;

    SHOW(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    SHOW(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &count));
    printf("%u instructions\n", count);
    count = 3;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, back, &count));
    count = 300;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, back, &count));
    printf("%u, equal %d, rest %d\n", count, !memcmp(back, code, sizeof code), back[4].code);
    count = 4;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, edge(code, sizeof code - 1), &count));
}

static void ends(int fd)
{
    int on = 1, value = 0;
    struct linger linger = {1, 77}, told = {0, 0};
    socklen_t size = sizeof told;

    SHOW(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    linger.l_linger = 88;
    SHOW(setsockopt(fd, SOL_SOCKET, SO_LINGER, edge(&linger, 7), sizeof linger));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_LINGER, edge(&linger, 8), 0x7fffffff));
    SHOW(getsockopt(fd, SOL_SOCKET, SO_LINGER, &told, &size));
    printf("linger %d\n", told.l_linger);
    SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, edge(&on, 4), 70000));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, edge(&on, 3), 4));
    SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, NULL, 4));
    size = 70000;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, edge(&value, 4), &size));
    printf("size %u\n", size);
    size = 4;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, edge(&value, 3), &size));
    SHOW(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, NULL, &size));
    size = -1;
    SHOW(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, &size));
    SHOW(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, edge(&told, 7), sizeof(struct ip_mreq)));
}

int main(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    filters(fd);
    ends(fd);
    return 0;
}
