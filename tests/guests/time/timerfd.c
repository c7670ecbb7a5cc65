#include "guest.h"
#include <sys/timerfd.h>
int main(void)
{
    int f = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    SHOW(f >= 0);
    struct itimerspec t = {{0, 10000000}, {0, 10000000}}, o;
    uint64_t n;
    TRY(timerfd_settime(f, 0, &t, NULL));
    sleep_ms(55);
    TRY(read(f, &n, 8));
    SHOW(n >= 5);
    TRY(timerfd_gettime(f, &o));
    SHOW(o.it_interval.tv_nsec);
    TRY(read(f, &n, 4));
    t.it_value.tv_nsec = 0;
    t.it_interval.tv_nsec = 0;
    TRY(timerfd_settime(f, 0, &t, &o));
    fcntl(f, F_SETFL, O_NONBLOCK);
    TRY(read(f, &n, 8));
    TRY(timerfd_create(99, 0));
    TRY(timerfd_create(CLOCK_REALTIME, 0x40000000));
    TRY(timerfd_settime(1, 0, &t, NULL));
    t.it_value.tv_nsec = 1000000000;
    TRY(timerfd_settime(f, 0, &t, NULL));
    return 0;
}
