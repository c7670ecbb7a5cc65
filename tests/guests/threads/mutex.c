// Contended counting under every kind of lock, exactly.
#include "guest.h"
#include <semaphore.h>
#include <stdatomic.h>
enum { T = 6, N = 4000 };
static long plain, recursive, spun, rw, sem;
static _Atomic long atom;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER, rm, em;
static pthread_spinlock_t s;
static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
static sem_t se;
static void *f(void *a)
{
    for (int i = 0; i < N; i++) {
        pthread_mutex_lock(&m);
        plain++;
        pthread_mutex_unlock(&m);
        pthread_mutex_lock(&rm);
        pthread_mutex_lock(&rm);
        recursive++;
        pthread_mutex_unlock(&rm);
        pthread_mutex_unlock(&rm);
        if (i % 8 == 0) {
            pthread_spin_lock(&s);
            spun++;
            pthread_spin_unlock(&s);
        }
        if (i % 3) {
            pthread_rwlock_rdlock(&l);
            (void)*(volatile long *)&rw;
            pthread_rwlock_unlock(&l);
        } else {
            pthread_rwlock_wrlock(&l);
            rw++;
            pthread_rwlock_unlock(&l);
        }
        sem_wait(&se);
        sem++;
        sem_post(&se);
        atomic_fetch_add(&atom, 1);
    }
    return NULL;
}
int main(void)
{
    pthread_mutexattr_t a;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&rm, &a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&em, &a);
    pthread_spin_init(&s, 0);
    sem_init(&se, 0, 1);
    pthread_t t[T];
    for (int i = 0; i < T; i++)
        pthread_create(&t[i], NULL, f, NULL);
    for (int i = 0; i < T; i++)
        pthread_join(t[i], NULL);
    SHOW(plain);
    SHOW(recursive);
    SHOW(spun);
    SHOW(rw);
    SHOW(sem);
    SHOW(atom);
    puts(error_name(pthread_mutex_unlock(&em)));
    SHOW(pthread_mutex_lock(&em));
    puts(error_name(pthread_mutex_lock(&em)));
    puts(error_name(pthread_mutex_trylock(&em)));
    pthread_mutex_lock(&m);
    puts(error_name(pthread_mutex_trylock(&m)));
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_nsec += 20000000;
    if (ts.tv_nsec >= 1000000000) {
        ts.tv_sec++;
        ts.tv_nsec -= 1000000000;
    }
    puts(error_name(pthread_mutex_timedlock(&m, &ts)));
    puts(error_name(pthread_rwlock_trywrlock(&l) ? EBUSY : EAGAIN));
    SHOW(sem_trywait(&se));
    SHOW(sem_trywait(&se));
    puts(error_name(errno));
    SHOW(sem_timedwait(&se, &ts));
    puts(error_name(errno));
    return 0;
}
