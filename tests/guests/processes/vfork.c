#include "guest.h"
int main(void)
{
    int st;
    pid_t c = vfork();
    if (!c)
        _exit(21);
    SHOW(c > 0);
    waitpid(c, &st, 0);
    SHOW(WEXITSTATUS(st));
    c = vfork();
    if (!c) {
        execl("/bin/sh", "sh", "-c", "exit 8", (char *)0);
        _exit(1);
    }
    waitpid(c, &st, 0);
    SHOW(WEXITSTATUS(st));
    return 0;
}
