// Entering a time namespace, which Linux allows a process with one thread only; its own will do.
// arch: x86_64
#include "guest.h"
int main(void)
{
    int own = open("/proc/self/ns/time", O_RDONLY);
    if (own < 0 || geteuid() != 0) {
        puts("entered: 0");
        return 0;
    }
    printf("entered: %d\n", setns(own, 0x80));
    int st;
    pid_t child = fork();
    if (!child)
        _exit(3);
    TRY(waitpid(child, &st, 0) == child);
    SHOW(WEXITSTATUS(st));
    return 0;
}
