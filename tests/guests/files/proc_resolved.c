// openat2(2) that resolves names in its own ways finds the program's files below /proc, too.
// arch: x86_64 i386
#include "guest.h"
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

static void try(int dir, const char *name, uint64_t resolve)
{
    char text[65536];
    uint64_t how[3] = {O_RDONLY, 0, resolve};
    int fd = syscall(SYS_openat2, dir, name, how, sizeof how);
    printf("%s %d", name, (int)resolve);
    if (fd < 0) {
        printf(" %s\n", error_name(errno));
        return;
    }
    ssize_t n = 0, more;
    while ((more = read(fd, text + n, sizeof text - 1 - n)) > 0)
        n += more;
    text[n] = 0;
    printf(": stack %d, strange %d\n", strstr(text, "[stack]") != NULL,
           strstr(text, "python") || strstr(text, "unicorn"));
    close(fd);
}

int main(void)
{
    int dir = open("/proc/self", O_RDONLY | O_DIRECTORY);
    try(AT_FDCWD, "/proc/self/maps", 0);
    try(AT_FDCWD, "/proc/self/maps", 2);  // RESOLVE_NO_MAGICLINKS
    try(AT_FDCWD, "/proc/self/maps", 4);  // RESOLVE_NO_SYMLINKS
    try(dir, "maps", 8);                  // RESOLVE_BENEATH
    try(dir, "/maps", 16);                // RESOLVE_IN_ROOT
    try(dir, "../maps", 8);
    return 0;
}
