#include "guest.h"
int main(void)
{
    int p[2], q[2];
    char b[8];
    TRY(pipe(p));
    SHOW(p[0]);
    SHOW(p[1]);
    TRY(dup(p[0]));
    TRY(dup2(p[1], 20));
    TRY(dup2(20, 20));
    TRY(dup2(99, 20));
    TRY(dup2(p[1], -1));
    TRY(dup(-1));
    TRY(dup2(p[1], 1 << 28));
    TRY(syscall(SYS_dup3, p[0], 21, O_CLOEXEC));
    TRY(syscall(SYS_dup3, p[0], p[0], 0));
    TRY(syscall(SYS_dup3, p[0], 22, 1));
    TRY(fcntl(21, F_GETFD));
    TRY(fcntl(20, F_GETFD));
    TRY(fcntl(20, F_SETFD, FD_CLOEXEC));
    TRY(fcntl(20, F_GETFD));
    TRY(fcntl(p[0], F_DUPFD, 30));
    TRY(fcntl(p[0], F_DUPFD, 30));
    TRY(fcntl(p[0], F_DUPFD_CLOEXEC, 40));
    TRY(fcntl(40, F_GETFD));
    TRY(fcntl(p[0], F_DUPFD, -1));
    TRY(fcntl(77, F_GETFD));
    TRY(fcntl(p[0], 9999));
    TRY(write(20, "ab", 2));
    TRY(read(30, b, 8));
    TRY(pipe2(q, O_NONBLOCK | O_CLOEXEC));
    TRY(fcntl(q[0], F_GETFD));
    TRY(fcntl(q[0], F_GETFL) == O_NONBLOCK);
    TRY(fcntl(q[1], F_GETFL) == (O_NONBLOCK | O_WRONLY));
    TRY(pipe2(q, 0x123));
    TRY(read(q[0], b, 1));
    TRY(fcntl(q[0], F_SETFL, 0));
    TRY(fcntl(q[0], F_GETFL));
    int n;
    TRY(ioctl(p[0], FIONREAD, &n));
    SHOW(n);
    write(p[1], "xyz", 3);
    TRY(ioctl(p[0], FIONREAD, &n));
    SHOW(n);
    TRY(lseek(p[0], 0, SEEK_CUR));
    TRY(pread(p[0], b, 1, 0));
    TRY(write(p[0], b, 1));
    TRY(read(p[1], b, 1));
    TRY(ioctl(p[0], 0xdeadbeef, 0));
    SHOW(fcntl(p[0], F_GETPIPE_SZ));
    struct stat st;
    TRY(fstat(p[0], &st));
    SHOW(S_ISFIFO(st.st_mode));
    close(q[0]);
    signal(SIGPIPE, SIG_IGN);
    TRY(write(q[1], "x", 1));
    for (int i = 3; i < 60; i++)
        close(i);
    TRY(open("/dev/null", O_RDWR));
#ifdef SYS_close_range
    TRY(dup2(3, 10));
    TRY(dup2(3, 11));
    TRY(syscall(SYS_close_range, 5, 10, 0));
    TRY(fcntl(10, F_GETFD));
    TRY(fcntl(11, F_GETFD));
    TRY(syscall(SYS_close_range, 11, 12, 4));
    TRY(fcntl(11, F_GETFD));
    TRY(syscall(SYS_close_range, 12, 11, 0));
#endif
    return 0;
}
