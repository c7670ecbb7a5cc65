#include "guest.h"
static _Thread_local long own = 5;
static void *f(void *a)
{
    own += (long)a;
    if ((long)a % 3 == 0)
        pthread_exit((void *)(own * 2));
    return (void *)own;
}
int main(void)
{
    pthread_t t[30];
    void *r;
    long sum = 0;
    for (int round = 0; round < 5; round++) {
        for (long i = 0; i < 30; i++)
            MUST(pthread_create(&t[i], NULL, f, (void *)i) == 0);
        for (int i = 0; i < 30; i++) {
            MUST(pthread_join(t[i], &r) == 0);
            sum += (long)r;
        }
    }
    SHOW(sum);
    SHOW(own);
    SHOW(pthread_equal(pthread_self(), t[0]) != 0);
    return 0;
}
