// File handles, the page cache's statistics, descriptors compared.
// arch: x86_64
#include "guest.h"
struct handle {
    unsigned bytes;
    int type;
    char data[128];
};
int main(void)
{
    char name[40];
    struct handle h = {0}, small = {0}, again = {128};
    int mount = -1, mount2 = -2;
    sprintf(name, "handle-%d", getpid());
    int fd = open(name, O_RDWR | O_CREAT, 0600);
    MUST(write(fd, "contents", 8) == 8);
    TRY(syscall(SYS_name_to_handle_at, AT_FDCWD, name, &small, &mount, 0));
    SHOW(small.bytes > 0);
    h.bytes = 128;
    TRY(syscall(SYS_name_to_handle_at, AT_FDCWD, name, &h, &mount, 0));
    TRY(syscall(SYS_name_to_handle_at, fd, "", &again, &mount2, 0x1000));
    SHOW(mount == mount2);
    SHOW(h.bytes == small.bytes && !memcmp(&h, &again, 8 + h.bytes));
    TRY(syscall(SYS_name_to_handle_at, AT_FDCWD, "no such", &h, &mount, 0));
    TRY(syscall(SYS_name_to_handle_at, AT_FDCWD, name, 16, &mount, 0));
    again.bytes = 129;
    TRY(syscall(SYS_name_to_handle_at, AT_FDCWD, name, &again, &mount, 0));
    TRY(syscall(SYS_open_by_handle_at, AT_FDCWD, &again, O_RDONLY));
    TRY(syscall(SYS_open_by_handle_at, AT_FDCWD, 16, O_RDONLY));
    int other = open(name, O_RDONLY), same = dup(fd);
    TRY(syscall(SYS_kcmp, getpid(), getpid(), 0, fd, same));
    SHOW(syscall(SYS_kcmp, getpid(), getpid(), 0, fd, other) > 0);
    TRY(syscall(SYS_kcmp, getpid(), getpid(), 0, fd, 99));
    uint64_t range[2] = {0, 4096}, cache[5] = {0};
    TRY(syscall(451, fd, range, cache, 0));
    SHOW(cache[0]);
    TRY(syscall(451, fd, range, cache, 1));
    TRY(syscall(451, fd, 16, cache, 0));
    TRY(syscall(451, 99, range, cache, 0));
    unlink(name);
    return 0;
}
