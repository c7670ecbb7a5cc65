// arch: i386
// The calls that i386 had first, made by their numbers.
#include "guest.h"
#include <sys/sysmacros.h>
#define CALL(n, ...) call_(n, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define call_(n, a, b, c, d, e, ...) call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
static long call(long n, long b, long c, long d, long s, long i)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "0"(n), "b"(b), "c"(c), "d"(d), "S"(s), "D"(i)
                     : "memory");
    return result;
}
#define DO(...) printf("%s: %ld\n", #__VA_ARGS__, CALL(__VA_ARGS__))
struct old_action {
    void *handler;
    unsigned long mask, flags;
    void *restorer;
};
static volatile int seen, inner;
static void on(int n)
{
    unsigned long now = 0;
    seen++;
    CALL(126, SIG_SETMASK, NULL, &now); /* sigprocmask */
    inner = now >> (SIGUSR1 - 1) & 1 | (now >> (SIGUSR2 - 1) & 1) << 1;
}
static void ids(void)
{
    unsigned short r[3] = {9, 9, 9};
    printf("ids\n");
    SHOW(CALL(24) == (getuid() > 65535 ? 65534 : getuid()));  /* getuid */
    SHOW(CALL(199) == getuid());                              /* getuid32 */
    SHOW(CALL(47) == (getgid() > 65535 ? 65534 : getgid()));  /* getgid */
    SHOW(CALL(165, &r[0], &r[1], &r[2]));                     /* getresuid */
    SHOW(r[0] == (unsigned short)CALL(24) && r[2] == r[0]);
    SHOW(CALL(203, -1, -1)); /* setreuid32 */
    SHOW(CALL(70, 0xffff, 0xffff)); /* setreuid */
    SHOW(CALL(80, -1, r)); /* getgroups */
}
static void signals(void)
{
    struct old_action a = {on, 1 << (SIGUSR2 - 1), 0, NULL}, old;
    unsigned long set = 1 << (SIGUSR1 - 1), got = 0;
    printf("signals\n");
    DO(67, SIGUSR1, &a, NULL); /* sigaction, without a restorer */
    CALL(37, getpid(), SIGUSR1); /* kill */
    SHOW(seen), SHOW(inner);
    DO(67, SIGUSR1, NULL, &old);
    SHOW(old.handler == on && old.mask == 1 << (SIGUSR2 - 1) && old.flags == 0);
    DO(126, SIG_BLOCK, &set, &got);
    SHOW(got);
    CALL(37, getpid(), SIGUSR1);
    DO(73, &got); /* sigpending */
    SHOW(got == set);
    DO(72, 0, 0, 0); /* sigsuspend */
    SHOW(seen);
    SHOW(CALL(68) == set);   /* sgetmask */
    SHOW(CALL(69, 0) == set); /* ssetmask */
    SHOW(CALL(68));
    SHOW(CALL(48, SIGUSR1, on) == (long)on); /* signal: one shot */
    CALL(37, getpid(), SIGUSR1);
    DO(67, SIGUSR1, NULL, &old);
    SHOW(old.handler == SIG_DFL && seen);
    DO(67, SIGKILL, &a, NULL);
    DO(67, 99, &a, NULL);
    DO(126, 7, &set, NULL);
}
static void files(void)
{
    unsigned short s[32];
    unsigned limits[2] = {1, 1};
    int64_t place = -1;
    char name[] = "/tmp/guest-old-XXXXXX";
    int fd = mkstemp(name);
    printf("files\n");
    close(fd);
    fd = open(name, O_RDWR | 0100000); /* O_LARGEFILE */
    MUST(fd >= 0 && pwrite(fd, "0123456789", 10, 0) == 10);
    DO(140, fd, 1, 2, &place, SEEK_SET); /* _llseek */
    SHOW(place == 0x100000002);
    DO(194, fd, 0x10, 1); /* ftruncate64 */
    DO(108, fd, s); /* fstat: EOVERFLOW */
    DO(93, fd, 5); /* ftruncate */
    DO(19, fd, 0, SEEK_END);
    DO(92, name, 4); /* truncate */
    struct { uint64_t dev; char pad[88]; } wide;
    DO(197, fd, &wide); /* fstat64 */
    SHOW(*(int64_t *)((char *)&wide + 44));
    DO(268, "/", 84, &wide); /* statfs64 */
    DO(268, "/", 80, &wide);
    struct { short type, whence; int start, len, pid; } lock = {F_WRLCK, 0, 2, 3, 0};
    struct { short type, whence; int64_t start, len; int pid; } __attribute__((packed, aligned(4)))
    lock64 = {F_WRLCK, 0, 1ll << 33, 3, 0};
    DO(55, fd, 6, &lock); /* fcntl F_SETLK */
    DO(221, fd, 13, &lock64); /* fcntl64 F_SETLK64 */
    if (!fork()) {
        lock.start = lock.len = 0, lock64.start = 100, lock64.len = 0;
        DO(221, fd, 12, &lock64);
        SHOW(lock64.type), SHOW(lock64.start == 1ll << 33), SHOW(lock64.len == 3);
        DO(55, fd, 5, &lock);
        SHOW(lock.start), SHOW(lock.len), SHOW(lock.pid == getppid());
        lock.start = 50, lock.len = 0;
        DO(55, fd, 5, &lock); /* EOVERFLOW */
        fflush(stdout);
        _exit(7);
    }
    int status = 0;
    SHOW(CALL(7, -1, &status, 0) > 0); /* waitpid */
    SHOW(WEXITSTATUS(status));
    unsigned map[6] = {0, 4096, PROT_READ, MAP_PRIVATE, fd, 0};
    char *m = (char *)CALL(90, map); /* mmap */
    SHOW(m[1]);
    map[5] = 100;
    DO(90, map);
    int p[2];
    pipe(p);
    write(p[1], "x", 1);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(p[0], &set);
    struct timeval tv = {1, 0};
    unsigned wait[5] = {p[0] + 1, (unsigned)&set, 0, 0, (unsigned)&tv};
    DO(82, wait); /* select */
    SHOW(!!FD_ISSET(p[0], &set));
    int times[2] = {1000000, 2000000};
    DO(30, name, times); /* utime */
    struct stat st;
    MUST(stat(name, &st) == 0);
    SHOW(st.st_mtime);
    DO(182, name, 0xffff, 0xffff); /* chown */
    DO(76, RLIMIT_NOFILE, limits); /* getrlimit */
    SHOW(limits[0] > 1 && limits[1] < 0x80000000);
    unlink(name);
}
static void others(void)
{
    char text[400];
    int pair[2], now = 0;
    printf("others\n");
    long args[4] = {AF_UNIX, SOCK_STREAM, 0, (long)pair};
    DO(102, 8, args); /* socketcall: socketpair */
    long send[4] = {pair[0], (long)"hello", 5, 0}, recv[4] = {pair[1], (long)text, 99, 0};
    DO(102, 9, send);
    DO(102, 10, recv);
    DO(102, 99, recv);
    long id = CALL(117, 23, 0, 4096, 0600); /* ipc: shmget */
    unsigned at = 0;
    DO(117, 21, id, 0, &at);
    strcpy((char *)at, "shared");
    SHOW(CALL(117, 24, id, 0x102, 0, text)); /* shmctl IPC_STAT | IPC_64 */
    SHOW(*(unsigned *)(text + 36));
    DO(117, 22, 0, 0, 0, at);
    SHOW(CALL(117, 24, id, 0));
    SHOW(CALL(13, &now) == now && now > 1000000000); /* time */
    DO(109, text); /* olduname */
    SHOW(strcmp(text, "Linux"));
    DO(59, text); /* oldolduname */
    SHOW(strcmp(text, "Linux"));
    DO(34, 3); /* nice */
    SHOW(getpriority(PRIO_PROCESS, 0));
    DO(52, 16, 0); /* umount2 */
    DO(225, 99, 0, 0, 4096); /* readahead */
    DO(250, pair[0], 0, 0, 0, 0); /* fadvise64 */
    DO(17); /* break */
}
int main(void)
{
    ids();
    signals();
    files();
    others();
    return 0;
}
