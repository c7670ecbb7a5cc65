// arch: x86_64 aarch64 i386 arm riscv64 riscv32 ppc64le s390x aarch64_be ppc mips mipsel mips64
// flags: -pthread
// Atomic operations and locks on memory that four processes share lose nothing.
#include "guest.h"

#include <semaphore.h>

enum { PROCESSES = 4, TURNS = 4000 };

static struct shared {
    uint8_t bytes;
    uint16_t halves;
    uint32_t words, owned, exchanged;
    long longs, compared, swapped;
    int spin;
    long spun, locked, counted;
    pthread_mutex_t mutex;
    sem_t semaphore;
    pthread_barrier_t barrier;
    pthread_cond_t turn;
    long round;
} *s;

static void work(int me)
{
    uint32_t mine = 1;
    pthread_barrier_wait(&s->barrier);
    for (int i = 0; i < TURNS; i++) {
        __atomic_fetch_add(&s->bytes, 1, __ATOMIC_SEQ_CST);
        __atomic_sub_fetch(&s->halves, 3, __ATOMIC_SEQ_CST);
        __atomic_fetch_xor(&s->words, 1u << me, __ATOMIC_SEQ_CST);
        __atomic_fetch_or(&s->owned, 256u << me, __ATOMIC_SEQ_CST);
        __atomic_fetch_add(&s->longs, 1L << 4 * sizeof(long) | 1, __ATOMIC_RELAXED);
        mine = __atomic_exchange_n(&s->exchanged, mine, __ATOMIC_SEQ_CST);
        long seen = __atomic_load_n(&s->compared, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(&s->compared, &seen, seen + me, 0, __ATOMIC_SEQ_CST,
                                            __ATOMIC_RELAXED))
            ;
        while (__atomic_exchange_n(&s->spin, 1, __ATOMIC_ACQUIRE))
            sched_yield();
        s->spun++;
        __atomic_store_n(&s->spin, 0, __ATOMIC_RELEASE);
        if (i % 4)
            continue;
        pthread_mutex_lock(&s->mutex);
        s->locked++;
        pthread_mutex_unlock(&s->mutex);
        while (sem_wait(&s->semaphore) && errno == EINTR)
            ;
        s->counted++;
        sem_post(&s->semaphore);
    }
    __atomic_fetch_add(&s->swapped, mine, __ATOMIC_SEQ_CST);
    pthread_mutex_lock(&s->mutex);
    for (int i = 0; i < 50; i++) {
        while (s->round % PROCESSES != me)
            pthread_cond_wait(&s->turn, &s->mutex);
        s->round++;
        pthread_cond_broadcast(&s->turn);
    }
    pthread_mutex_unlock(&s->mutex);
}

static void prepare(void)
{
    pthread_mutexattr_t mutex;
    pthread_condattr_t cond;
    pthread_barrierattr_t barrier;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_condattr_init(&cond);
    pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
    pthread_barrierattr_init(&barrier);
    pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&s->mutex, &mutex);
    pthread_cond_init(&s->turn, &cond);
    pthread_barrier_init(&s->barrier, &barrier, PROCESSES);
    sem_init(&s->semaphore, 1, 1);
}

int main(void)
{
    s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    prepare();
    s->exchanged = 1;
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            work(i);
            _exit(0);
        }
    int status, failed = 0;
    while (wait(&status) > 0)
        failed += status != 0;
    SHOW(failed);
    SHOW(s->bytes);
    SHOW(s->halves);
    SHOW(s->words);
    SHOW(s->owned);
    SHOW(s->longs == TURNS * PROCESSES * (1L << 4 * sizeof(long) | 1));
    SHOW(s->compared == TURNS * (0 + 1 + 2 + 3));
    SHOW(s->exchanged + s->swapped);
    SHOW(s->spun);
    SHOW(s->locked);
    SHOW(s->counted);
    SHOW(s->round);
    return 0;
}
