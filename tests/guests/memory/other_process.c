#include "guest.h"

/* The memory of a process that is not traced, by process_vm_readv(2) and process_vm_writev(2). */

static char text[] = "text of the child";
static char page[3 * 8192] __attribute__((aligned(8192)));

int main(void)
{
    char buffer[64] = {0}, byte;
    struct iovec local = {buffer, sizeof text}, remote = {text, sizeof text};
    int up[2], down[2], status;
    pid_t child;

    MUST(pipe(up) == 0 && pipe(down) == 0);
    child = fork();
    if (!child) {
        MUST(mprotect(page + 8192, 8192, PROT_NONE) == 0);
        memcpy(text, "TEXT", 4);
        MUST(write(up[1], "x", 1) == 1 && read(down[0], &byte, 1) == 1);
        _exit(strcmp(text, "TEXT of the chilD") == 0);
    }
    MUST(read(up[0], &byte, 1) == 1);
    TRY(process_vm_readv(child, &local, 1, &remote, 1, 0));
    puts(buffer);
    remote.iov_base = page + 8186;
    TRY(process_vm_readv(child, &local, 1, &remote, 1, 0));
    remote.iov_base = page + 8192;
    TRY(process_vm_readv(child, &local, 1, &remote, 1, 0));
    TRY(process_vm_writev(child, &local, 1, &remote, 1, 0));
    remote.iov_base = text + sizeof text - 2;
    remote.iov_len = local.iov_len = 1;
    buffer[0] = 'D';
    TRY(process_vm_writev(child, &local, 1, &remote, 1, 0));
    MUST(write(down[1], "x", 1) == 1);
    waitid(P_PID, child, NULL, WEXITED | WNOWAIT);
    TRY(process_vm_readv(child, &local, 1, &remote, 1, 0));
    MUST(waitpid(child, &status, 0) == child);
    SHOW(WEXITSTATUS(status));
    TRY(process_vm_readv(child, &local, 1, &remote, 1, 0));
    return 0;
}
