/* Waiters that wake up as owners of another lock. */
#include "guest.h"
#include <linux/futex.h>

#define FUTEX(...) syscall(SYS_futex, __VA_ARGS__)

static int sequence, lock;
static volatile int waiting, owned;

static void *waiter(void *shared)
{
    int flag = shared ? 0 : FUTEX_PRIVATE_FLAG, tid = syscall(SYS_gettid);

    __atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    MUST(FUTEX(&sequence, FUTEX_WAIT_REQUEUE_PI | flag, 0, NULL, &lock, 0) == 0);
    MUST((lock & FUTEX_TID_MASK) == tid);
    owned++;
    if (!__sync_bool_compare_and_swap(&lock, tid, 0))
        MUST(FUTEX(&lock, FUTEX_UNLOCK_PI | flag, 0, NULL, NULL, 0) == 0);
    return NULL;
}

static void round_of(void *shared)
{
    int flag = shared ? 0 : FUTEX_PRIVATE_FLAG, tid = syscall(SYS_gettid), moved = 0;
    pthread_t threads[3];

    sequence = lock = waiting = owned = 0;
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, waiter, shared);
    while (waiting < 3)
        sched_yield();
    usleep(50000);
    MUST(FUTEX(&lock, FUTEX_LOCK_PI | flag, 0, NULL, NULL, 0) == 0);
    moved = FUTEX(&sequence, FUTEX_CMP_REQUEUE_PI | flag, 1, (void *)100, &lock, 0);
    sequence = 1;
    SHOW(moved);
    SHOW(owned);
    if (!__sync_bool_compare_and_swap(&lock, tid, 0))
        MUST(FUTEX(&lock, FUTEX_UNLOCK_PI | flag, 0, NULL, NULL, 0) == 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    SHOW(owned);
    SHOW(lock & FUTEX_TID_MASK);
}

int main(void)
{
    struct timespec past = {1, 0};

    round_of(NULL);
    round_of(&sequence);
    sequence = 5;
    TRY(FUTEX(&sequence, FUTEX_WAIT_REQUEUE_PI, 4, NULL, &lock, 0));
    TRY(FUTEX(&sequence, FUTEX_WAIT_REQUEUE_PI, 5, &past, &lock, 0));
    TRY(FUTEX(&sequence, FUTEX_WAIT_REQUEUE_PI, 5, NULL, &sequence, 0));
    TRY(FUTEX(&sequence, FUTEX_CMP_REQUEUE_PI, 2, NULL, &lock, 5));
    TRY(FUTEX(&sequence, FUTEX_CMP_REQUEUE_PI, 1, NULL, &lock, 4));
    TRY(FUTEX(&sequence, FUTEX_CMP_REQUEUE_PI, 1, NULL, &lock, 5));
    return 0;
}
