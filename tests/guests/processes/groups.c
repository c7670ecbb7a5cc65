#include "guest.h"
int main(void)
{
    int st;
    pid_t c = fork();
    if (!c) {
        SHOW(setsid() == getpid());
        SHOW(getpgrp() == getpid());
        SHOW(getsid(0) == getpid());
        TRY(setsid());
        TRY(setpgid(0, 0));
        fflush(stdout);
        _exit(0);
    }
    waitpid(c, &st, 0);
    c = fork();
    if (!c) {
        pause();
        _exit(0);
    }
    TRY(setpgid(c, c));
    SHOW(getpgid(c) == c);
    TRY(kill(-c, SIGTERM));
    TRY(waitpid(-c, &st, 0) == c);
    SHOW(usual(WTERMSIG(st)));
    TRY(setpgid(999999, 1));
    TRY(getpgid(999999));
    TRY(getsid(999999));
    TRY(setpgid(0, -1));
    return 0;
}
