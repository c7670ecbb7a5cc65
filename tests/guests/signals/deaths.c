// How a process dies of each signal, as its parent sees it.
#include "guest.h"
int main(void)
{
    int all[] = {SIGHUP,  SIGINT,  SIGQUIT,      SIGILL,  SIGTRAP, SIGABRT,  SIGBUS,
                 SIGFPE,  SIGKILL, SIGUSR1,      SIGSEGV, SIGPIPE, SIGALRM,  SIGTERM,
                 SIGXCPU, SIGSYS,  SIGRTMIN + 3, SIGCHLD, SIGURG,  SIGWINCH, SIGCONT};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        pid_t c = fork();
        if (!c) {
            struct rlimit r = {0, 0};
            setrlimit(RLIMIT_CORE, &r);
            kill(getpid(), all[i]);
            _exit(17);
        }
        int st;
        waitpid(c, &st, 0);
        if (WIFSIGNALED(st))
            printf("signal %u: killed, same %d\n", i, WTERMSIG(st) == all[i]);
        else
            printf("signal %u: exit %d\n", i, WEXITSTATUS(st));
    }
    return 0;
}
