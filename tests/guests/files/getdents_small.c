// getdents64 with buffers too small and just big enough.
#include "guest.h"
int main(void)
{
    char b[4096];
    enter_scratch();
    close(open("a", O_CREAT | O_WRONLY, 0600));
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    TRY(syscall(SYS_getdents64, fd, b, 1));
    TRY(syscall(SYS_getdents64, fd, b, 24));
    int total = 0, n;
    while ((n = syscall(SYS_getdents64, fd, b, 32)) > 0)
        total += n;
    SHOW(total);
    TRY(syscall(SYS_getdents64, fd, b, 4096));
    TRY(lseek(fd, 0, SEEK_SET));
    TRY(syscall(SYS_getdents64, fd, b, 4096));
    TRY(syscall(SYS_getdents64, 1, b, 4096));
    TRY(syscall(SYS_getdents64, 99, b, 4096));
    lseek(fd, 0, SEEK_SET);
    TRY(syscall(SYS_getdents64, fd, 16, 4096));
    char *end = (char *)mmap(NULL, 131072, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + 65536;
    MUST(munmap(end, 65536) == 0);
    TRY(syscall(SYS_getdents64, fd, end - 1, 8));
    TRY(syscall(SYS_getdents64, fd, end - 1, 100));
    unlink("a");
    leave_scratch();
    return 0;
}
