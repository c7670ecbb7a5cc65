// fork in a process with threads: the child has one, may make new ones, and locks work.
#include "guest.h"
static volatile int stop;
static void *spin(void *a)
{
    while (!stop)
        sched_yield();
    return NULL;
}
static void *one(void *a)
{
    return (void *)5;
}
static int prep, par, chi;
static void p1(void)
{
    prep++;
}
static void p2(void)
{
    par++;
}
static void p3(void)
{
    chi++;
}
int main(void)
{
    pthread_t t[3], u;
    int st;
    pthread_atfork(p1, p2, p3);
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, spin, NULL);
    for (int k = 0; k < 5; k++) {
        pid_t c = fork();
        if (!c) {
            void *r;
            pthread_create(&u, NULL, one, NULL);
            pthread_join(u, &r);
            void *m = malloc(100000);
            _exit((long)r + chi * 10 + (getpid() == (int)syscall(SYS_gettid)) * 100 + (m == NULL));
        }
        waitpid(c, &st, 0);
        SHOW(WEXITSTATUS(st));
    }
    stop = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
    SHOW(prep);
    SHOW(par);
    return 0;
}
