// What set-user-ID and set-group-ID programs of other users may, started by root: ids, AT_SECURE, capabilities.
// arch: x86_64 i386
#include "guest.h"
#include <sys/auxv.h>
#include <sys/prctl.h>

static void show(void)
{
    unsigned r, e, s;
    getresuid(&r, &e, &s);
    printf("%u %u %u,", r, e, s);
    getresgid(&r, &e, &s);
    printf(" %u %u %u, secure %lu, dumpable %d\n", r, e, s, getauxval(AT_SECURE), prctl(PR_GET_DUMPABLE) == 1);
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, "CapPrm", 6) || !strncmp(line, "CapEff", 6) || !strncmp(line, "CapAmb", 6))
            printf(" %.6s %s", line, strtoull(line + 7, NULL, 16) ? "some" : "none");
    puts("");
    fflush(stdout);
}

static void try(const char *path, int uid, int gid, int mode, int restrict_it)
{
    MUST(!chown(path, uid, gid) && !chmod(path, mode));
    pid_t child = fork();
    if (!child) {
        if (restrict_it)
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        execl(path, "set_id", "x", NULL);
        _exit(errno);
    }
    int st;
    waitpid(child, &st, 0);
    printf("%o %d: %d\n", mode, restrict_it, st);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return show(), 0;
    if (getuid())
        return puts("not root"), 0;
    char path[] = "/tmp/set-id-XXXXXX", block[65536];
    int to = mkstemp(path), from = open("/proc/self/exe", O_RDONLY);
    for (ssize_t n; (n = read(from, block, sizeof block)) > 0;)
        write(to, block, n);
    close(to), close(from);
    try(path, 1234, 4321, 0755, 0);
    try(path, 1234, 4321, 04755, 0);
    try(path, 1234, 4321, 02755, 0);
    try(path, 1234, 4321, 02745, 0);
    try(path, 1234, 4321, 06755, 0);
    try(path, 1234, 4321, 06755, 1);
    try(path, 0, 0, 06755, 0);
    unlink(path);
    return 0;
}
