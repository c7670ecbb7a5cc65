// A process is killed while it holds a robust mutex in shared memory.
#include "guest.h"
int main(void)
{
    pthread_mutex_t *m =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t a;
    struct timespec end;
    pid_t c;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(m, &a);
    c = fork();
    if (!c) {
        pthread_mutex_lock(m);
        *(volatile int *)(m + 4) = 1;
        sleep(100);
    }
    while (!*(volatile int *)(m + 4))
        sched_yield();
    kill(c, SIGKILL);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 2;
    puts(error_name(pthread_mutex_timedlock(m, &end)));
    waitpid(c, NULL, 0);
    return 0;
}
