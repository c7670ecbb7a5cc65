// Processes in namespaces of their own, as far as the host allows.
#define _GNU_SOURCE
#include "guest.h"
#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

static void try(const char *name, int flags)
{
    int status;
    pid_t pid = syscall(SYS_clone, CLONE_FIRST(flags | SIGCHLD, 0), 0, 0, 0);
    if (!pid) {
        struct utsname about;
        sethostname("inner", 5);
        uname(&about);
        pid = syscall(SYS_clone, CLONE_FIRST(SIGCHLD, 0), 0, 0, 0); /* glibc's fork may not be used here */
        if (!pid)
            _exit(3);
        waitpid(pid, &status, 0);
        int named = flags & CLONE_NEWUTS && !strcmp(about.nodename, "inner");
        _exit(WEXITSTATUS(status) + 10 * (getpid() == 1) + 20 * (getuid() == 65534) + 40 * named);
    }
    if (pid < 0)
        printf("%s: errno %d\n", name, errno);
    else if (waitpid(pid, &status, 0) == pid)
        printf("%s: %d\n", name, WEXITSTATUS(status));
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    try("user", CLONE_NEWUSER | CLONE_NEWUTS);
    try("pid", CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWUTS);
    try("others", CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS);
    try("no fs", CLONE_NEWNS | CLONE_FS | CLONE_NEWUTS);
    SHOW(unshare(CLONE_NEWUSER));
    SHOW(getuid());
    SHOW(unshare(CLONE_NEWUTS));
    SHOW(sethostname("again", 5));
    if (!fork())
        _exit(4);
    int status;
    SHOW(wait(&status) > 0 && WEXITSTATUS(status) == 4);
    SHOW(unshare(CLONE_NEWUSER | CLONE_NEWPID));
    return 0;
}
