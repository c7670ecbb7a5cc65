// Programs of the host: through fork and exec, posix_spawn, a script.
#include "guest.h"
#include <spawn.h>
extern char **environ;
int main(void)
{
    int st;
    pid_t c;
    char *a[] = {"sh", "-c", "echo from sh; exit 4", NULL};
    fflush(stdout);
    c = fork();
    if (!c) {
        execv("/bin/sh", a);
        _exit(1);
    }
    waitpid(c, &st, 0);
    SHOW(WEXITSTATUS(st));
    int spawned = posix_spawn(&c, "/bin/sh", NULL, NULL, a, environ);
    waitpid(c, &st, 0); /* before printing anything, which the child does as well */
    SHOW(spawned);
    SHOW(WEXITSTATUS(st));
    enter_scratch();
    int f = open("script", O_CREAT | O_WRONLY, 0700);
    write(f, "#!/bin/sh -e\necho \"script $0 $1\"\n", 33);
    close(f);
    char *s[] = {"ignored", "arg", NULL};
    c = fork();
    if (!c) {
        execv("./script", s);
        _exit(1);
    }
    waitpid(c, &st, 0);
    SHOW(st);
    unlink("script");
    leave_scratch();
    return 0;
}
