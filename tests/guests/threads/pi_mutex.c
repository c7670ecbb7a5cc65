// Priority-inheritance mutexes, contended.
#include "guest.h"
static pthread_mutex_t m;
static long n;
static void *f(void *a)
{
    for (int i = 0; i < 1500; i++) {
        pthread_mutex_lock(&m);
        n++;
        if (i % 100 == 0)
            sched_yield();
        pthread_mutex_unlock(&m);
    }
    return NULL;
}
int main(void)
{
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    int r = pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT);
    SHOW(r);
    pthread_mutex_init(&m, &a);
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, f, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    SHOW(n);
    struct timespec ts = {1, 0};
    pthread_mutex_lock(&m);
    int held = pthread_mutex_trylock(&m);
    puts(error_name(held));
    SHOW(pthread_mutex_unlock(&m));
    (void)ts;
    return 0;
}
