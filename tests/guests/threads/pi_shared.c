/* Locks with priority inheritance that processes share, also when their owner is killed. */
#include "guest.h"

struct shared {
    pthread_mutex_t m;
    long n;
    volatile int held;
};

static void contended(struct shared *s)
{
    pid_t child = must_fork();

    for (int i = 0; i < 300; i++) {
        MUST(pthread_mutex_lock(&s->m) == 0);
        s->n++;
        if (i % 50 == 0)
            sched_yield();
        MUST(pthread_mutex_unlock(&s->m) == 0);
    }
    if (!child)
        _exit(0);
    MUST(waitpid(child, NULL, 0) == child);
    SHOW(s->n);
}

static void killed(struct shared *s)
{
    pid_t child = must_fork();
    struct timespec end;

    if (!child) {
        pthread_mutex_lock(&s->m);
        s->held = 1;
        pause();
    }
    while (!s->held)
        sched_yield();
    puts(error_name(pthread_mutex_trylock(&s->m)));
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_nsec += end.tv_nsec < 900000000 ? 50000000 : -900000000;
    puts(error_name(pthread_mutex_timedlock(&s->m, &end)));
    kill(child, SIGKILL);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 50;
    puts(error_name(pthread_mutex_timedlock(&s->m, &end)));
    SHOW(pthread_mutex_consistent(&s->m));
    SHOW(pthread_mutex_unlock(&s->m));
    SHOW(pthread_mutex_lock(&s->m));
    SHOW(pthread_mutex_unlock(&s->m));
    waitpid(child, NULL, 0);
}

int main(void)
{
    struct shared *s =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t a;

    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    SHOW(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT));
    pthread_mutex_init(&s->m, &a);
    contended(s);
    killed(s);
    return 0;
}
