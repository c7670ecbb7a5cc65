// arch: x86_64
// ipi_fd: a process without a table adopts another's.
#include "uintr_test.h"

int main(void)
{
    int status;
    char byte;

    /* The child forks off before there is a table, so it has none. */
    int sockets[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
    pid_t child = fork();
    if (child == 0) {
        union {
            struct cmsghdr header;
            char room[CMSG_SPACE(sizeof(int))];
        } control;
        struct iovec part = {&byte, 1};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                                 .msg_controllen = sizeof control};
        MUST(recvmsg(sockets[1], &message, 0) == 1);
        int table;
        memcpy(&table, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof table);
        FAILS(ioctl(table, 0x7501, 0), EINVAL);
        IS(ioctl(table, 0x7500, 0), 0);
        FAILS(ioctl(table, 0x7500, 0), EBUSY);
        SENDUIPI(1);
        SENDUIPI(0);
        MUST(register_handler(handler, 0) == 0);
        IS(register_self(7, 0), 2);
        STUI();
        write(sockets[1], "x", 1);
        while (!count)
            ;
        IS(last.vector, 7);
        fflush(stdout);
        _exit(failures != 0);
    }
    MUST(register_handler(handler, 0) == 0);
    MUST(register_self(30, 0) == 0);
    MUST(register_self(31, 0) == 1);
    int table = ipi_fd(0);
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof table)];
    } control = {0};
    struct iovec part = {"x", 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof table);
    memcpy(CMSG_DATA(header), &table, sizeof table);
    MUST(sendmsg(sockets[0], &message, 0) == 1);
    STUI();
    while (count < 2)
        ;
    IS(order[0], 31);
    IS(order[1], 30);
    MUST(read(sockets[0], &byte, 1) == 1);
    SENDUIPI(2);
    waitpid(child, &status, 0);
    IS(status, 0);
    return done();
}
