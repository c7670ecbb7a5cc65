// A vfork and an exec need no descriptor, whose child may close one and open another.
#include "guest.h"

int main(int argc, char **argv)
{
    if (argc > 1)
        return puts(argv[1]), 0;
    struct rlimit few = {24, 24};
    MUST(setrlimit(RLIMIT_NOFILE, &few) == 0);
    while (dup(1) != -1) {}
    SHOW(errno == EMFILE);
    char *arguments[] = {"true", NULL};
    pid_t child = vfork();
    if (child == 0) {
        close(20);
        if (open("/dev/null", O_RDONLY) != 20)
            _exit(2);
        for (int fd = 3; fd < 24; fd++)
            close(fd);
        execv("/bin/true", arguments);
        _exit(3);
    }
    SHOW(child > 0);
    int status = -1;
    MUST(waitpid(child, &status, 0) == child);
    SHOW(status);
    fflush(stdout);
    while (dup(1) != -1) {}
    execl("/proc/self/exe", "again", "executed", NULL);
    return 4;
}
