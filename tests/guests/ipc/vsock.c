// arch: x86_64
// The context id of the machine in VM sockets, as far as the host has them.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(void)
{
    unsigned cid = 77;
    int fd = open("/dev/vsock", O_RDONLY);
    if (fd < 0)
        printf("%s\n", strerror(errno));
    else
        printf("%d %u\n", ioctl(fd, 0x7b9, &cid), cid);
    fd = socket(AF_VSOCK, SOCK_STREAM, 0);
    if (fd >= 0)
        printf("%d\n", ioctl(fd, 0x7b9, 0));
}
