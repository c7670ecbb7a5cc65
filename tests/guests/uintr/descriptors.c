// arch: x86_64
// A vector's descriptor as a file.
#include "guest.h"
#include <sys/epoll.h>
#include "uintr/uintr.h"
UINTR_HANDLER(h)
{
}
int main(void)
{
    char name[64], text[300] = {0}, wanted[64];

    check(uintr_register_handler(h, 0), "register_handler");
    int fd = check(uintr_vector_fd(11, 0), "vector_fd"), copy;
    TRY(read(fd, text, 8));
    TRY(write(fd, text, 8));
    TRY(ioctl(fd, 0x7500, 0));
    TRY(ioctl(fd, 1, 0));
    TRY(lseek(fd, 5, SEEK_SET));
    TRY(syscall(SYS_mmap, 0, 4096, PROT_READ, MAP_SHARED, fd, 0));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(fcntl(fd, F_GETFL) & ~0100000 & (O_ACCMODE | O_NONBLOCK));
    struct pollfd p = {fd, POLLIN | POLLOUT};
    TRY(poll(&p, 1, 0));
    SHOW(p.revents);
    struct epoll_event e = {EPOLLIN};
    TRY(epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, fd, &e));
    sprintf(name, "/proc/self/fd/%d", fd);
    TRY(readlink(name, text, sizeof text));
    puts(text);
    sprintf(name, "/proc/self/fdinfo/%d", fd);
    sprintf(wanted, "receiver: %d vector:11", getpid());
    FILE *f = fopen(name, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    text[n] = 0;
    SHOW(strstr(text, wanted) != NULL);
    copy = dup(fd);
    close(fd);
    TRY(uintr_register_sender(copy, 0));
    TRY(uintr_register_sender(fd, 0));
    fd = uintr_ipi_fd(0);
    sprintf(name, "/proc/self/fd/%d", fd);
    memset(text, 0, sizeof text);
    TRY(readlink(name, text, sizeof text));
    puts(text);
    TRY(ioctl(fd, 0x7500, 0));
    TRY(ioctl(fd, 0x7501, 0));
    TRY(uintr_register_sender(fd, 0));
    return 0;
}
