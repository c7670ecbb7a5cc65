// Detached threads, small stacks, and many of them one after the other.
#include "guest.h"
#include <stdatomic.h>
static _Atomic int done;
static void *f(void *a)
{
    char b[2000];
    memset(b, 1, sizeof b);
    done += b[1999];
    return NULL;
}
int main(void)
{
    pthread_attr_t a;
    pthread_attr_init(&a);
    pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&a, 32768 > PTHREAD_STACK_MIN ? 32768 : PTHREAD_STACK_MIN);
    for (int i = 0; i < 200; i++) {
        pthread_t t;
        MUST(pthread_create(&t, &a, f, NULL) == 0);
        if (i % 10 == 0)
            while (done <= i)
                sched_yield();
    }
    while (done < 200)
        sched_yield();
    SHOW(done);
    return 0;
}
