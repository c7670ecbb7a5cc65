// A signal read from a descriptor.
#include "guest.h"
#include <sys/signalfd.h>
int main(void)
{
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGUSR2);
    sigprocmask(SIG_BLOCK, &only, NULL);
    int fd = signalfd(-1, &only, SFD_NONBLOCK | SFD_CLOEXEC);
    SHOW(fd >= 0);
    struct signalfd_siginfo si;
    TRY(read(fd, &si, sizeof si));
    raise(SIGUSR2);
    struct pollfd f = {fd, POLLIN};
    TRY(poll(&f, 1, 1000));
    TRY(read(fd, &si, sizeof si));
    SHOW(usual(si.ssi_signo));
    SHOW(si.ssi_pid == getpid());
    TRY(read(fd, &si, 10));
    return 0;
}
