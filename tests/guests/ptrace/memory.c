// xfail-m68k: addresses of the program do not fit offsets of files
#include "trace.h"

static char text[] = "text of the tracee";
static char page[3 * 8192] __attribute__((aligned(8192)));

static long number_in(const char *path, const char *key)
{
    char line[256];
    long value = -1;
    FILE *file = fopen(path, "r");

    MUST(file);
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, key, strlen(key)))
            value = strtol(line + strlen(key), 0, 10);
    fclose(file);
    return value;
}

int main(void)
{
    char buffer[64] = {0}, path[64], line[256];
    struct iovec local = {buffer, 18}, remote = {text, 18};
    pid_t child;
    int fd, found = 0;
    FILE *maps;

    memset(page, 'p', sizeof page);
    child = traced_child();
    if (!child) {
        MUST(mprotect(page + 8192, 8192, PROT_NONE) == 0);
        raise(SIGSTOP);
        _exit(strcmp(text, "TEXT of the traceE") == 0);
    }
    await(child);
    MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
    await(child);
    text[0] = 'X';
    TRY(process_vm_readv(child, &local, 1, &remote, 1, 0));
    SHOW(strcmp(buffer, "text of the tracee") == 0);
    remote.iov_base = page + 8186;
    TRY(process_vm_readv(child, &local, 1, &remote, 1, 0));
    remote.iov_base = page + 8192;
    TRY(process_vm_readv(child, &local, 1, &remote, 1, 0));
    remote.iov_base = text;
    remote.iov_len = local.iov_len = 4;
    memcpy(buffer, "TEXT", 4);
    TRY(process_vm_writev(child, &local, 1, &remote, 1, 0));
    TRY(process_vm_readv(child, &local, 1, &remote, 1, 1));
    TRY(process_vm_readv(1 << 30, &local, 1, &remote, 1, 0));

    snprintf(path, sizeof path, "/proc/%d/mem", child);
    MUST((fd = open(path, O_RDWR)) >= 0);
    TRY(pread(fd, buffer, 18, (long)text));
    SHOW(strcmp(buffer, "TEXT of the tracee") == 0);
    TRY(pwrite(fd, "E", 1, (long)text + 17));
    TRY(pread(fd, buffer, 1, (long)page + 8192));
    SHOW(buffer[0] == 'p');
    TRY(pread(fd, buffer, 1, 8));
    close(fd);

    snprintf(path, sizeof path, "/proc/%d/status", child);
    SHOW(number_in(path, "TracerPid:") == getpid());
    SHOW(number_in(path, "Threads:"));
    snprintf(path, sizeof path, "/proc/%d/maps", child);
    MUST((maps = fopen(path, "r")));
    while (fgets(line, sizeof line, maps))
        found += strstr(line, "---p") && strtoul(line, 0, 16) == (unsigned long)page + 8192;
    fclose(maps);
    SHOW(found);
    TRY(ptrace(PTRACE_CONT, child, 0, 0));
    await(child);
    SHOW(number_in("/proc/self/status", "TracerPid:"));
    return 0;
}
