/*
 * Two processes: the child receives the vector's file descriptor over a Unix socket and interrupts
 * its parent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include "uintr/uintr.h"

static volatile int received;

UINTR_HANDLER(on_interrupt)
{
    received = 1;
}

static void send_fd(int socket, int fd)
{
    char byte = 'f', control[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
    struct cmsghdr *header;

    message.msg_control = control;
    message.msg_controllen = sizeof control;
    header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    check(sendmsg(socket, &message, 0), "sendmsg");
}

static int receive_fd(int socket)
{
    char byte, control[CMSG_SPACE(sizeof(int))];
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
    int fd;

    message.msg_control = control;
    message.msg_controllen = sizeof control;
    check(recvmsg(socket, &message, 0), "recvmsg");
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

int main(void)
{
    int sockets[2], fd, status;
    pid_t child;

    check(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), "socketpair");
    child = check(fork(), "fork");
    if (child == 0) {
        /* This process was made before the descriptor: it has it from the socket alone. */
        int index = check(uintr_register_sender(receive_fd(sockets[1]), 0), "register_sender");
        printf("child: sending\n");
        fflush(stdout);
        _senduipi(index);
        _exit(0);
    }

    check(uintr_register_handler(on_interrupt, 0), "register_handler");
    fd = check(uintr_vector_fd(9, 0), "vector_fd");
    _stui();
    send_fd(sockets[0], fd);
    while (!received)
        ;
    check(waitpid(child, &status, 0), "waitpid");
    printf("parent: interrupted\nchild's status: %d\n", WEXITSTATUS(status));
    return 0;
}
