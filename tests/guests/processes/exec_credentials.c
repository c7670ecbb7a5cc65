// What a program that root starts as somebody else still may: its ids, capabilities, own /proc.
#include "guest.h"
#include <sys/prctl.h>
static void show(const char *when)
{
    unsigned ruid, euid, suid;
    getresuid(&ruid, &euid, &suid);
    printf("%s: %u %u %u\n", when, ruid, euid, suid);
    printf("dumpable %d keep %d\n", prctl(PR_GET_DUMPABLE), prctl(PR_GET_KEEPCAPS));
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, "CapPrm", 6) || !strncmp(line, "CapEff", 6))
            printf("%.6s %s\n", line, strtoull(line + 7, NULL, 16) ? "some" : "none");
    int fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
    printf("own descriptors: %s\n", fd < 0 ? "no" : "yes");
    fflush(stdout);
}
int main(int argc, char **argv)
{
    if (argc > 1) {
        show(argv[1]);
        return 0;
    }
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    for (int way = 0; way < 3; way++) {
        pid_t child = fork();
        if (!child) {
            if (way == 0 && !getuid())
                MUST(setresuid(1234, 1234, 1234) == 0);
            if (way == 1 && !getuid())
                MUST(prctl(PR_SET_KEEPCAPS, 1) == 0 && setresuid(1234, 1234, 1234) == 0);
            if (way == 2 && !getuid())
                MUST(setresuid(-1, 1234, 0) == 0);
            if (way == 2)
                show("before");
            fexecve(self, (char *[]){"exec_credentials", "after", NULL}, (char *[]){NULL});
            _exit(errno);
        }
        int st;
        waitpid(child, &st, 0);
        SHOW(st);
    }
    return 0;
}
