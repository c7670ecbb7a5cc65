// One process whose calls the options of strace(1) tell apart; argument "fork": and a child.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void handler(int signo) {}

__attribute__((noinline)) int inner(const char *path) {
    int fd = open(path, O_RDONLY);
    __asm__ volatile("");
    return fd + 1;
}

__attribute__((noinline)) int outer(const char *path) {
    int fd = inner(path);
    __asm__ volatile("");
    return fd + 1;
}

static void descriptors(void) {
    char buffer[64];
    int pair[2], ends[2];
    int fd = open("/etc/passwd", O_RDONLY);
    read(fd, buffer, 10);
    dup(fd);
    fcntl(fd, F_DUPFD, 20);
    fcntl(fd, F_GETFL);
    pipe2(pair, 0);
    write(pair[1], "x", 1);
    struct pollfd wanted = {pair[0], POLLIN, 0};
    poll(&wanted, 1, 0);
    open("/dev/null", O_RDWR);
    int epoll = epoll_create1(0);
    struct epoll_event event = {EPOLLIN, {.fd = 3}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], &event);
    epoll_wait(epoll, &event, 1, 0);
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    write(ends[0], "q", 1);
    mmap(0, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
    close(77);
}

static void sockets(void) {
    struct sockaddr_in address = {AF_INET, htons(9), {htonl(INADDR_LOOPBACK)}};
    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    connect(udp, (void *)&address, sizeof address);
    int error, size = sizeof error;
    getsockopt(udp, SOL_SOCKET, SO_ERROR, &error, (void *)&size);
    int tcp = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_port = 0;
    bind(tcp, (void *)&address, sizeof address);
    listen(tcp, 1);
    listen(tcp, 2);
}

int main(int argc, char **argv) {
    struct stat status;
    descriptors();
    sockets();
    int missing = outer("/nonexistent/file") == 1 ? errno : 0;
    fstatat(AT_FDCWD, ".", &status, 0);
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    long parent = syscall(SYS_getppid);
    if (argc > 1 && !strcmp(argv[1], "fork")) {
        if (!fork()) {
            execl(argv[0], argv[0], "child", (char *)0);
            _exit(9);
        }
        wait(0);
    }
    if (argc > 1 && !strcmp(argv[1], "child"))
        _exit(3);
    printf("%d %d\n", missing, parent < 0 ? errno : 0);
    return 0;
}
