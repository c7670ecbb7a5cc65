#include "guest.h"
static int p[2], cleaned;
static void clean(void *a)
{
    cleaned += (long)a;
}
static void *blocked(void *a)
{
    char c;
    pthread_cleanup_push(clean, (void *)1);
    read(p[0], &c, 1);
    pthread_cleanup_pop(0);
    return NULL;
}
static void *sleeping(void *a)
{
    pthread_cleanup_push(clean, (void *)10);
    sleep(1000);
    pthread_cleanup_pop(0);
    return NULL;
}
static void *testing(void *a)
{
    pthread_cleanup_push(clean, (void *)100);
    for (;;) {
        pthread_testcancel();
        sched_yield();
    }
    pthread_cleanup_pop(0);
    return NULL;
}
static void *disabled(void *a)
{
    int o;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &o);
    sleep_ms(30);
    return (void *)7;
}
static void *spinning(void *a)
{
    int o;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &o);
    for (;;)
        ;
    return NULL;
}
int main(void)
{
    void *(*f[])(void *) = {blocked, sleeping, testing, disabled, spinning};
    pipe(p);
    for (int i = 0; i < 5; i++) {
        pthread_t t;
        void *r;
        pthread_create(&t, NULL, f[i], NULL);
        sleep_ms(10);
        pthread_cancel(t);
        pthread_join(t, &r);
        printf("%d: canceled %d cleaned %d\n", i, r == PTHREAD_CANCELED, cleaned);
    }
    return 0;
}
