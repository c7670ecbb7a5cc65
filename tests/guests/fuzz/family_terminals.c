// A pseudo-terminal: settings, sizes, job control, reading and writing.
#include "generator.h"
#include <termios.h>

static long make_settings(void)
{
    int *t = place(64);

    if (!pick(4))
        return bad_pointer();
    MUST(ioctl(5, TCGETS, t) == 0);
    switch (pick(5)) {
    case 0: t[3] ^= ECHO; break;
    case 1: t[3] ^= ICANON; break;
    case 2: t[1] ^= OPOST; break;
    case 3: t[0] ^= ICRNL; break;
    }
    return sprintf(symbol, "{%o %o %o %o}", t[0], t[1], t[2], t[3]), (long)t;
}

static long make_size(void)
{
    short *w = place(8);

    if (!pick(4))
        return bad_pointer();
    w[0] = pick(100), w[1] = pick(200);
    return sprintf(symbol, "{%d %d}", w[0], w[1]), (long)w;
}

static long make_int(void)
{
    int *n = place(8);

    if (!pick(4))
        return bad_pointer();
    *n = (int[]){0, 1, 2, 29, -1, 100, 0, getpid()}[pick(8)];
    return *n == getpid() ? named("{self}", n) : (sprintf(symbol, "{%d}", *n), (long)n);
}

static const struct kind kinds[] = {
    MADE(settings), MADE(size), MADE(int),
    VALUES("tty", 1, 5, 5, 5, 6, 6, 7, 8, 3, 0, 700, -1),
    VALUES("gives", 1, TCGETS, TIOCGWINSZ, TIOCGPGRP, TIOCGSID, FIONREAD, TIOCOUTQ, TIOCGETD, TIOCMGET, TIOCGSOFTCAR, TIOCGPTN, TIOCGPTLCK, TIOCGPKT, TIOCGEXCL, 0x802c542a, TIOCGICOUNT, TIOCGSERIAL, 0x5415, 0x5405),
    VALUES("sets", 1, TCSETS, TCSETSW, TCSETSF, 0x402c542b, TCSETA),
    VALUES("takes", 1, TIOCSPGRP, TIOCSETD, TIOCPKT, TIOCSPTLCK, FIONBIO, FIOASYNC, TIOCSSOFTCAR, TIOCMSET),
    VALUES("plain", 1, TCSBRK, TCSBRKP, TCXONC, TCFLSH, TIOCEXCL, TIOCNXCL, TIOCSCTTY, TIOCNOTTY, TIOCSBRK, TIOCCBRK, TIOCVHANGUP, 0x12345, FIOCLEX, FIONCLEX, 0xdead),
    VALUES("value", 0, 0, 0, 1, 2, 3, 4, 77, -1),
    VALUES("bytes", 0, 0, 1, 5, 100, 300, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(ioctl, "!tty gives out"), C(ioctl, "!tty gives out"), C(ioctl, "tty sets settings"), C(ioctl, "tty sets settings"), C(ioctl, "tty takes int"), C(ioctl, "tty takes int"), C(ioctl, "tty plain value"), C(ioctl, "tty plain value"),
    C(read, "#tty out bytes"), C(write, "tty in bytes"), C(write, "tty in one"), C(lseek, "tty offset zero"), C(fstat, "!tty out"), C(fcntl, "tty zero value"), C(ioctl, "tty zero size"), C(ioctl, "tty one in"), C(setsid, "!"),
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    int unlocked = 0, n;
    char name[40];

    MUST((n = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)) == 5 && ioctl(5, TIOCSPTLCK, &unlocked) == 0 && ioctl(5, TIOCGPTN, &n) == 0);
    sprintf(name, "/dev/pts/%d", n);
    MUST(open(name, O_RDWR | O_NOCTTY | O_NONBLOCK) == 6 && open("/dev/null", O_RDWR) == 7 && dup(6) == 8);
    signal(SIGTTOU, SIG_IGN), signal(SIGTTIN, SIG_IGN), signal(SIGHUP, SIG_IGN), signal(SIGINT, SIG_IGN), signal(SIGQUIT, SIG_IGN), signal(SIGTSTP, SIG_IGN), signal(SIGCONT, SIG_IGN), signal(SIGWINCH, SIG_IGN), signal(SIGIO, SIG_IGN);
}

static int refuse(const struct call *c, long *a)
{
    if (c->number == SYS_fcntl || (c->number == SYS_ioctl && !strcmp(c->args, "tty one in")))
        return 1;
    if (c->number == SYS_ioctl && !strcmp(c->args, "tty zero size"))
        a[1] = TIOCSWINSZ;
    return (c->number == SYS_write || c->number == SYS_read) && (int)a[0] == 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    if (c->number == SYS_write || c->number == SYS_ioctl) /* the other side has it a little later */
        nanosleep(&(struct timespec){0, milliseconds * 50000}, NULL);
    return NULL;
}

static void leave(void)
{
    int t[20] = {0};
    short size[4] = {0};
    char bytes[1000];

    ioctl(5, TCGETS, t), ioctl(5, TIOCGWINSZ, size);
    long in = read(6, bytes, sizeof bytes), out = read(5, bytes, sizeof bytes);
    logged("%o %o %o %o %d %d %ld %ld\n", t[0], t[1], t[2], t[3], size[0], size[1], in, out);
}
