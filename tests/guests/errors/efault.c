// xfail-sparc64: other numbers of constants, and rt_sigaction has an argument more
// calls: old
// reference: own
// Bad pointers give EFAULT in every call that takes one.
// numbers: usual
#include "guest.h"
#include <sys/epoll.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#define BAD ((void *)16)
#define S(name, ...) TRY(syscall(SYS_##name, __VA_ARGS__))
int main(void)
{
    char *ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int p[2], s[2], z = open("/dev/zero", O_RDWR), d = open("/", O_RDONLY);
    pipe(p);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    write(p[1], "abc", 3);
    write(s[0], "abc", 3);
    int e = epoll_create1(0);
    S(read, z, BAD, 8);
    S(read, p[0], BAD, 3);
    S(read, p[0], ro, 3);
    S(write, p[1], BAD, 8);
    S(pread64, z, BAD, 8, 0, 0, 0);
    S(readv, z, BAD, 2);
    S(writev, p[1], BAD, 1);
    struct iovec v[2] = {{BAD, 4}, {ro, 4}};
    S(readv, z, v, 2);
    S(writev, p[1], v, 2);
    S(writev, p[1], v + 1, 1);
    S(openat, AT_FDCWD, BAD, O_RDONLY);
    S(openat, AT_FDCWD, NULL, O_RDONLY);
    S(fstat, 0, BAD);
    S(fstat, 0, ro);
    S(newfstatat, AT_FDCWD, "/", BAD, 0);
    S(newfstatat, AT_FDCWD, BAD, ro, 0);
    S(statfs, "/", BAD);
    S(fstatfs, z, BAD);
    S(getcwd, BAD, 100);
    S(getcwd, ro, 4096);
    S(readlinkat, AT_FDCWD, "/proc/self/exe", BAD, 10);
    S(getdents64, d, BAD, 100);
    S(mkdirat, AT_FDCWD, BAD, 0);
    S(unlinkat, AT_FDCWD, BAD, 0);
    S(symlinkat, BAD, AT_FDCWD, "x");
    S(faccessat, AT_FDCWD, BAD, 0);
    S(chdir, BAD);
    S(utimensat, AT_FDCWD, "/", BAD, 0);
    S(pipe2, BAD, 0);
    S(pipe2, ro, 0);
    S(ppoll, BAD, 1, NULL, NULL, 8);
    S(pselect6, 1, BAD, NULL, NULL, NULL, NULL);
    S(epoll_ctl, e, EPOLL_CTL_ADD, p[0], BAD);
    const long request = FIONREAD;
    S(ioctl, p[0], request, BAD);
    S(fcntl, z, F_GETLK, BAD);
    S(getrandom, BAD, 4, 0);
    S(uname, BAD);
    S(sysinfo, BAD);
    S(times, BAD);
    S(getrusage, 0, BAD);
    S(prlimit64, 0, RLIMIT_NOFILE, NULL, BAD);
    S(getgroups, 1000, BAD);
    S(getresuid, BAD, BAD, BAD);
    S(sched_getaffinity, 0, 128, BAD);
    S(getitimer, 0, BAD);
    S(setitimer, 0, BAD, NULL);
    S(clock_gettime, 0, BAD);
    S(clock_nanosleep, 0, 0, BAD, NULL);
    S(gettimeofday, BAD, NULL);
    S(nanosleep, BAD, NULL);
    S(rt_sigaction, SIGUSR1, BAD, NULL, 8);
    S(rt_sigaction, SIGUSR1, NULL, BAD, 8);
    S(rt_sigprocmask, 0, BAD, NULL, 8);
    S(rt_sigprocmask, 0, NULL, BAD, 8);
    S(rt_sigpending, BAD, 8);
    S(sigaltstack, BAD, NULL);
    S(rt_sigtimedwait, BAD, NULL, NULL, 8);
    S(rt_sigsuspend, BAD, 8);
    S(timer_create, CLOCK_REALTIME, NULL, BAD);
    S(socketpair, AF_UNIX, SOCK_STREAM, 0, BAD);
    S(bind, s[0], BAD, 4);
    S(connect, s[0], BAD, 16);
    S(getsockname, s[0], BAD, BAD);
    S(sendto, s[0], BAD, 4, 0, NULL, 0);
    S(recvfrom, s[1], BAD, 4, 0, NULL, NULL);
    S(sendmsg, s[0], BAD, 0);
    S(recvmsg, s[1], BAD, 0);
    S(setsockopt, s[0], SOL_SOCKET, SO_REUSEADDR, BAD, 4);
    S(getsockopt, s[0], SOL_SOCKET, SO_TYPE, BAD, BAD);
    S(execve, BAD, NULL, NULL);
    S(futex, BAD, 0, 0, NULL, NULL, 0);
    S(set_robust_list, BAD, 24);
    S(set_robust_list, BAD, 23);
    S(waitid, P_ALL, 0, BAD, WEXITED, NULL);
    S(mincore, ro, 4096, BAD);
    S(memfd_create, BAD, 0);
    S(statx, AT_FDCWD, "/", 0, 0x7ff, BAD);
    S(prctl, 16, BAD);
    S(getcpu, BAD, NULL, NULL);
    S(sendfile, p[1], z, BAD, 4);
    return 0;
}
