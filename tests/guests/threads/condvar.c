// Condition variables: a bounded queue, broadcast to many, timed wait.
#include "guest.h"
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER, not_empty = PTHREAD_COND_INITIALIZER,
                      go = PTHREAD_COND_INITIALIZER;
static int q[4], head, count, started, released;
static long sums[3];
static void *producer(void *a)
{
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&m);
        while (count == 4)
            pthread_cond_wait(&not_full, &m);
        q[(head + count++) % 4] = i;
        pthread_cond_signal(&not_empty);
        pthread_mutex_unlock(&m);
    }
    return NULL;
}
static void *consumer(void *a)
{
    long n = (long)a;
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&m);
        while (!count)
            pthread_cond_wait(&not_empty, &m);
        sums[n] += q[head];
        head = (head + 1) % 4;
        count--;
        pthread_cond_signal(&not_full);
        pthread_mutex_unlock(&m);
    }
    return NULL;
}
static void *waiter(void *a)
{
    pthread_mutex_lock(&m);
    started++;
    while (!released)
        pthread_cond_wait(&go, &m);
    released++;
    pthread_mutex_unlock(&m);
    return NULL;
}
int main(void)
{
    pthread_t t[20];
    for (long i = 0; i < 3; i++) {
        pthread_create(&t[i], NULL, producer, NULL);
        pthread_create(&t[3 + i], NULL, consumer, (void *)i);
    }
    for (int i = 0; i < 6; i++)
        pthread_join(t[i], NULL);
    SHOW(sums[0] + sums[1] + sums[2]);
    for (int i = 0; i < 20; i++)
        pthread_create(&t[i], NULL, waiter, NULL);
    for (;;) {
        pthread_mutex_lock(&m);
        if (started == 20)
            break;
        pthread_mutex_unlock(&m);
        sched_yield();
    }
    released = 1;
    pthread_cond_broadcast(&go);
    pthread_mutex_unlock(&m);
    for (int i = 0; i < 20; i++)
        pthread_join(t[i], NULL);
    SHOW(released);
    struct timespec ts;
    pthread_condattr_t ca;
    pthread_condattr_init(&ca);
    pthread_condattr_setclock(&ca, CLOCK_MONOTONIC);
    pthread_cond_t c;
    pthread_cond_init(&c, &ca);
    clock_gettime(CLOCK_MONOTONIC, &ts);
    int64_t t0 = now_ms();
    ts.tv_nsec += 50000000;
    if (ts.tv_nsec >= 1000000000) {
        ts.tv_sec++;
        ts.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&m);
    puts(error_name(pthread_cond_timedwait(&c, &m, &ts)));
    SHOW(now_ms() - t0 >= 49);
    return 0;
}
