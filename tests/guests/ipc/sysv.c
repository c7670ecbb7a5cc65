// System V shared memory, semaphores and message queues.
#include "guest.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
struct text {
    long type;
    char data[32];
};
static void on_alarm(int n)
{
}
static void memory(void)
{
    struct shmid_ds about;
    int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
    char *a = shmat(id, NULL, 0), *b = shmat(id, NULL, SHM_RDONLY);
    MUST(a != (void *)-1 && b != (void *)-1);
    strcpy(a + 4990, "end");
    SHOW(strcmp(b + 4990, "end"));
    if (fork() == 0) {
        strcpy(a, "from the child");
        TRY(shmctl(id, IPC_STAT, &about));
        SHOW(about.shm_nattch);
        exit(0);
    }
    wait(NULL);
    puts(b);
    TRY(shmctl(id, IPC_STAT, &about));
    SHOW(about.shm_segsz);
    SHOW(about.shm_nattch);
    SHOW(about.shm_perm.mode);
    SHOW(about.shm_cpid == getpid());
    TRY(mprotect(b, 4096, PROT_READ | PROT_WRITE));
    TRY((long)shmat(id, a, 0));
    TRY((long)shmat(id, a + 1, 0));
    errno = ENOMEM;
    SHOW((sizeof(long) == 4 || shmat(id, (void *)((uintptr_t)1 << 8 * sizeof(long) - 2), 0) == (void *)-1) && errno == ENOMEM);
    TRY((long)shmat(id, NULL, SHM_REMAP));
    SHOW((char *)shmat(id, b + 5, SHM_RND | SHM_REMAP) == b);
    strcpy(b + 100, "writable");
    puts(a + 100);
    TRY(shmdt(b + 1));
    TRY(shmdt(b + 4096));
    TRY(shmdt(b));
    TRY(shmdt(b));
    TRY(syscall(SYS_shmctl, id, IPC_STAT | (sizeof(long) == 4 ? 0x100 : 0), (void *)16));
    TRY(shmctl(id, IPC_RMID, NULL));
    TRY(shmctl(id, IPC_STAT, &about));
    SHOW(about.shm_perm.mode & SHM_DEST);
    TRY(shmdt(a));
    TRY(shmctl(id, IPC_STAT, &about));
    TRY(shmget(IPC_PRIVATE, 0, 0600));
    TRY((long)shmat(-1, NULL, 0));
}
union semun { /* some ABIs pass it unlike its members */
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};
static void semaphores(void)
{
    unsigned short values[3] = {1, 0, 7};
    struct semid_ds about;
    struct timespec moment = {0, 1000000};
    int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0640);
    TRY(semctl(id, 0, SETALL, (union semun){.array = values}));
    TRY(semctl(id, 2, GETVAL));
    TRY(semctl(id, 1, SETVAL, (union semun){4}));
    TRY(semctl(id, 1, SETVAL, (union semun){-4}));
    TRY(semctl(id, 0, GETALL, (union semun){.array = values}));
    printf("%d %d %d\n", values[0], values[1], values[2]);
    TRY(semctl(id, 0, IPC_STAT, (union semun){.buf = &about}));
    SHOW(about.sem_nsems);
    SHOW(about.sem_perm.mode);
    about.sem_perm.mode = 0600;
    TRY(semctl(id, 0, IPC_SET, (union semun){.buf = &about}));
    TRY(semctl(id, 0, IPC_STAT, (union semun){.buf = &about}));
    SHOW(about.sem_perm.mode);
    struct sembuf down = {0, -2, 0}, try = {0, -2, IPC_NOWAIT}, up = {0, 1, SEM_UNDO};
    TRY(semop(id, &try, 1));
    TRY(semtimedop(id, &down, 1, &moment));
    if (fork() == 0) {
        sleep_ms(30);
        semop(id, &up, 1);
        sleep_ms(30);
        exit(0);
    }
    TRY(semop(id, &down, 1));
    wait(NULL);
    TRY(semctl(id, 0, GETVAL));
    struct sigaction act = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct itimerval soon = {{0, 0}, {0, 20000}};
    sigaction(SIGALRM, &act, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    TRY(semop(id, &down, 1));
    TRY(semop(id, &down, 0));
    TRY(semop(id, (void *)16, 1));
    TRY(semop(id, &down, 100000));
    TRY(semctl(id, 0, IPC_RMID));
    TRY(semop(id, &down, 1));
}
static void messages(void)
{
    struct text out = {3, "three"}, in = {0};
    struct msqid_ds about;
    int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    TRY(msgrcv(id, &in, 32, 0, IPC_NOWAIT));
    TRY(msgsnd(id, &out, 6, 0));
    out.type = 0;
    TRY(msgsnd(id, &out, 6, 0));
    TRY(msgsnd(id, (void *)16, 6, 0));
    TRY(msgsnd(id, &out, -1, 0));
    TRY(msgctl(id, IPC_STAT, &about));
    SHOW(about.msg_qnum);
    TRY(msgrcv(id, &in, 2, 0, 0));
    TRY(msgrcv(id, &in, 32, 4, IPC_NOWAIT));
    TRY(msgrcv(id, &in, 32, 3, 0));
    printf("%ld %s\n", in.type, in.data);
    if (fork() == 0) {
        struct text late = {-1, ""};
        sleep_ms(30);
        late.type = 9;
        strcpy(late.data, "late");
        exit(msgsnd(id, &late, 5, 0));
    }
    TRY(msgrcv(id, &in, 32, -10, 0));
    printf("%ld %s\n", in.type, in.data);
    wait(NULL);
    struct itimerval soon = {{0, 0}, {0, 20000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    TRY(msgrcv(id, &in, 32, 0, 0));
    TRY(msgctl(id, IPC_RMID, NULL));
    TRY(msgctl(id, IPC_RMID, NULL));
}
int main(void)
{
    memory();
    semaphores();
    messages();
    return 0;
}
