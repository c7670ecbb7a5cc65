#include "guest.h"

/* Which descriptor became ready, as siginfo_t says it for SIGIO and for signals of F_SETSIG. */

static void arm(int fd, int signo)
{
    TRY(fcntl(fd, F_SETOWN, getpid()));
    TRY(fcntl(fd, F_SETSIG, signo));
    TRY(fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK));
}

static void await_news(int fd, int signo)
{
    siginfo_t info = {0};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signo);
    SHOW(sigwaitinfo(&set, &info) == signo);
    SHOW(info.si_code == POLL_IN);
    SHOW(info.si_fd == fd);
    SHOW(info.si_band);
}

int main(void)
{
    int pair[2], signals[] = {SIGIO, SIGRTMIN + 3, SIGUSR1, SIGCHLD};
    uint32_t uids[2] = {9, 9};
    siginfo_t info;
    sigset_t set;

    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < 3; i++) {
        MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
        arm(pair[0], signals[i]);
        TRY(write(pair[1], "x", 1));
        await_news(pair[0], signals[i]);
        close(pair[0]);
        close(pair[1]);
    }
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    arm(pair[0], SIGCHLD); /* whose codes have another meaning */
    TRY(write(pair[1], "x", 1));
    SHOW(sigwaitinfo(&set, &info) == SIGCHLD);
    SHOW(info.si_code == SI_SIGIO);
    SHOW(info.si_fd == pair[0]);
    if (syscall(SYS_fcntl, pair[0], 17 /* F_GETOWNER_UIDS */, uids) == 0)
        MUST(uids[0] == getuid() && uids[1] == geteuid());
    return 0;
}
