// expect-status: 9
// exit ends threads that spin, sleep, read and wait for a lock.
#include "guest.h"
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int p[2];
static void *spin(void *a)
{
    for (;;)
        ;
}
static void *lock(void *a)
{
    pthread_mutex_lock(&m);
    puts("no");
    return NULL;
}
static void *rd(void *a)
{
    char c;
    read(p[0], &c, 1);
    puts("no");
    return NULL;
}
static void *sl(void *a)
{
    sleep(100);
    puts("no");
    return NULL;
}
int main(void)
{
    pthread_t t;
    pipe(p);
    pthread_mutex_lock(&m);
    pthread_create(&t, NULL, spin, NULL);
    pthread_create(&t, NULL, lock, NULL);
    pthread_create(&t, NULL, rd, NULL);
    pthread_create(&t, NULL, sl, NULL);
    sleep_ms(20);
    puts("leaving");
    exit(9);
}
