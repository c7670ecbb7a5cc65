// A deadline of either clock, however long ago, of a word for one process or several: ETIMEDOUT.
#include "guest.h"
#include <linux/futex.h>

static void wait_until(int *word, int operation, time_t sec)
{
    struct timespec until = {sec, 500000000};
    TRY(syscall(SYS_futex, word, operation, 0, &until, NULL, FUTEX_BITSET_MATCH_ANY));
}

int main(void)
{
    int *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int own = 0;
    for (int clock = 0; clock <= FUTEX_CLOCK_REALTIME; clock += FUTEX_CLOCK_REALTIME) {
        wait_until(word, FUTEX_WAIT_BITSET | clock, 0);
        wait_until(word, FUTEX_WAIT_BITSET | clock, -1);
        wait_until(&own, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | clock, 0);
    }
    wait_until(word, FUTEX_LOCK_PI, 0);
    SHOW(*word == getpid());
    return 0;
}
