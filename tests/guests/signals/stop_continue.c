#include "guest.h"
int main(void)
{
    int st, p[2];
    char go = 'g';
    MUST(pipe(p) == 0);
    pid_t c = fork();
    if (!c) {
        raise(SIGSTOP);
        /* Once it has ended nobody can see that it continued. */
        MUST(read(p[0], &go, 1) == 1);
        _exit(5);
    }
    TRY(waitpid(c, &st, WUNTRACED) == c);
    SHOW(WIFSTOPPED(st));
    SHOW(WSTOPSIG(st) == SIGSTOP);
    TRY(kill(c, SIGCONT));
    TRY(waitpid(c, &st, WCONTINUED) == c);
    SHOW(WIFCONTINUED(st));
    TRY(write(p[1], &go, 1));
    TRY(waitpid(c, &st, 0) == c);
    SHOW(WEXITSTATUS(st));
    return 0;
}
