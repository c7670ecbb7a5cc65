// Reads too short for what a descriptor gives fail at once, also after it was written to.
#include "guest.h"
#include <sys/eventfd.h>
#include <sys/timerfd.h>

static void nothing(int signo)
{
}

int main(void)
{
    int event = eventfd(1, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    uint64_t one = 1;
    char bytes[8];

    sigaction(SIGALRM, &(struct sigaction){.sa_handler = nothing}, NULL);
    alarm(5);
    TRY(write(event, &one, 8));
    TRY(read(event, bytes, 8));
    TRY(read(event, bytes, 4));
    TRY(read(event, bytes, 0));
    TRY(read(timer, bytes, 4));
    return 0;
}
