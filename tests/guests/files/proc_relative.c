// Files of /proc/self by names relative to it; /proc/self/map_files shows nothing but what is in maps.
// arch: x86_64 i386
#include "guest.h"
#include <dirent.h>
#include <sys/signalfd.h>

static void link_of(int dir, const char *name)
{
    char target[200] = "";
    ssize_t n = readlinkat(dir, name, target, sizeof target - 1);
    printf("%s\n", n < 0 ? strerror(errno) : target);
}

static int strange(void)
{
    static char maps[1 << 16], name[64];
    int fd = open("/proc/self/maps", O_RDONLY), found = 0;
    DIR *dir = opendir("/proc/self/map_files");
    for (ssize_t at = 0, n; (n = read(fd, maps + at, sizeof maps - 1 - at)) > 0; at += n);
    close(fd);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        uintptr_t start, end;
        if (sscanf(entry->d_name, "%" SCNxPTR "-%" SCNxPTR, &start, &end) != 2) continue;
        snprintf(name, sizeof name, "%08" PRIxPTR "-%08" PRIxPTR, start, end);
        found += !strstr(maps, name);
    }
    return found;
}

int main(void)
{
    char number[12], below[20], text[16] = "";
    sigset_t set;
    sigemptyset(&set);
    snprintf(number, sizeof number, "%d", signalfd(-1, &set, 0));
    snprintf(below, sizeof below, "fd/%s", number);
    int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
    link_of(dir, number);
    printf("%d ", openat(dir, number, O_RDONLY));
    printf("%s\n", strerror(errno));
    chdir("/proc/self");
    link_of(AT_FDCWD, below);
    int fd = open("comm", O_RDWR);
    write(fd, "another", 7);
    lseek(fd, 0, SEEK_SET);
    read(fd, text, sizeof text - 1);
    printf("%s", text);
    printf("strange %d\n", strange());
    return 0;
}
