// Names: making, linking, renaming, removing, rights, times, what is there.
#include "generator.h"
#include <sys/inotify.h>
#include <sys/statfs.h>
#include <utime.h>

static long make_owner(void)
{
    return word("", pick(3) ? -1 : (long[]){65534, 0, 1000, 0xffffffff, INT_MAX}[pick(5)]);
}

static long make_handle(void)
{
    unsigned *h = place(256);

    if (!pick(4))
        return bad_pointer();
    h[0] = (unsigned[]){0, 8, 128, 129, -1}[pick(5)];
    h[1] = pick(4);
    sprintf(symbol, "{%u %u}", h[0], h[1]);
    return (long)h;
}

static const struct kind kinds[] = {
    MADE(owner), MADE(handle),
    VALUES("rights", 1, 0, 1, 2, 4, 7, 8, -1, 6),
    VALUES("type", 1, S_IFREG | 0644, S_IFIFO | 0644, 0644, S_IFDIR, 0170000, S_IFSOCK | 0600, S_IFCHR | 0666, S_IFLNK, S_IFBLK),
    VALUES("rename", 1, 0, 0, 0, 1, 2, 4, 3, 8, -1),
    VALUES("mask", 1, 0x7ff, 0, 1, 0x200, 0xfff, 0x80000000, -1, 0x2fff),
    VALUES("events", 1, IN_ALL_EVENTS, 0, IN_CREATE, IN_ONLYDIR | IN_OPEN, IN_MASK_ADD | IN_MODIFY, IN_MASK_CREATE | IN_OPEN, -1, IN_DONT_FOLLOW | IN_ATTRIB, IN_MASK_ADD | IN_MASK_CREATE | 1, 1u << 31),
    VALUES("watch", 1, 1, 2, 3, 0, -1, 100),
    VALUES("inotify", 1, IN_NONBLOCK, IN_NONBLOCK | IN_CLOEXEC, IN_NONBLOCK | 1, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(mkdirat, "dirfd name mode"), C(mknodat, "dirfd name type zero"), C(linkat, "dirfd name dirfd name at"),
    C(symlinkat, "name dirfd name"), C(unlinkat, "dirfd name at"), C(renameat2, "dirfd name dirfd name rename"),
    C(readlinkat, "#dirfd name out size"), C(faccessat, "dirfd name rights"), C(faccessat2, "dirfd name rights at"),
    C(newfstatat, "!dirfd name out at"), C(statx, "!dirfd name at mask out"), C(statfs, "!name out"),
    C(fchmod, "own mode"), C(fchmodat, "dirfd name mode"), C(fchownat, "dirfd name owner owner at"),
    C(fchown, "own owner owner"), C(utimensat, "dirfd name timespec at"), C(truncate, "name offset"),
    C(chdir, "name"), C(fchdir, "fd"), C(getcwd, "!out size"), C(umask, "mode"), C(chroot, "name"),
    C(inotify_init1, "inotify"), C(inotify_add_watch, "fd name events"), C(inotify_rm_watch, "fd watch"),
    C(name_to_handle_at, "!dirfd name handle out at"), C(open_by_handle_at, "fd handle oflags"),
    C(openat, "dirfd name oflags mode"), {"fchmodat2", 452, "dirfd name mode at", 0},
    C(umount2, "name bits"), C(read, "!fd out size"), C(execve, "name null null"), C(execveat, "dirfd name in null at"),
#ifdef SYS_open
    OLD(mkdir, "name mode"), OLD(mknod, "name type zero"), OLD(link, "name name"), OLD(symlink, "name name"),
    OLD(unlink, "name"), OLD(rmdir, "name"), OLD(rename, "name name"), OLD(renameat, "dirfd name dirfd name"), OLD(readlink, "#name out size"),
    OLD(access, "name rights"), OLD(stat, "!name out"), OLD(lstat, "!name out"), OLD(chmod, "name mode"),
    OLD(chown, "name owner owner"), OLD(lchown, "name owner owner"), OLD(utime, "name in"),
    OLD(utimes, "name timespec"), OLD(futimesat, "dirfd name timespec"), OLD(inotify_init, ""),
#endif
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    MUST(open("dir/inner", O_RDWR) == 5 && inotify_init1(IN_NONBLOCK) == 6 && open(".", O_PATH) == 7);
    MUST(inotify_add_watch(6, ".", IN_ALL_EVENTS) == 1 && open("link", O_PATH | O_NOFOLLOW) == 8);
    MUST(symlink("/proc/self/fd/3", "magic") == 0 && mkdir("dir/deep", 0755) == 0 && mkfifo("dir/fifo", 0600) == 0);
    MUST(chmod("dir/inner", 0755) == 0);
}

static int refuse(const struct call *c, long *a)
{
    char here[PATH_MAX];

    if (c->number == SYS_openat)
        a[2] |= O_NONBLOCK;
    if (c->number == SYS_umount2)
        return a[1] > 3; /* MNT_EXPIRE remembers */
    if ((c->number == SYS_chdir || c->number == SYS_fchdir) && pick(2))
        return 1;
    if (getcwd(here, sizeof here) == NULL || strstr(here, "/b") == NULL || strstr(here, "/run") == NULL)
        chdir("/proc/self/fd/7"); /* ".." leads out */
    return 0;
}

static const char *result(const struct call *c, const long *a, long r)
{
    return NULL;
}

static int shown(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    logged("%s %o %d %ld\n", path, st->st_mode, (int)st->st_nlink, S_ISREG(st->st_mode) ? (long)st->st_size : 0L);
    return 0;
}

static void leave(void)
{
    static const char *const names[] = {"file", "dir", "link", "dangling", "loop", "fifo", "dir/inner", "new1", "new2", "dir/new", "readonly", "closed", "dir/deep"};
    struct stat st;

    MUST(fchdir(7) == 0 || chdir("/proc/self/fd/7") == 0);
    for (unsigned i = 0; i < COUNT(names); i++)
        if (lstat(names[i], &st) == 0)
            shown(names[i], &st, 0, NULL);
}
