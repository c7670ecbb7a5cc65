/* Who has used up all descriptors can still do what needs none. */
#include "../guest.h"

int main(void)
{
    struct rlimit limit;
    struct stat about;
    int status, high, pid;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < 200 ? limit.rlim_max : 200;
    SHOW(setrlimit(RLIMIT_NOFILE, &limit));
    high = limit.rlim_cur - 1;
    printf("%d\n", dup2(0, high) == high);
    SHOW(dup2(0, high + 1));
    while (open("/dev/null", O_RDONLY) >= 0)
        ;
    printf("%d\n", errno == EMFILE);
    SHOW(stat("/", &about));
    SHOW(dup(0));
    pid = fork();
    if (pid == 0)
        _exit(stat("/dev", &about) ? 1 : 7);
    SHOW(waitpid(pid, &status, 0) == pid);
    printf("%d\n", WEXITSTATUS(status));
    getrlimit(RLIMIT_NOFILE, &limit);
    printf("%d\n", (int)limit.rlim_cur == high + 1);
    SHOW(close(high));
    SHOW(close(5));
    printf("%d\n", open("/dev/null", O_RDONLY) >= 0);
    return 0;
}
