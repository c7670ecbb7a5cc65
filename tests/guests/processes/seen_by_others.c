// What a parent and a child see of each other in /proc: the program, not what runs it.
// arch: x86_64 i386
#include "guest.h"

static void show(pid_t pid, const char *name, const char *wanted, size_t size)
{
    char path[64], data[4096];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof data);
    printf("%s %d\n", name, n == (ssize_t)size && !memcmp(data, wanted, size));
    close(fd);
}

static void same_program(pid_t pid)
{
    char path[64], theirs[4096] = "", ours[4096] = "";
    struct stat a, b;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    readlink(path, theirs, sizeof theirs - 1);
    readlink("/proc/self/exe", ours, sizeof ours - 1);
    printf("exe %d", !strcmp(theirs, ours));
    stat(path, &a), stat("/proc/self/exe", &b);
    printf(" %d\n", a.st_ino == b.st_ino && a.st_dev == b.st_dev);
}

int main(int argc, char **argv)
{
    int up[2], down[2];
    char byte;
    if (argc > 1) {
        same_program(getppid());
        fflush(stdout);
        write(3, "x", 1);
        read(4, &byte, 1);
        memset(argv[1], 'X', strlen(argv[1]));
        write(3, "x", 1);
        read(4, &byte, 1);
        return 0;
    }
    pipe(up), pipe(down);
    pid_t child = fork();
    if (!child) {
        int out = fcntl(up[1], F_DUPFD, 10), in = fcntl(down[0], F_DUPFD, 10);
        for (int fd = 3; fd < 10; fd++) close(fd);
        dup2(out, 3), dup2(in, 4), close(out), close(in);
        char *env[] = {"COLOUR=red", NULL};
        execle("/proc/self/exe", "a name", "first", "", NULL, env);
        _exit(1);
    }
    close(up[1]);
    read(up[0], &byte, 1);
    show(child, "cmdline", "a name\0first\0", 14);
    show(child, "environ", "COLOUR=red", 11);
    same_program(child);
    write(down[1], "x", 1);
    read(up[0], &byte, 1);
    show(child, "cmdline", "a name\0XXXXX\0", 14);
    kill(child, SIGSTOP);
    waitpid(child, NULL, WUNTRACED);
    same_program(child);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}
