// More spinning threads than processors: each gets its turn, and none its counts lost.
#include "guest.h"
#include <stdatomic.h>
static _Atomic int turn;
static _Atomic long total;
static void *f(void *a)
{
    int me = (long)a;
    for (int i = 0; i < 3; i++) {
        while (turn % 16 != me)
            ;
        atomic_fetch_add(&total, me);
        turn++;
    }
    for (int i = 0; i < 3000; i++)
        atomic_fetch_add(&total, 1);
    return NULL;
}
int main(void)
{
    pthread_t t[16];
    for (long i = 0; i < 16; i++)
        pthread_create(&t[i], NULL, f, (void *)i);
    for (int i = 0; i < 16; i++)
        pthread_join(t[i], NULL);
    SHOW(turn);
    SHOW(total);
    return 0;
}
