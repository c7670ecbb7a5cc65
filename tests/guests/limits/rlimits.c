#include "guest.h"
#include <sys/sysinfo.h>
#include <sys/statvfs.h>
/* What the older call says of no limit, where its longs have 32 bits. */
static void unlimited(void)
{
#if defined SYS_getrlimit && __SIZEOF_LONG__ == 4 && defined SYS_prlimit64
    unsigned long raw[2], none = 0xffffffff;
    uint64_t wide[2];
#if defined __mips__ || defined __sparc__
    none = 0x7fffffff;
#endif
    MUST(syscall(SYS_prlimit64, 0, RLIMIT_AS, NULL, wide) == 0);
#ifdef SYS_ugetrlimit
    MUST(syscall(SYS_ugetrlimit, RLIMIT_AS, raw) == 0);
#else
    MUST(syscall(SYS_getrlimit, RLIMIT_AS, raw) == 0);
#endif
    MUST(wide[1] != UINT64_MAX || raw[1] == none);
    raw[0] = none;
    MUST(wide[1] != UINT64_MAX || syscall(SYS_setrlimit, RLIMIT_AS, raw) == 0);
    MUST(syscall(SYS_prlimit64, 0, RLIMIT_AS, NULL, wide) == 0);
    MUST(wide[0] == wide[1]);
#endif
}

int main(void)
{
    unlimited();
    struct rlimit r, s = {50, 60};
    int all[] = {RLIMIT_CPU,    RLIMIT_FSIZE, RLIMIT_DATA,    RLIMIT_STACK, RLIMIT_CORE,
                 RLIMIT_NOFILE, RLIMIT_AS,    RLIMIT_MEMLOCK, RLIMIT_NPROC};
    for (int i = 0; i < 9; i++) {
        TRY(getrlimit(all[i], &r));
        SHOW(r.rlim_cur <= r.rlim_max);
    }
    TRY(setrlimit(RLIMIT_NOFILE, &s));
    TRY(getrlimit(RLIMIT_NOFILE, &r));
    SHOW(r.rlim_cur);
    SHOW(r.rlim_max);
    int n = 0, fd;
    while ((fd = dup(1)) >= 0)
        n = fd;
    SHOW(n);
    puts(error_name(errno));
    int p[2];
    TRY(pipe(p));
    TRY(open("/dev/null", O_RDONLY));
    TRY(socket(AF_UNIX, SOCK_STREAM, 0));
    TRY(dup2(1, 50));
    TRY(fcntl(1, F_DUPFD, 50));
    TRY(fcntl(1, F_DUPFD, 49));
    for (int i = 3; i < 50; i++)
        close(i);
    s.rlim_cur = 70;
    TRY(setrlimit(RLIMIT_NOFILE, &s));
    TRY(getrlimit(99, &r));
    struct {
        uint64_t rlim_cur, rlim_max;
    } wide;
    TRY(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &wide));
    SHOW(wide.rlim_cur);
    TRY(syscall(SYS_prlimit64, 999999, RLIMIT_NOFILE, NULL, &wide));
    TRY(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, 16, NULL));
    enter_scratch();
    fd = open("f", O_CREAT | O_RDWR, 0600);
    unlink("f");
    signal(SIGXFSZ, SIG_IGN);
    s.rlim_cur = s.rlim_max = 100000;
    TRY(setrlimit(RLIMIT_FSIZE, &s));
    char b[800] = {0};
    lseek(fd, 99000, SEEK_SET);
    TRY(write(fd, b, 800));
    TRY(write(fd, b, 800));
    TRY(write(fd, b, 800));
    TRY(ftruncate(fd, 200000));
    leave_scratch();
    struct sysinfo i;
    TRY(sysinfo(&i));
    SHOW(i.totalram > 0 && i.procs > 0 && i.mem_unit > 0 && i.uptime > 0);
    struct statvfs v;
    TRY(statvfs("/", &v));
    SHOW(v.f_bsize > 0);
    return 0;
}
