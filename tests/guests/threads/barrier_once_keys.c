#include "guest.h"
static pthread_barrier_t b;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int onces, destroyed, serial;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static void init(void)
{
    onces++;
}
static void gone(void *p)
{
    pthread_mutex_lock(&m);
    destroyed += (long)p;
    pthread_mutex_unlock(&m);
}
static void *f(void *a)
{
    pthread_setspecific(key, a);
    for (int i = 0; i < 50; i++) {
        pthread_once(&once, init);
        if (pthread_barrier_wait(&b) == PTHREAD_BARRIER_SERIAL_THREAD) {
            pthread_mutex_lock(&m);
            serial++;
            pthread_mutex_unlock(&m);
        }
    }
    return NULL;
}
int main(void)
{
    pthread_t t[7];
    pthread_barrier_init(&b, NULL, 7);
    pthread_key_create(&key, gone);
    for (long i = 0; i < 7; i++)
        pthread_create(&t[i], NULL, f, (void *)(i + 1));
    for (int i = 0; i < 7; i++)
        pthread_join(t[i], NULL);
    SHOW(onces);
    SHOW(serial);
    SHOW(destroyed);
    return 0;
}
