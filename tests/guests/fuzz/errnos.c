// Random calls of the file, time and socket families; prints each with its result, so that two
// kernels can be compared: errnos SEED CALLS, in an empty directory.
#include "guest.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/statfs.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

static uint64_t state;

static unsigned pick(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state * 0x2545F4914F6CDD1Dull >> 33) % n;
}

enum { PAGE = 4096 };
static char *room, *fixed, *edge, *none, *gone; /* writable, read-only, before a hole, PROT_NONE, unmapped */
static char long_name[300], long_path[5000];

static const char *strings[] = {
    "file", "dir", "link", "dangling", "loop", "fifo", "dir/inner", "new1", "new2", "dir/new", "",
    "file/x", "absent/x", ".", "dir/..", "dir/", "link/", "new1/", "user.name",
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Each letter is an argument: see argument(). A leading ! means that success has no fixed value,
   # that what was written at `room` is deterministic too. */
static const struct call { const char *name; int number; const char *args; } calls[] = {
#define C(name, args) {#name, SYS_##name, args}
    C(read, "#dpn"), C(write, "dqn"), C(pread64, "#dpno"), C(pwrite64, "dqno"), C(readv, "dvc"),
    C(writev, "dvc"), C(preadv, "dvcoz"), C(pwritev, "dvcoz"), C(preadv2, "dvcozr"),
    C(pwritev2, "dvcozr"), C(lseek, "dow"), C(openat, "Dskm"), C(openat2, "Dspn"), C(close, "d"),
    C(close_range, "ffi"), C(dup, "d"), C(dup3, "dfk"), C(fcntl, "dlx"), C(flock, "dL"),
    C(ioctl, "dIp"), C(pipe2, "pk"), C(fstat, "dp"), C(newfstatat, "Dspa"), C(statx, "Dsaip"),
    C(statfs, "sp"), C(fstatfs, "dp"), C(faccessat, "Dsi"), C(faccessat2, "Dsia"),
    C(readlinkat, "#Dspn"), C(linkat, "DsDsa"), C(symlinkat, "sDs"), C(unlinkat, "Dsa"),
    C(renameat2, "DsDsi"), C(mkdirat, "Dsm"), C(mknodat, "DsMz"), C(fchmod, "dm"),
    C(fchmodat, "Dsm"), C(fchownat, "Dsuua"), C(fchown, "duu"), C(utimensat, "Dsta"),
    C(truncate, "so"), C(ftruncate, "do"), C(fallocate, "dioo"), C(fadvise64, "dooi"),
    C(readahead, "don"), C(fsync, "d"), C(fdatasync, "d"), C(sync_file_range, "dooi"),
    C(getdents64, "!dpn"), C(chdir, "s"), C(fchdir, "d"), C(getcwd, "!pn"), C(umask, "m"),
    C(setxattr, "sSqni"), C(getxattr, "sSpn"), C(listxattr, "!spn"), C(removexattr, "sS"),
    C(fsetxattr, "dSqni"), C(fgetxattr, "dSpn"), C(flistxattr, "!dpn"), C(fremovexattr, "dS"),
    C(copy_file_range, "dOdOnz"), C(sendfile, "ddOn"), C(splice, "dOdOn2"), C(tee, "ddn2"),
    C(inotify_init1, "k"), C(inotify_add_watch, "dsi"), C(inotify_rm_watch, "di"),
    C(eventfd2, "ik"), C(timerfd_create, "Tk"), C(timerfd_settime, "ditp"),
    C(timerfd_gettime, "dp"), C(epoll_create1, "k"), C(epoll_ctl, "dedp"),
    C(epoll_pwait, "dpizzz"), C(ppoll, "PNtzz"), C(pselect6, "NppptZ"), C(socket, "iik"),
    C(socketpair, "iikp"), C(bind, "dqn"), C(listen, "di"), C(accept4, "dppk"),
    C(getsockname, "dpp"), C(getpeername, "dpp"), C(sendto, "dqngAn"), C(recvfrom, "dpngpp"),
    C(sendmsg, "dpg"), C(recvmsg, "dpg"), C(setsockopt, "diiqn"), C(getsockopt, "diipp"),
    C(shutdown, "di"), C(getrandom, "!pni"), C(clock_gettime, "Tp"), C(clock_getres, "Tp"),
    C(clock_nanosleep, "Titp"), C(nanosleep, "tp"), C(gettimeofday, "pp"), C(getitimer, "ip"),
    C(timer_create, "Tpp"), C(timer_delete, "i"), C(timer_gettime, "ip"),
    C(timer_settime, "iipp"), C(timer_getoverrun, "i"), C(getrlimit, "ip"),
    C(prlimit64, "zizp"), C(getrusage, "ip"), C(times, "!p"), C(uname, "p"), C(sysinfo, "p"),
    C(getcpu, "ppz"), C(getpriority, "ii"), C(sched_getaffinity, "znp"), C(sched_getparam, "Zp"),
    C(sched_getscheduler, "Z"), C(sched_get_priority_max, "i"), C(sched_rr_get_interval, "zp"),
    C(getgroups, "ip"), C(getresuid, "ppp"), C(getpgid, "!Z"), C(getsid, "!Z"), C(capget, "pp"),
    C(prctl, "Hpzzz"), C(getpid, "!"), C(vmsplice, "dvc2"), C(sendmmsg, "dpig"),
    C(memfd_create, "Sk"), C(sched_getattr, "Zpnz"),
#undef C
};

static const int flags[] = {
    0, 1, 2, 3, O_CLOEXEC, O_NONBLOCK, O_CREAT, O_CREAT | O_EXCL | O_RDWR, O_DIRECTORY, O_NOFOLLOW,
    O_PATH, O_TRUNC | O_WRONLY, O_APPEND | O_WRONLY, O_CREAT | O_RDWR, O_TMPFILE | O_RDWR,
    O_CLOEXEC | O_NONBLOCK, 0x40000000,
};
static const long sizes[] = {0, 1, 4, 8, 16, 24, 64, 100, 128, 256, 1000, 4096, 5000, 70000, -1};
static const long offsets[] = {0, 1, 10, 50, 100, 4096, 5000, -1, -2, -4096, 1L << 40, LONG_MAX};
static const int ats[] = {
    0, AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW, AT_NO_AUTOMOUNT, 0x10,
    AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, 0x6000, 1,
};
static const int commands[] = {
    F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_OFD_GETLK, F_OFD_SETLK,
    F_GETOWN, F_SETSIG, F_GETSIG, F_DUPFD_CLOEXEC, F_GETPIPE_SZ, F_SETPIPE_SZ, F_GET_SEALS,
    F_ADD_SEALS, F_GETLEASE, 15, 16, 99, -1,
};
static const unsigned requests[] = {
    TCGETS, TCSETS, TIOCGWINSZ, TIOCSWINSZ, TIOCGPGRP, TIOCGSID, FIONREAD, FIOCLEX, FIONCLEX,
    FIONBIO, TCFLSH, TCSBRK, TIOCGPTN, TIOCSPTLCK, 0x80086601, 0x5413, TIOCOUTQ, 0x8905, 0xdeadbeef,
};

static char symbol[100];

static long word(const char *kind, long value)
{
    sprintf(symbol, "%s%ld", kind, value);
    return value;
}

static long pointer(int reading)
{
    switch (pick(10)) {
    case 0: strcpy(symbol, "NULL"); return 0;
    case 1: strcpy(symbol, "8"); return 8;
    case 2: strcpy(symbol, "gone"); return (long)gone;
    case 3: strcpy(symbol, "top"); return -4096;
    case 4: strcpy(symbol, "kernel"); return (long)0xffff800000000000;
    case 5: strcpy(symbol, "fixed"); return (long)fixed;
    case 6: strcpy(symbol, "none"); return (long)none;
    case 7: return word("edge-", 8 * (1 + pick(15))), (long)edge - atol(symbol + 5);
    }
    if (reading)
        for (int i = 0; i < 64; i++)
            room[i] = pick(4) ? 0 : pick(256);
    strcpy(symbol, "room");
    return (long)room;
}

static long string(void)
{
    unsigned n = pick(COUNT(strings) + 6);

    if (n < COUNT(strings)) {
        sprintf(symbol, "\"%s\"", strings[n]);
        return (long)strings[n];
    }
    if (n == COUNT(strings))
        return strcpy(symbol, "<long name>"), (long)long_name;
    if (n == COUNT(strings) + 1)
        return strcpy(symbol, "<long path>"), (long)long_path;
    return pointer(0);
}

static long vector(void)
{
    struct iovec *v = (struct iovec *)(room + 3000);
    char text[90] = "";
    long addr = pointer(0);

    if (pick(3))
        return addr;
    for (int i = 0; i < 3; i++) {
        v[i].iov_base = (void *)pointer(0);
        v[i].iov_len = sizes[pick(9)];
        sprintf(text + strlen(text), "%s+%zu ", symbol, v[i].iov_len);
    }
    strcpy(symbol, text);
    return (long)v;
}

static long time_pointer(void)
{
    struct timespec *t = (struct timespec *)(room + 2000);

    if (!pick(3))
        return pointer(0) ? (strcpy(symbol, "gone"), (long)gone) : (strcpy(symbol, "gone"), (long)gone);
    t[0].tv_sec = t[1].tv_sec = pick(8) ? 0 : -1;
    t[0].tv_nsec = pick(8) ? 1000 : 1000000000;
    t[1].tv_nsec = 0;
    sprintf(symbol, "{%ld,%ld}", (long)t->tv_sec, t->tv_nsec);
    return (long)t;
}

static long pollfds(void)
{
    struct pollfd *p = (struct pollfd *)(room + 2500);

    if (!pick(4))
        return pointer(0);
    for (int i = 0; i < 4; i++)
        p[i] = (struct pollfd){(int)pick(24) - 1, pick(8), 0x77};
    sprintf(symbol, "{%d:%d %d:%d}", p[0].fd, p[0].events, p[1].fd, p[1].events);
    return (long)p;
}

static long flag(void)
{
    unsigned n = pick(COUNT(flags));

    sprintf(symbol, "flags[%u]", n); /* their values depend on the architecture */
    return flags[n];
}

static long argument(char kind)
{
    switch (kind) {
    case 'd': return word("", (int)pick(26) - 1);
    case 'f': return word("", pick(8) ? 3 + pick(22) : sizes[pick(COUNT(sizes))]);
    case 'D': return word("", pick(3) ? AT_FDCWD : (int)pick(26) - 1);
    case 'p': return pointer(1);
    case 'q': return pointer(1);
    case 's': return string();
    case 'S': return string();
    case 'n': return word("", sizes[pick(COUNT(sizes))]);
    case 'c': return word("", pick(6) ? pick(4) : (long[]){-1, 1025}[pick(2)]);
    case 'o': return word("", offsets[pick(COUNT(offsets))]);
    case 'O': return pick(2) ? (strcpy(symbol, "NULL"), 0) : pointer(1);
    case 'w': return word("", (int)pick(7) - 1);
    case 'k': return flag();
    case 'm': return word("", pick(4) ? 0755 : pick(010000));
    case 'M': return word("", (long[]){S_IFREG | 0644, S_IFIFO | 0644, 0644, S_IFDIR, 0170000}[pick(5)]);
    case 'i': return word("", pick(8) ? pick(20) : (long[]){-1, 64, 1000, INT_MAX, INT_MIN}[pick(5)]);
    case 'a': return word("", ats[pick(COUNT(ats))]);
    case 'l': return word("", commands[pick(COUNT(commands))]);
    case 'x': return pick(2) ? word("", pick(30)) : pointer(0);
    case 'L': return word("", pick(20) | LOCK_NB);
    case 'I': return word("", requests[pick(COUNT(requests))]);
    case 'u': return word("", pick(3) ? -1 : 0);
    case 't': return time_pointer();
    case 'T': return word("", (int)pick(16) - 2);
    case 'P': return pollfds();
    case 'N': return word("", pick(5));
    case 'v': return vector();
    case 'r': return word("", pick(3) ? 0 : pick(300));
    case 'e': return word("", pick(5));
    case 'g': return word("", MSG_DONTWAIT | (pick(3) ? 0 : pick(0x8000)));
    case 'A': return pick(3) ? (strcpy(symbol, "NULL"), 0) : pointer(1);
    case '2': return word("", SPLICE_F_NONBLOCK | (pick(3) ? 0 : pick(32)));
    case 'H': return word("", (long[]){PR_GET_NAME, PR_SET_NAME, PR_GET_PDEATHSIG, PR_GET_DUMPABLE, 9999, PR_GET_KEEPCAPS, PR_GET_NO_NEW_PRIVS, PR_GET_TIMERSLACK}[pick(8)]);
    case 'Z': return word("", (long[]){0, -1, 99999999}[pick(3)]);
    }
    return word("", 0);
}

static int must_not(const struct call *c, const long *a)
{
    switch (c->number) {
    case SYS_close: return a[0] < 3;
    case SYS_close_range: return (unsigned)a[0] < 3;
    case SYS_dup3: return (unsigned)a[1] < 3 || (unsigned)a[1] > 30;
    case SYS_fcntl: return a[0] < 3 || (a[1] == F_SETSIG);
    case SYS_ioctl: return a[0] < 3;
    case SYS_write: case SYS_writev: case SYS_pwritev2: case SYS_sendfile: case SYS_tee:
    case SYS_read: case SYS_readv: case SYS_preadv2: case SYS_pwritev: case SYS_pwrite64:
    case SYS_ftruncate: case SYS_fallocate: case SYS_fchmod: case SYS_fchown: case SYS_lseek:
    case SYS_vmsplice: case SYS_flock: case SYS_dup: return a[0] < 3;
    case SYS_copy_file_range: case SYS_splice: return a[0] < 3 || a[2] < 3;
    }
    return 0;
}

static void set_up(void)
{
    int p[2], fd, sv[2];
    char *area = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    room = area;
    edge = area + 4 * PAGE;
    fixed = area + 6 * PAGE;
    none = area + 8 * PAGE;
    gone = area + 10 * PAGE;
    munmap(area + 4 * PAGE, PAGE);
    munmap(area + 10 * PAGE, 6 * PAGE);
    mprotect(fixed, PAGE, PROT_READ);
    mprotect(none, PAGE, PROT_NONE);
    memset(long_name, 'n', sizeof long_name - 1);
    memset(long_path, 'p', sizeof long_path - 1);
    umask(022);
    syscall(SYS_close_range, 3, -1, 0); /* what was inherited */
    MUST(open("input", O_RDWR | O_CREAT, 0644) == 3 && dup2(3, 0) == 0 && close(3) == 0);
    MUST((fd = open("file", O_RDWR | O_CREAT, 0644)) == 3 && write(fd, long_path, 100) == 100);
    MUST(open("file", O_RDONLY) == 4 && mkdir("dir", 0755) == 0);
    MUST(symlink("file", "link") == 0 && symlink("none", "dangling") == 0);
    MUST(symlink("loop", "loop") == 0 && mkfifo("fifo", 0644) == 0);
    MUST(close(creat("dir/inner", 0600)) == 0 && open("dir", O_RDONLY) == 5);
    MUST(pipe2(p, O_NONBLOCK) == 0 && p[1] == 7);
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sv) == 0 && sv[1] == 9);
    MUST(open("file", O_PATH) == 10 && eventfd(3, EFD_NONBLOCK) == 11 && epoll_create1(0) == 12);
    MUST(open("dir/inner", O_RDWR) == 13 && timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK) == 14);
    MUST(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, sv) == 0 && sv[1] == 16);
    MUST(syscall(SYS_memfd_create, "memory", MFD_ALLOW_SEALING) == 17 && socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) == 18);
}

static void nothing(int signo)
{
}

int main(int argc, char **argv)
{
    state = argc > 1 ? strtoull(argv[1], 0, 0) * 0x9E3779B97F4A7C15ull + 1 : 1;
    int count = argc > 2 ? atoi(argv[2]) : 1000;
    const char *only = argc > 3 ? argv[3] : NULL;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGIO, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {1 << 20, 1 << 20}; /* the disk is not ours to fill */
    struct sigaction tick = {.sa_handler = nothing};
    struct itimerval often = {{0, 100000}, {0, 100000}}; /* what waits is interrupted */
    sigaction(SIGALRM, &tick, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    setrlimit(RLIMIT_FSIZE, &small);
    set_up();
    for (int n = 0; n < count; n++) {
        const struct call *c = &calls[pick(COUNT(calls))];
        const char *kinds = c->args;
        char text[500] = "", mode = 0;
        long a[6] = {0};

        if (*kinds == '!' || *kinds == '#')
            mode = *kinds++;
        memset(room, 0, PAGE - 1);
        memset(edge - 200, 0, 200);
        for (int i = 0; kinds[i]; i++) {
            a[i] = argument(kinds[i]);
            sprintf(text + strlen(text), "%s%s", i ? ", " : "", symbol);
        }
        if (c->number == SYS_openat)
            a[2] |= O_NONBLOCK;
        if (c->number == SYS_openat2 || c->number == SYS_fcntl && a[1] == F_SETFL)
            continue;
        if ((c->number == SYS_eventfd2 || c->number == SYS_timerfd_create || c->number == SYS_inotify_init1) )
            a[1 - (c->number == SYS_inotify_init1)] |= O_NONBLOCK;
        if (c->number == SYS_socket || c->number == SYS_socketpair || c->number == SYS_pipe2)
            a[1] |= O_NONBLOCK;
        if (c->number == SYS_clock_nanosleep && a[0] == CLOCK_PROCESS_CPUTIME_ID)
            continue;
        if (c->number == SYS_fallocate && (a[2] > 1 << 20 || a[3] > 1 << 20))
            continue;
        if (must_not(c, a))
            continue;
        if (only && strcmp(only, c->name))
            continue;
        errno = 0;
        long r = syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
        int error = errno;
        printf("%d %s(%s) = ", n, c->name, text);
        if (r == -1)
            printf("%s (%d)\n", error_name(error), error);
        else if (mode == '!' || c->number == SYS_fcntl && a[1] == F_GETFL)
            printf("fine\n");
        else {
            unsigned sum = 0;
            if (mode == '#')
                for (int i = 0; i < 2000; i++)
                    sum = sum * 31 + (unsigned char)room[i];
            printf("%ld %u\n", r, sum);
        }
    }
    puts("end");
    return 0;
}
