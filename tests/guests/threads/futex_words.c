// Which words can be futexes, and whose locks: read-only pages, owners that do not live.
#include "guest.h"
#include <linux/futex.h>

enum { PRIVATE = FUTEX_PRIVATE_FLAG };

static long futex(void *word, int op, int value, long value2, void *other, int value3)
{
    struct timespec none = {0, 0};
    int timed = (op & 127) == FUTEX_WAIT_BITSET;

    return syscall(SYS_futex, word, op, value, timed ? (long)&none : value2, other, value3);
}

int main(void)
{
    char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *file = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, open("/proc/self/exe", O_RDONLY), 0);
    unsigned word = 0;
    pid_t gone = fork();

    if (!gone)
        _exit(0);
    waitpid(gone, NULL, 0);
    TRY(futex(page, FUTEX_WAIT_BITSET, 1, 0, NULL, 1));
    TRY(futex(page, FUTEX_WAIT_BITSET | PRIVATE, 1, 0, NULL, 1));
    TRY(futex(file, FUTEX_WAIT_BITSET, 1, 0, NULL, 1));
    TRY(futex(page, FUTEX_WAKE, 1, 0, NULL, 0));
    TRY(futex(file, FUTEX_WAKE, 1, 0, NULL, 0));
    TRY(futex(&word, FUTEX_CMP_REQUEUE, 1, 1, page, 2));
    TRY(futex(&word, FUTEX_WAKE_OP, 1, 1, file, 0));
    TRY(futex(file, FUTEX_TRYLOCK_PI, 0, 0, NULL, 0));
    TRY(futex((char *)-4096, FUTEX_WAKE_BITSET, 1, 0, NULL, 0));
    word = gone;
    TRY(futex(&word, FUTEX_TRYLOCK_PI | PRIVATE, 0, 0, NULL, 0));
    word = gone | FUTEX_OWNER_DIED;
    TRY(futex(&word, FUTEX_TRYLOCK_PI, 0, 0, NULL, 0));
    word = getppid();
    TRY(futex(&word, FUTEX_TRYLOCK_PI, 0, 0, NULL, 0));
    return 0;
}
