// A pseudo-terminal: size, attributes, canonical and raw input, ^C as a signal.
#include "guest.h"
#include <termios.h>
static volatile int got;
static void on(int n)
{
    got = n;
}
int main(void)
{
    int m = posix_openpt(O_RDWR | O_NOCTTY);
    SHOW(m >= 0);
    TRY(grantpt(m));
    TRY(unlockpt(m));
    char *name = ptsname(m);
    SHOW(name && !strncmp(name, "/dev/pts/", 9));
    int s = open(name, O_RDWR | O_NOCTTY);
    SHOW(s >= 0);
    SHOW(isatty(s));
    struct winsize w = {24, 80};
    TRY(ioctl(m, TIOCSWINSZ, &w));
    w.ws_row = 0;
    TRY(ioctl(s, TIOCGWINSZ, &w));
    SHOW(w.ws_row);
    SHOW(w.ws_col);
    struct termios t;
    TRY(tcgetattr(s, &t));
    SHOW((t.c_lflag & ICANON) != 0);
    SHOW((t.c_lflag & ECHO) != 0);
    SHOW(t.c_cc[VINTR]);
    char b[64];
    TRY(write(m, "line\n", 5));
    TRY(read(s, b, 64));
    TRY(read(m, b, 64));
    printf("%d %d\n", b[4], b[5]);
    t.c_lflag &= ~(ICANON | ECHO);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    TRY(tcsetattr(s, TCSANOW, &t));
    TRY(write(m, "ab", 2));
    TRY(read(s, b, 64));
    TRY(write(s, "x\n", 2));
    TRY(read(m, b, 64));
    int n;
    TRY(ioctl(s, FIONREAD, &n));
    SHOW(n);
    int st;
    pid_t c = fork();
    if (!c) {
        setsid();
        int k = open(name, O_RDWR);
        signal(SIGINT, on);
        TRY(ioctl(k, TIOCSCTTY, 0));
        SHOW(tcgetpgrp(k) == getpid());
        fflush(stdout);
        if (write(k, "r", 1)) {
        }
        while (!got)
            sleep_ms(1);
        _exit(got);
    }
    read(m, b, 1);
    TRY(write(m, "\003", 1));
    waitpid(c, &st, 0);
    SHOW(WEXITSTATUS(st));
    return 0;
}
