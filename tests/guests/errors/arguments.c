// reference: own
// Odd arguments: unknown flags, huge sizes, numbers of the wrong sign.
#include "guest.h"
int main(void)
{
    int p[2];
    pipe(p);
    char b[16];
    TRY(syscall(SYS_read, -1, b, 4));
#if __SIZEOF_LONG__ == 8
    TRY(syscall(SYS_read, 0x100000000L + 500, b, 4));
#endif
    TRY(lseek(p[0], 0, 0));
    TRY(syscall(SYS_close, -1));
    TRY(syscall(SYS_dup, 1000000));
    TRY(syscall(SYS_mmap, 0, -8192L, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    TRY(syscall(SYS_munmap, -4096L, 4096));
    TRY(syscall(SYS_munmap, 0, -1L));
    TRY(syscall(SYS_kill, getpid(), 99));
    TRY(syscall(SYS_tgkill, -1, getpid(), 0));
    TRY(syscall(SYS_ioctl, 99, 0, 0));
    TRY(syscall(SYS_fcntl, p[0], F_SETFL, 0xffffffff));
    SHOW((fcntl(p[0], F_GETFL) & O_APPEND) != 0);
    TRY(syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_DIRECTORY));
    TRY(syscall(SYS_openat, -5, "/dev/null", O_RDONLY) > 0);
    TRY(syscall(SYS_openat, -5, "x", O_RDONLY));
    TRY(syscall(SYS_unlinkat, AT_FDCWD, "x", 1));
    TRY(syscall(SYS_faccessat, AT_FDCWD, "/", 99));
    TRY(syscall(SYS_fchmodat, AT_FDCWD, "/absent", 0));
    TRY(syscall(SYS_eventfd2, 0, 99));
    TRY(syscall(SYS_epoll_create1, 5));
    TRY(syscall(SYS_memfd_create, "x", 0x1000));
    TRY(syscall(SYS_socket, 1, 1, 1));
    TRY(syscall(SYS_socket, 1, 1 | 0x10, 0));
    TRY(syscall(SYS_setpriority, 9, 0, 0));
    TRY(syscall(SYS_getpriority, 9, 0));
    TRY(syscall(SYS_sched_setaffinity, 0, 0, b));
    TRY(syscall(SYS_sched_getaffinity, 0, 1, b));
    TRY(syscall(SYS_setitimer, 9, b, NULL));
    TRY(wait4(-1, NULL, 0x100, NULL));
    TRY(syscall(SYS_preadv2, p[0], b, 1, 0, 0, 0xff));
    TRY(syscall(SYS_getsid, -1));
    TRY(syscall(SYS_umask, 0xffff) & ~0777);
    TRY(syscall(SYS_readlinkat, AT_FDCWD, "/", b, 16));
    TRY(syscall(SYS_mprotect, 0x8000, 4096, PROT_READ));
    TRY(syscall(SYS_madvise, 0x8000, 4096, MADV_NORMAL));
    TRY(syscall(SYS_sendto, p[0], b, 1, 0, NULL, 0));
    TRY(syscall(SYS_ftruncate, p[0], -1));
    TRY(fallocate(p[1], 0, -1, 1));
    TRY(syscall(SYS_prlimit64, 0, 99, NULL, NULL));
    TRY(syscall(SYS_getrandom, b, 0, 8));
    TRY(syscall(SYS_copy_file_range, p[0], NULL, p[1], NULL, 1, 0));
    TRY(syscall(SYS_flock, p[0], 0));
    TRY(syscall(SYS_inotify_init1, 5));
    TRY(syscall(SYS_timerfd_create, 1, 99));
    return 0;
}
