// reference: own
// The futex call itself.
#include "guest.h"
#include <linux/futex.h>
#include <stdatomic.h>
static _Atomic int word, other, awake;
static int id[8];
#define F(op, v, ts, w2, v3) syscall(SYS_futex, &word, op, v, ts, w2, v3)
static void *waiter(void *a)
{
    long bits = (long)a;
    if (F(FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, bits) == 0)
        awake += bits;
    return NULL;
}
static void settle(void)
{
    sleep_ms(60);
}
int main(void)
{
    struct timespec ts = {0, 20000000}, abs;
    pthread_t t[4];
    TRY(F(FUTEX_WAIT, 1, NULL, NULL, 0));
    TRY(F(FUTEX_WAIT, 0, &ts, NULL, 0));
    TRY(F(FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, &ts, NULL, 0));
    TRY(F(FUTEX_WAKE, 1, NULL, NULL, 0));
    ts.tv_nsec = 1000000000;
    TRY(F(FUTEX_WAIT, 0, &ts, NULL, 0));
    ts.tv_nsec = 0;
    TRY(syscall(SYS_futex, (char *)&word + 1, FUTEX_WAIT, 0, &ts));
    TRY(syscall(SYS_futex, 16, FUTEX_WAIT, 0, &ts));
    TRY(F(99, 0, NULL, NULL, 0));
    TRY(F(FUTEX_WAIT_BITSET, 0, NULL, NULL, 0));
    TRY(F(FUTEX_WAKE_BITSET, 0, NULL, NULL, 0));
    TRY(F(FUTEX_FD, 0, NULL, NULL, 0));
    clock_gettime(CLOCK_MONOTONIC, &abs);
    TRY(F(FUTEX_WAIT_BITSET, 0, &abs, NULL, 1));
    clock_gettime(CLOCK_REALTIME, &abs);
    abs.tv_nsec = 0;
    TRY(F(FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &abs, NULL, 1));
    for (long i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, waiter, (void *)(1l << i));
    settle();
    TRY(F(FUTEX_WAKE_BITSET | FUTEX_PRIVATE_FLAG, 9, NULL, NULL, 8));
    TRY(F(FUTEX_WAKE, 9, NULL, NULL, 0));
    TRY(F(FUTEX_WAKE_BITSET | FUTEX_PRIVATE_FLAG, 9, NULL, NULL, 2));
    pthread_join(t[1], NULL);
    SHOW(awake);
    TRY(F(FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 0, 9, &other, 5));
    TRY(F(FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 0, 9, &other, 0));
    TRY(F(FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 9, NULL, NULL, 0));
    TRY(syscall(SYS_futex, &other, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1));
    TRY(syscall(SYS_futex, &other, FUTEX_REQUEUE | FUTEX_PRIVATE_FLAG, 1, 0, &word));
    pthread_join(t[0], NULL);
    pthread_join(t[2], NULL);
    SHOW(awake);
    word = 0;
    pthread_create(t, NULL, waiter, (void *)16);
    settle();
    TRY(syscall(SYS_futex, &other, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 1, 1, &word,
                FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 0)));
    SHOW(word);
    pthread_join(t[0], NULL);
    SHOW(awake);
    int *sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t c = fork();
    if (!c) {
        long r = syscall(SYS_futex, sh, FUTEX_WAIT, 0, NULL);
        _exit(r == 0 ? 7 : errno);
    }
    settle();
    int st;
    *sh = 1;
    TRY(syscall(SYS_futex, sh, FUTEX_WAKE, 5));
    waitpid(c, &st, 0);
    SHOW(WEXITSTATUS(st));
    return 0;
}
