// execveat(2): the descriptor counts for relative names and the empty one alone.
#include "guest.h"

static void run(int fd, const char *name, int flags)
{
    char *arguments[] = {"true", NULL};
    int status;
    pid_t child = fork();
    if (child == 0) {
        syscall(SYS_execveat, fd, name, arguments, arguments + 1, flags);
        _exit(errno);
    }
    waitpid(child, &status, 0);
    printf("\"%s\" %#x: %d\n", name, flags, WEXITSTATUS(status));
}

int main(void)
{
    int bin = open("/bin", O_PATH | O_DIRECTORY), program = open("/bin/true", O_PATH);
    run(bin, "true", 0);
    run(bin, "/bin/true", 0);
    run(program, "/bin/true", 0);
    run(program, "true", 0);
    run(program, "", 0);
    run(program, "", AT_EMPTY_PATH);
    run(program, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
    run(program, "", 1 << 30);
    close(program);
    run(program, "/bin/true", 0);
    run(program, "true", 0);
    run(program, "", AT_EMPTY_PATH);
    return 0;
}
