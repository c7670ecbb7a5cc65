#include "guest.h"
#include <termios.h>
int main(void)
{
    int p[2];
    struct winsize w;
    struct termios t;
    int n;
    pipe(p);
    TRY(isatty(p[0]));
    TRY(ioctl(p[0], TIOCGWINSZ, &w));
    TRY(tcgetattr(p[0], &t));
    TRY(tcgetattr(99, &t));
    TRY(ioctl(p[0], TIOCGPGRP, &n));
    TRY(ioctl(p[0], TIOCSWINSZ, &w));
    int f = open("/dev/null", O_RDWR);
    TRY(isatty(f));
    TRY(ioctl(f, TIOCGWINSZ, &w));
    TRY(ioctl(f, FIONREAD, &n));
    TRY(ttyname_r(p[0], (char[64]){0}, 64) != 0);
    TRY(tcgetpgrp(p[0]));
    int on = 1;
    TRY(ioctl(p[0], FIONBIO, &on));
    char c;
    TRY(read(p[0], &c, 1));
    TRY(ioctl(p[0], FIOCLEX));
    TRY(fcntl(p[0], F_GETFD));
    TRY(ioctl(p[0], FIONCLEX));
    TRY(fcntl(p[0], F_GETFD));
    return 0;
}
