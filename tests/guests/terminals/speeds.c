// Speeds of a terminal that have no name: BOTHER, and the number beside the flags.
// arch: x86_64 aarch64 riscv64 i386 mipsel mips64 sparc64
#include <asm/termbits.h>
#include <asm/ioctls.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

int ioctl(int, unsigned long, ...);

int main(void)
{
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    struct termios2 t = {0};

    if (master < 0 || ioctl(master, TCGETS2, &t) != 0)
        return 1;
    printf("%d %u %u\n", (t.c_cflag & CBAUD) == B38400, t.c_ispeed, t.c_ospeed);
    t.c_cflag = t.c_cflag & ~CBAUD | BOTHER;
    t.c_ispeed = t.c_ospeed = 12345;
    if (ioctl(master, TCSETS2, &t) != 0)
        return 2;
    t.c_ospeed = 0;
    if (ioctl(master, TCGETS2, &t) != 0)
        return 3;
    printf("%d %u %u\n", (t.c_cflag & CBAUD) == BOTHER, t.c_ispeed, t.c_ospeed);
    return 0;
}
