// A program that only sends: its first call tells the generation by the descriptor it was given.
#include "uintr_test.h"

#define CREATE_FD (BASE + 2)
#define REGISTER_SENDER (BASE + 3)

static union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
} control;
static char byte = 'x';
static struct iovec part = {&byte, 1};
static struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                                .msg_controllen = sizeof control};

int main(int argc, char **argv)
{
    int sockets[2], fd, status;

    if (argc > 1) {
        MUST(recvmsg(atoi(argv[1]), &message, 0) == 1);
        memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
        int index = syscall(REGISTER_SENDER, (long)fd, 0L, 0L, 0L);
        MUST(index == 0);
        SENDUIPI(index);
        return 0;
    }
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
    pid_t child = fork();
    if (child == 0) {
        char text[12], *arguments[] = {"sender", text, NULL};
        sprintf(text, "%d", sockets[1]);
        execv("/proc/self/exe", arguments);
        _exit(1);
    }
    MUST(syscall(BASE, (long)handler, 0L) == 0);
    fd = syscall(CREATE_FD, 3L, 0L);
    MUST(fd >= 0);
    control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
                                      .cmsg_len = CMSG_LEN(sizeof fd)};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    STUI();
    MUST(sendmsg(sockets[0], &message, 0) == 1);
    while (!count)
        ;
    IS(last.vector, 3);
    waitpid(child, &status, 0);
    IS(status, 0);
    return done();
}
