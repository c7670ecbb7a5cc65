// waitid(2) with a descriptor that does not block: EAGAIN while the child runs, unless WNOHANG.
#include "guest.h"
int main(void)
{
    int gate[2];
    siginfo_t info;
    MUST(pipe(gate) == 0);
    int own = syscall(SYS_pidfd_open, getpid(), O_NONBLOCK);
    MUST(own >= 0);
    TRY(syscall(SYS_waitid, 3, own, &info, WEXITED, NULL));
    pid_t child = fork();
    if (!child) {
        close(gate[1]);
        char byte;
        _exit(read(gate[0], &byte, 1) ? 1 : 7);
    }
    int fd = syscall(SYS_pidfd_open, child, O_NONBLOCK);
    MUST(fd >= 0);
    TRY(syscall(SYS_waitid, 3, fd, &info, WEXITED, NULL));
    memset(&info, 1, sizeof info);
    TRY(syscall(SYS_waitid, 3, fd, &info, WEXITED | WNOHANG, NULL));
    SHOW(info.si_pid);
    close(gate[1]);
    struct pollfd ends = {.fd = fd, .events = POLLIN};
    TRY(poll(&ends, 1, -1));
    TRY(syscall(SYS_waitid, 3, fd, &info, WEXITED, NULL));
    SHOW(info.si_status);
    TRY(syscall(SYS_waitid, 3, fd, &info, WEXITED, NULL));
    return 0;
}
