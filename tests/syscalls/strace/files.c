#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

int main(void) {
    char b[200];
    struct stat st;
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    read(fd, b, 64);
    lseek(fd, 0, SEEK_SET);
    pread(fd, b, 10, 5);
    fstat(fd, &st);
    close(fd);
    open("/nonexist", O_RDWR | O_CREAT | O_EXCL | O_SYNC | O_DIRECTORY, 0644);
    open("/nonexist/zz", O_WRONLY | O_TMPFILE, 0600);
    open("a\n\"b\\\001\0339\377", O_RDONLY | O_NOFOLLOW | O_PATH);
    access("/etc", R_OK | X_OK);
    mkdir("/nonexist/d", 0755);
    rename("/nonexist/a", "/nonexist/b");
    rmdir("/nonexist");
    unlink("/nonexist");
    symlink("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/nonexist/l");
    readlink("/nonexist/l", b, 100);
    chdir("/");
    getcwd(b, 100);
    chmod("/nonexist", 04755);
    chown("/nonexist", -1, 5);
    mknod("/nonexist/x", S_IFIFO | 0600, 0);
    truncate("/nonexist", 5);
    getxattr("/etc", "user.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", b, 10);
    int p[2];
    pipe2(p, O_CLOEXEC | O_NONBLOCK);
    write(p[1], "hello\n\t\001\3779\"x\0", 13);
    read(p[0], b, 50);
    read(p[0], b, 50);
    struct iovec iv[2] = {{"ab", 2}, {"cdefghijklmnopqrstuvwxyz0123456789ABCDEFGH", 40}};
    writev(p[1], iv, 2);
    iv[0] = (struct iovec){b, 20};
    iv[1] = (struct iovec){b + 50, 90};
    readv(p[0], iv, 2);
    dup2(1, 20);
    dup3(1, 21, O_CLOEXEC);
    fcntl(1, F_GETFD);
    fcntl(21, F_SETFD, FD_CLOEXEC);
    fcntl(p[0], F_GETFL);
    fcntl(p[0], F_SETFL, O_NONBLOCK);
    fcntl(1, F_DUPFD, 30);
    struct pollfd pf[2] = {{p[0], POLLIN, 0}, {p[1], POLLOUT, 0}};
    poll(pf, 2, 10);
    poll(pf, 1, 1);
    int ep = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event ev = {EPOLLIN | EPOLLET, {.u64 = 77}};
    epoll_ctl(ep, EPOLL_CTL_ADD, p[1], &ev);
    ev.events = EPOLLOUT;
    epoll_ctl(ep, EPOLL_CTL_MOD, p[1], &ev);
    eventfd(3, EFD_NONBLOCK);
    int n;
    ioctl(p[0], FIONREAD, &n);
    ioctl(p[0], 0x12345, 5);
    flock(p[0], LOCK_EX | LOCK_NB);
    fsync(99);
    ftruncate(99, 5);
    umask(022);
    read(-1, b, 3);
    write(99, (void *)8, 5);
    syscall(SYS_openat, AT_FDCWD, 8, O_RDONLY);
    syscall(SYS_faccessat2, AT_FDCWD, "/", R_OK, AT_EACCESS);
    syscall(SYS_linkat, AT_FDCWD, "/nonexist", AT_FDCWD, "/y", AT_SYMLINK_FOLLOW);
    syscall(SYS_unlinkat, AT_FDCWD, "/nonexist", AT_REMOVEDIR);
    syscall(SYS_lseek, 0, 0, 77);
    return 3;
}
