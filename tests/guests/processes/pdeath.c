#include "guest.h"
#include <sys/prctl.h>

/* The signal that tells of the parent's death (man 2const PR_SET_PDEATHSIG). */

static int mine(void)
{
    int signo = -1;
    MUST(prctl(PR_GET_PDEATHSIG, &signo) == 0);
    return signo == SIGUSR1 ? 1 : signo;
}

/* A child that execs, and whose parent dies when the child is ready. */
static void orphan(char *program)
{
    int ready[2], told[2];
    char text[64] = "";

    pipe(ready);
    pipe(told);
    pid_t parent = fork();
    if (!parent) {
        if (!fork()) {
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, SIGUSR1);
            sigprocmask(SIG_BLOCK, &set, 0);
            prctl(PR_SET_PDEATHSIG, SIGUSR1);
            dup2(ready[1], 3), dup2(told[1], 4);
            execl(program, program, "again", (char *)0);
            _exit(1);
        }
        close(ready[1]);
        read(ready[0], text, 1);
        _exit(0);
    }
    close(ready[1]);
    close(told[1]);
    waitpid(parent, 0, 0);
    for (int n = 0; read(told[0], text + n, 1) == 1; n++)
        ;
    puts(text);
}

static void after_exec(void)
{
    sigset_t set;
    struct timespec limit = {30};
    siginfo_t info;
    char text[64];
    pid_t parent = getppid();

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    int kept = mine();
    write(3, "r", 1);
    int got = sigtimedwait(&set, &info, &limit);
    int n = snprintf(text, sizeof text, "kept %d, got %d from its parent %d", kept, got == SIGUSR1,
                     info.si_code == SI_USER && info.si_pid == parent);
    write(4, text, n);
}

int main(int argc, char **argv)
{
    int status;

    if (argc > 1) {
        after_exec();
        return 0;
    }
    SHOW(prctl(PR_SET_PDEATHSIG, 129));
    SHOW(prctl(PR_SET_PDEATHSIG, -1));
    SHOW(prctl(PR_GET_PDEATHSIG, 1));
    SHOW(mine());
    SHOW(prctl(PR_SET_PDEATHSIG, SIGUSR1));
    SHOW(mine());
    if (!fork())
        _exit(mine());
    wait(&status);
    SHOW(WEXITSTATUS(status));
    SHOW(prctl(PR_SET_PDEATHSIG, 0));
    SHOW(mine());
    orphan(argv[0]);
    return 0;
}
