#include "guest.h"
#include <dirent.h>
static int cmp(const void *a, const void *b)
{
    return strcmp(*(char **)a, *(char **)b);
}
static void list(const char *path)
{
    DIR *d = opendir(path);
    MUST(d);
    char *names[300];
    int n = 0;
    struct dirent *e;
    while ((e = readdir(d)))
        names[n++] = strcpy(malloc(300), e->d_name);
    qsort(names, n, sizeof *names, cmp);
    printf("%s:", path);
    for (int i = 0; i < n && i < 12; i++)
        printf(" %s", names[i]);
    printf(" (%d)\n", n);
    rewinddir(d);
    int again = 0;
    while (readdir(d))
        again++;
    SHOW(again == n);
    closedir(d);
}
int main(void)
{
    char b[300];
    struct stat st;
    enter_scratch();
    TRY(mkdir("d", 0755));
    TRY(mkdir("d", 0755));
    TRY(mkdir("x/y", 0755));
    TRY(mkdir("d/e", 0700));
    SHOW(strcmp(getcwd(b, 300), scratch_dir));
    TRY(chdir("d"));
    SHOW(strlen(getcwd(b, 300)) - strlen(scratch_dir));
    TRY(chdir(".."));
    TRY(chdir("absent"));
    SHOW(getcwd(b, 5) == NULL);
    puts(error_name(errno));
    for (int i = 0; i < 200; i++) {
        sprintf(b, "d/f%03d", i);
        close(open(b, O_CREAT | O_WRONLY, 0600));
    }
    list("d");
    list(".");
    list("d/e");
    TRY(rmdir("d"));
    TRY(rmdir("d/e"));
    TRY(unlink("d"));
    TRY(rmdir("d/f000"));
    TRY(rename("d/f000", "moved"));
    TRY(rename("absent", "b"));
    TRY(rename("moved", "d"));
    TRY(link("moved", "hard"));
    TRY(stat("hard", &st));
    SHOW(st.st_nlink);
    TRY(link("moved", "hard"));
    TRY(symlink("moved", "soft"));
    TRY(readlink("soft", b, 300));
    TRY(readlink("soft", b, 2));
    TRY(readlink("moved", b, 300));
    TRY(readlink("soft", b, 0));
    TRY(lstat("soft", &st));
    SHOW(S_ISLNK(st.st_mode));
    SHOW(st.st_size);
    TRY(stat("soft", &st));
    SHOW(S_ISREG(st.st_mode));
    TRY(symlink("loop", "loop"));
    TRY(open("loop", O_RDONLY));
    TRY(open("soft", O_RDONLY | O_NOFOLLOW));
    memset(b, 'n', 299);
    b[299] = 0;
    TRY(mkdir(b, 0700));
    int dfd = open("d", O_RDONLY | O_DIRECTORY);
    TRY(fstatat(dfd, "f001", &st, 0));
    TRY(openat(dfd, "absent", O_RDONLY));
    TRY(unlinkat(dfd, "f001", 0));
    TRY(unlinkat(dfd, "f002", AT_REMOVEDIR));
    TRY(openat(99, "f003", O_RDONLY));
    TRY(openat(1, "f003", O_RDONLY));
    TRY(fstatat(dfd, "", &st, AT_EMPTY_PATH));
    SHOW(S_ISDIR(st.st_mode));
    TRY(fstatat(dfd, "", &st, 0));
    TRY(mkdirat(dfd, "g", 0700));
    TRY(renameat(dfd, "g", AT_FDCWD, "g"));
    TRY(fchdir(dfd));
    SHOW(access("f100", F_OK));
    TRY(fchdir(1));
    TRY(chdir(".."));
    TRY(mkfifo("fifo", 0600));
    TRY(stat("fifo", &st));
    SHOW(S_ISFIFO(st.st_mode));
    TRY(open("fifo", O_WRONLY | O_NONBLOCK));
    struct timespec ts[2] = {{1000, 5}, {2000, 7}};
    TRY(utimensat(AT_FDCWD, "moved", ts, 0));
    TRY(stat("moved", &st));
    SHOW(st.st_atim.tv_sec);
    SHOW(st.st_mtim.tv_nsec);
    for (int i = 0; i < 200; i++) {
        sprintf(b, "d/f%03d", i);
        unlink(b);
    }
    unlink("fifo");
    unlink("moved");
    unlink("hard");
    unlink("soft");
    unlink("loop");
    TRY(rmdir("g"));
    TRY(rmdir("d"));
    leave_scratch();
    return 0;
}
