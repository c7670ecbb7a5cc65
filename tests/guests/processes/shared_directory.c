// Processes that share working directory and umask (CLONE_FS), until one of them unshares.
// arch: x86_64 i386
#include "guest.h"

static void show(const char *who)
{
    char cwd[256];
    mode_t mask = umask(0);
    umask(mask);
    printf("%s: %s %o\n", who, getcwd(cwd, sizeof cwd), mask);
    fflush(stdout);
}

int main(void)
{
    int up[2], down[2];
    char c;
    pipe(up), pipe(down);
    umask(022), chdir("/");
    pid_t child = syscall(SYS_clone, CLONE_FS | SIGCHLD, NULL, NULL, NULL, NULL);
    if (!child) {
        chdir("/proc"), umask(077);
        write(up[1], "x", 1), read(down[0], &c, 1);
        show("child");
        printf("unshare %d\n", unshare(CLONE_FS));
        chdir("/dev"), umask(027);
        show("child alone");
        return 0;
    }
    read(up[0], &c, 1);
    show("parent");
    chdir("/etc");
    write(down[1], "x", 1);
    waitpid(child, NULL, 0);
    show("parent");
    return 0;
}
