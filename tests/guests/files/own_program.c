// arch: x86_64 aarch64 s390x
// Nobody may write to the file of a running program.
#include "guest.h"
static void copy_and_run(const char *path)
{
    static char data[65536];
    int in = open(path, O_RDONLY), out;
    ssize_t n;
    MUST(in >= 0);
    enter_scratch();
    MUST((out = open("copy", O_WRONLY | O_CREAT | O_TRUNC, 0700)) >= 0);
    while ((n = read(in, data, sizeof data)) > 0)
        MUST(write(out, data, n) == n);
    close(out);
    execl("./copy", "./copy", "x", NULL);
    _exit(99);
}
int main(int argc, char **argv)
{
    struct stat before, after;
    if (argc == 1)
        copy_and_run(argv[0]);
    MUST(stat("copy", &before) == 0);
    TRY(open("/proc/self/exe", O_WRONLY));
    TRY(open("copy", O_RDWR | O_TRUNC));
    TRY(openat(AT_FDCWD, argv[0], O_RDONLY | O_TRUNC));
    TRY(truncate("copy", 10));
    TRY(creat("copy", 0700));
    MUST(stat("copy", &after) == 0);
    SHOW(after.st_size == before.st_size);
    MUST(rename("copy", "old") == 0);
    TRY(open("old", O_WRONLY));
    int fd = open("copy", O_WRONLY | O_CREAT, 0700);
    SHOW(fd >= 0);
    char directory[100];
    MUST(unlink("old") == 0 && unlink("copy") == 0);
    MUST(getcwd(directory, sizeof directory) != NULL && rmdir(directory) == 0);
    return 0;
}
