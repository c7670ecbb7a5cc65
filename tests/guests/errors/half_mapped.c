// page: 4096
// calls: old
// reference: own
// Buffers that end in unmapped memory: partial results, as Linux gives them.
#include "guest.h"
#include <sys/inotify.h>
#include <sys/random.h>
int main(void)
{
    char *m = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(m + 4096, 4096);
    char *end = m + 4096;
    memset(m, 'x', 4096);
    int p[2], s[2];
    pipe(p);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    int f = memfd_create("f", 0);
    char text[10000];
    memset(text, 'f', 10000);
    write(f, text, 10000);
    TRY(write(p[1], end - 10, 20));
    char b[100];
    fcntl(p[0], F_SETFL, O_NONBLOCK);
    TRY(read(p[0], b, 100));
    TRY(write(p[1], end, 5));
    TRY(pwrite(f, end - 10, 20, 0));
    TRY(pread(f, end - 10, 20, 0));
    TRY(pread(f, end, 20, 0));
    TRY(pread(f, end - 10, 5, 0));
    SHOW(end[-1]);
    write(p[1], "0123456789abcdefghij", 20);
    TRY(read(p[0], end - 10, 20));
    TRY(read(p[0], b, 100));
    TRY(read(p[0], b, 100));
    struct iovec v[3] = {{end - 4, 4}, {end, 4}, {m, 4}};
    TRY(writev(p[1], v, 3));
    TRY(read(p[0], b, 100));
    TRY(preadv(f, v, 3, 0));
    v[0].iov_len = 8;
    TRY(preadv(f, v, 1, 0));
    memcpy(end - 5, "/proc", 5);
    TRY(access(end - 5, F_OK));
    memcpy(end - 6, "/proc", 6);
    TRY(access(end - 6, F_OK));
    TRY(open(end - 3, O_RDONLY));
    struct stat *st = (void *)(end - 8);
    TRY(syscall(SYS_newfstatat, AT_FDCWD, "/", st, 0));
    int *half = (int *)(end - 4);
    TRY(syscall(SYS_pipe2, half, 0));
    TRY(syscall(SYS_clock_gettime, 0, end - 8));
    TRY(send(s[0], end - 10, 20, 0));
    TRY(recv(s[1], b, 100, MSG_DONTWAIT));
    TRY(send(s[0], b, 20, 0));
    TRY(recv(s[1], end - 10, 20, MSG_DONTWAIT));
    mprotect(m, 4096, PROT_READ);
    TRY(read(f, m, 10));
    TRY(pread(f, m, 10, 0));
    TRY(write(p[1], m, 10));
    TRY(read(p[0], b, 100));
    TRY(getrandom(end - 4, 4, 0));
    mprotect(m, 4096, PROT_READ | PROT_WRITE);
    TRY(getrandom(end - 4, 8, 0));
    TRY(getrandom(end, 8, 0));
    int z = open("/dev/zero", O_RDONLY);
    TRY(read(z, end - 4, 8));
    int fd = open("/proc/self/maps", O_RDONLY);
    TRY(read(fd, end - 4, 8) > 0);
    TRY(readlink("/proc/self/cwd", end, 8));
    int watched = inotify_init1(IN_NONBLOCK);
    MUST(watched >= 0 && inotify_add_watch(watched, "/dev/null", IN_OPEN) == 1);
    close(open("/dev/null", O_RDONLY));
    TRY(read(watched, end - 9, 64));
    TRY(write(1, m, 0));
    TRY(write(p[1], NULL, 0));
    TRY(read(f, NULL, 0));
    TRY(write(p[1], (void *)-1L, 1));
    TRY(write(p[1], m, -1L));
    TRY(read(f, (void *)(-4096L), 4096));
    return 0;
}
