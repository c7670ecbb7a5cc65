// Reads of a terminal that need not find anything: VMIN 0, with and without VTIME; a signal ends one.
// VMIN and VTIME may have the places of VEOF and VEOL: those are in force again in canonical mode.
#include "guest.h"
#include <termios.h>

static void nothing(int signo)
{
}

static long tenths(const struct timespec *from)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - from->tv_sec) * 10 + (now.tv_nsec - from->tv_nsec) / 100000000;
}

int main(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
    struct sigaction act = {.sa_handler = nothing};
    struct itimerval soon = {{0, 50000}, {0, 50000}};
    struct timespec start;
    struct termios t;
    char bytes[10];

    MUST(grantpt(master) == 0 && unlockpt(master) == 0);
    MUST((slave = open(ptsname(master), O_RDWR | O_NOCTTY)) >= 0 && tcgetattr(slave, &t) == 0);
    t.c_lflag &= ~(ICANON | ECHO);
    t.c_cc[VMIN] = t.c_cc[VTIME] = 0;
    MUST(tcsetattr(slave, TCSANOW, &t) == 0);
    TRY(read(slave, bytes, 10));
    TRY(write(master, "abc", 3));
    TRY(read(slave, bytes, 10));
    t.c_cc[VTIME] = 2;
    MUST(tcsetattr(slave, TCSANOW, &t) == 0);
    clock_gettime(CLOCK_MONOTONIC, &start);
    TRY(read(slave, bytes, 10));
    SHOW(tenths(&start) >= 1);
    TRY(write(master, "abc", 3));
    TRY(read(slave, bytes, 10));
    t.c_cc[VTIME] = 255;
    MUST(tcsetattr(slave, TCSANOW, &t) == 0);
    sigaction(SIGALRM, &act, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    TRY(read(slave, bytes, 10));
    MUST(tcgetattr(slave, &t) == 0);
    SHOW(t.c_cc[VMIN]);
    SHOW(t.c_cc[VTIME]);
    t.c_lflag |= ICANON;
    t.c_cc[VEOF] = 'x';
    t.c_cc[VEOL] = 'y';
    MUST(tcsetattr(slave, TCSANOW, &t) == 0 && tcgetattr(slave, &t) == 0);
    SHOW(t.c_cc[VEOF]);
    SHOW(t.c_cc[VEOL]);
    TRY(write(master, "abxcydx", 7));
    TRY(read(slave, bytes, 10));
    TRY(read(slave, bytes, 10));
    TRY(read(slave, bytes, 10));
    return 0;
}
