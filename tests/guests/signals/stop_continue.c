#include "guest.h"
int main(void)
{
    int st;
    pid_t c = fork();
    if (!c) {
        raise(SIGSTOP);
        _exit(5);
    }
    TRY(waitpid(c, &st, WUNTRACED) == c);
    SHOW(WIFSTOPPED(st));
    SHOW(WSTOPSIG(st) == SIGSTOP);
    TRY(kill(c, SIGCONT));
    TRY(waitpid(c, &st, WCONTINUED) == c);
    SHOW(WIFCONTINUED(st));
    TRY(waitpid(c, &st, 0) == c);
    SHOW(WEXITSTATUS(st));
    return 0;
}
