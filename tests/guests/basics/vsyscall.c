// arch: x86_64
// The fixed addresses that programs call which were linked before there was a vDSO.
#include "guest.h"
#define VSYSCALL(offset) ((void *)(0xffffffffff600000 + (offset)))
int main(void)
{
    struct timeval now = {0};
    struct timezone zone = {-1, -1};
    unsigned cpu = 99999, node = 99999;
    time_t before = time(NULL), told = 0;
    int (*get)(struct timeval *, struct timezone *) = VSYSCALL(0);
    time_t (*seconds)(time_t *) = VSYSCALL(0x400);
    int (*where)(unsigned *, unsigned *, void *) = VSYSCALL(0x800);
    SHOW(get(&now, &zone));
    SHOW(now.tv_sec >= before && now.tv_sec < before + 100);
    SHOW(zone.tz_dsttime);
    SHOW(seconds(&told) == told);
    SHOW(told >= before && told < before + 100);
    SHOW(where(&cpu, &node, NULL));
    SHOW(cpu < 99999 && node < 99999);
    return 0;
}
