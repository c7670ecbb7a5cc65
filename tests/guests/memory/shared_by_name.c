// flags: -pthread
// Semaphores and memory found by name: the processes that use them did not inherit them.
#include "guest.h"

#include <semaphore.h>

enum { PROCESSES = 3, TURNS = 3000 };

static int user(const char *name, const char *lock)
{
    sem_t *sem = sem_open(lock, 0);
    MUST(sem != SEM_FAILED);
    int fd = shm_open(name, O_RDWR, 0);
    MUST(fd >= 0);
    long *counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (int i = 0; i < TURNS; i++) {
        while (sem_wait(sem) && errno == EINTR)
            ;
        counts[0]++;
        sem_post(sem);
        __atomic_fetch_add(&counts[1], 1, __ATOMIC_SEQ_CST);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2)
        return user(argv[1], argv[2]);
    char name[40];
    snprintf(name, sizeof name, "/by_name_%d", getpid());
    char lock[48];
    snprintf(lock, sizeof lock, "%s_lock", name);
    sem_t *sem = sem_open(lock, O_CREAT | O_EXCL, 0600, 1);
    MUST(sem != SEM_FAILED);
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    MUST(fd >= 0 && ftruncate(fd, 4096) == 0);
    long *counts = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            execl("/proc/self/exe", "user", name, lock, NULL);
            _exit(127);
        }
    int status, failed = 0;
    while (wait(&status) > 0)
        failed += status != 0;
    sem_unlink(lock);
    shm_unlink(name);
    SHOW(failed);
    SHOW(counts[0]);
    SHOW(counts[1]);
    return 0;
}
