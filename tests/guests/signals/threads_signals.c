// pthread_kill reaches the thread it names, a process signal one that does not block it.
#include "guest.h"
static _Thread_local int mine;
static volatile int stop, hits[4];
static volatile int ready;
static pthread_t t[4];
static void on(int n)
{
    hits[mine]++;
}
static void *f(void *a)
{
    mine = (long)a;
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR2);
    if (mine == 2)
        pthread_sigmask(SIG_UNBLOCK, &s, NULL);
    __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
    if (mine == 1)
        while (!stop)
            ;
    else
        while (!stop)
            sleep_ms(5);
    return NULL;
}
int main(void)
{
    signal(SIGUSR1, on);
    signal(SIGUSR2, on);
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &s, NULL);
    for (long i = 1; i < 4; i++)
        pthread_create(&t[i], NULL, f, (void *)i);
    while (ready < 3)
        sched_yield();
    for (int i = 1; i < 4; i++) {
        SHOW(pthread_kill(t[i], SIGUSR1));
        while (!hits[i])
            sched_yield();
        printf("thread %d: %d\n", i, hits[i]);
    }
    kill(getpid(), SIGUSR2);
    while (hits[2] < 2)
        sched_yield();
    printf("%d %d %d %d\n", hits[0], hits[1], hits[2], hits[3]);
    kill(getpid(), SIGUSR1);
    while (hits[0] + hits[1] + hits[2] + hits[3] < 5)
        sched_yield();
    stop = 1;
    for (int i = 1; i < 4; i++)
        pthread_join(t[i], NULL);
    SHOW(hits[0] + hits[1] + hits[2] + hits[3]);
    return 0;
}
