// Calls of families that nothing used before, where the former root is out of reach.
#include "guest.h"
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/timerfd.h>

int main(void)
{
    int pair[2], queue;

    enter_scratch();
    if (chroot(".") == 0)
        MUST(access("/etc", F_OK) == -1);
    TRY(syscall(SYS_mbind, 0, 0, 0, NULL, 0, 0));
    OK(epoll_create1(0));
    OK(timerfd_create(CLOCK_MONOTONIC, 0));
    TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    TRY(sched_get_priority_max(SCHED_OTHER));
    OK(queue = msgget(IPC_PRIVATE, 0600));
    TRY(msgctl(queue, IPC_RMID, NULL));
    SHOW(syscall(SYS_getxattr, "absent", "user.x", NULL, 0));
    if (mkdir("below", 0700) == 0 && chroot("below") == 0)
        MUST(chdir("/") == 0);
    OK(setresuid(12345, 12345, 12345) == 0 || errno == EPERM);
    TRY(execl("/absent", "absent", NULL));
    return 0;
}
