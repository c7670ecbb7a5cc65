// An open /proc/cpuinfo is the file of that name: whoever compares the two, as cp(1) does, goes on.
// arch: x86_64 i386
#include "guest.h"
#include <sys/vfs.h>

int main(void)
{
    struct stat named, opened;
    struct statfs system;
    char first, again, link[64] = "";
    int fd = open("/proc/cpuinfo", O_RDONLY);

    MUST(stat("/proc/cpuinfo", &named) == 0 && fstat(fd, &opened) == 0);
    printf("same file %d, mode %o, size %d\n",
           named.st_ino == opened.st_ino && named.st_dev == opened.st_dev, opened.st_mode, (int)opened.st_size);
    MUST(fstatfs(fd, &system) == 0);
    printf("type %x\n", (unsigned)system.f_type);
    MUST(readlink("/proc/self/fd/3", link, sizeof link - 1) > 0 || fd != 3);
    printf("%s\n", fd == 3 ? link : "/proc/cpuinfo");
    MUST(read(fd, &first, 1) == 1 && lseek(fd, 0, SEEK_SET) == 0 && read(fd, &again, 1) == 1);
    printf("read anew %d\n", first == again);
    return 0;
}
