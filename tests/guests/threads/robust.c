// Robust mutexes: their owner dies as a thread and as a process.
#include "guest.h"
static pthread_mutex_t *m;
static void *die(void *a)
{
    pthread_mutex_lock(m);
    return NULL;
}
static void init(int shared)
{
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    if (shared)
        pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(m, &a);
}
static void *wait_for_it(void *a)
{
    puts(error_name(pthread_mutex_lock(m)));
    pthread_mutex_unlock(m);
    return NULL;
}
static void *die_later(void *a)
{
    pthread_mutex_lock(m);
    *(volatile int *)a = 1;
    sleep_ms(40);
    return NULL;
}
int main(void)
{
    pthread_t t, u;
    m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    init(0);
    pthread_create(&t, NULL, die, NULL);
    pthread_join(t, NULL);
    puts(error_name(pthread_mutex_trylock(m)));
    SHOW(pthread_mutex_consistent(m));
    SHOW(pthread_mutex_unlock(m));
    SHOW(pthread_mutex_lock(m));
    SHOW(pthread_mutex_unlock(m));
    volatile int held = 0;
    pthread_create(&t, NULL, die_later, (void *)&held);
    while (!held)
        sched_yield();
    pthread_create(&u, NULL, wait_for_it, NULL);
    pthread_join(t, NULL);
    pthread_join(u, NULL);
    puts(error_name(pthread_mutex_lock(m)));
    init(1);
    pid_t c = fork();
    if (!c) {
        pthread_mutex_lock(m);
        _exit(0);
    }
    waitpid(c, NULL, 0);
    puts(error_name(pthread_mutex_lock(m)));
    SHOW(pthread_mutex_consistent(m));
    SHOW(pthread_mutex_unlock(m));
    return 0;
}
