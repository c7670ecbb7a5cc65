// futex_waitv, futex_wake, futex_wait, futex_requeue.
// arch: x86_64
#include "guest.h"
struct waitv {
    uint64_t val, uaddr;
    uint32_t flags, reserved;
};
enum { U32 = 2, PRIVATE = 128, FOR_EVER = 0 };
#define WAITV(list, n, until, clock) syscall(449, list, n, 0, until, clock)
#define WAKE(word, mask, n, flags) syscall(454, word, mask, n, flags)
#define WAIT(word, val, mask, flags, until, clock) syscall(455, word, val, mask, flags, until, clock)
#define REQUEUE(pair, flags, wake, move) syscall(456, pair, flags, wake, move)
static uint32_t words[3];
static int result = -9;
static struct waitv list[3];
static void *one(void *flags)
{
    result = WAIT(&words[0], 0, 6, (long)flags, FOR_EVER, CLOCK_MONOTONIC);
    return NULL;
}
static void *many(void *unused)
{
    result = WAITV(list, 3, FOR_EVER, CLOCK_MONOTONIC);
    return NULL;
}
int main(void)
{
    struct timespec past = {1, 0}, bad = {0, -1};
    pthread_t t;
    TRY(WAKE(words, 1, 1, U32 | PRIVATE));
    TRY(WAKE(words, 0, 1, U32));
    TRY(WAKE(words, 1, 1, 1));
    TRY(WAKE(words, 1L << 32, 1, U32));
    TRY(WAKE((char *)words + 1, 1, 1, U32));
    TRY(WAKE(16, 1, 1, U32));
    TRY(WAIT(words, 1, 1, U32, FOR_EVER, 0));
    TRY(WAIT(words, 0, 0, U32, FOR_EVER, 0));
    TRY(WAIT(words, 0, 1, U32, &past, CLOCK_MONOTONIC));
    TRY(WAIT(words, 0, 1, U32 | PRIVATE, &past, CLOCK_REALTIME));
    TRY(WAIT(words, 0, 1, U32, &past, CLOCK_BOOTTIME));
    TRY(WAIT(words, 0, 1, U32, &bad, CLOCK_MONOTONIC));
    TRY(WAIT(words, 1L << 40, 1, U32, FOR_EVER, 0));
    for (long flags = U32; flags <= (U32 | PRIVATE); flags += PRIVATE) {
        pthread_create(&t, NULL, one, (void *)flags);
        sleep_ms(40);
        TRY(WAKE(words, 1, 1, flags));
        TRY(WAKE(words, 2, 5, flags));
        pthread_join(t, NULL);
        SHOW(result);
    }
    for (int i = 0; i < 3; i++)
        list[i] = (struct waitv){0, (uintptr_t)&words[i], U32 | PRIVATE};
    pthread_create(&t, NULL, many, NULL);
    sleep_ms(40);
    TRY(WAKE(&words[1], 1, 1, U32 | PRIVATE));
    pthread_join(t, NULL);
    SHOW(result);
    pthread_create(&t, NULL, one, (void *)(long)(U32 | PRIVATE));
    sleep_ms(40);
    TRY(REQUEUE(list, 0, 0, 1));
    TRY(WAKE(&words[0], ~0u, 1, U32 | PRIVATE));
    TRY(WAKE(&words[1], ~0u, 1, U32 | PRIVATE));
    pthread_join(t, NULL);
    TRY(REQUEUE(list, 1, 0, 1));
    TRY(REQUEUE(NULL, 0, 0, 1));
    TRY(REQUEUE(list, 0, -1, 1));
    list[0].val = 1;
    TRY(REQUEUE(list, 0, 0, 1));
    TRY(WAITV(list, 3, &past, CLOCK_MONOTONIC));
    list[0].val = 0;
    TRY(WAITV(list, 3, &past, CLOCK_MONOTONIC));
    TRY(WAITV(list, 0, &past, CLOCK_MONOTONIC));
    TRY(WAITV(list, 129, &past, CLOCK_MONOTONIC));
    TRY(WAITV(list, 3, &past, CLOCK_BOOTTIME));
    list[2].reserved = 1;
    TRY(WAITV(list, 3, &past, CLOCK_MONOTONIC));
    list[2] = (struct waitv){0, 16, U32 | PRIVATE};
    TRY(WAITV(list, 3, &past, CLOCK_MONOTONIC));
    uint32_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    list[0] = (struct waitv){0, (uintptr_t)shared, U32};
    list[1] = (struct waitv){0, (uintptr_t)(shared + 1), U32};
    if (fork() == 0) {
        sleep_ms(40);
        exit(WAKE(shared + 1, 1, 1, U32));
    }
    TRY(WAITV(list, 2, FOR_EVER, 0));
    int status;
    wait(&status);
    SHOW(WEXITSTATUS(status));
    return 0;
}
