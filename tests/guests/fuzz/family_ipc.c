// System V and POSIX queues, semaphores, shared memory.
#include "generator.h"
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

static int queue, semaphores, memory;
static char *attached;

static long make_queue(void)
{
    return pick(4) ? named("queue", (void *)(long)queue) : word("", (long[]){-1, 99999999, 0x7fffffff}[pick(3)]);
}

static long make_sems(void)
{
    return pick(4) ? named("sems", (void *)(long)semaphores) : word("", (long[]){-1, 99999999, 0x7fffffff}[pick(3)]);
}

static long make_shm(void)
{
    return pick(4) ? named("shm", (void *)(long)memory) : word("", (long[]){-1, 99999999, 0x7fffffff}[pick(3)]);
}

static long make_message(void)
{
    long *m = place(64);

    if (!pick(5))
        return bad_pointer();
    m[0] = (long[]){1, 2, 3, 0, -1}[pick(5)];
    return sprintf(symbol, "{%ld}", m[0]), (long)m;
}

static long make_sembuf(void)
{
    struct sembuf *b = place(4 * sizeof *b);
    char text[100] = "";

    if (!pick(6))
        return bad_pointer();
    for (int i = 0; i < 3; i++) {
        b[i] = (struct sembuf){(short[]){0, 1, 2, 3, -1}[pick(5)], (short[]){1, -1, 0, 2, -2, 32767}[pick(6)], pick(4) ? IPC_NOWAIT : (short[]){0, SEM_UNDO | IPC_NOWAIT}[pick(2)]};
        sprintf(text + strlen(text), "%d%+d,%o ", b[i].sem_num, b[i].sem_op, b[i].sem_flg);
    }
    return named(text, b);
}

static long make_values(void)
{
    unsigned short *v = place(16);

    if (!pick(6))
        return bad_pointer();
    for (int i = 0; i < 4; i++)
        v[i] = pick(8) ? pick(5) : 40000;
    return sprintf(symbol, "{%d %d}", v[0], v[1]), (long)v;
}

static long make_times(void)
{
    struct timespec *t = place(sizeof *t);

    if (!pick(5))
        return bad_pointer();
    t->tv_sec = pick(6) ? 0 : (long[]){-1, 1}[pick(2)];
    t->tv_nsec = pick(6) ? 1000 : (long[]){-1, 1000000000}[pick(2)];
    return sprintf(symbol, "{%ld %ld}", (long)t->tv_sec, t->tv_nsec), (long)t;
}

static long make_mqname(void)
{
    static char names[4][30];
    unsigned n = pick(8);

    if (n > 5)
        return bad_pointer();
    for (int i = 0; i < 4; i++)
        sprintf(names[i], "%s%d-%d", (const char *[]){"fuzz", "fuzzb", "x/y", "/fuzz"}[i], (int)getpid(), i);
    if (n > 3)
        return n == 4 ? named("\"\"", "") : named("\".\"", ".");
    return sprintf(symbol, "name%u", n), (long)names[n];
}

static long make_mqattr(void)
{
    long *a = place(64);

    if (!pick(4))
        return pick(2) ? named("NULL", NULL) : bad_pointer();
    a[0] = pick(3) ? 0 : O_NONBLOCK;
    a[1] = (long[]){2, 5, 10, 11, 0, -1}[pick(6)];
    a[2] = (long[]){8, 64, 8192, 8193, 0, -1}[pick(6)];
    return sprintf(symbol, "{%ld %ld %ld}", a[0] ? 1L : 0L, a[1], a[2]), (long)a;
}

static long make_place(void)
{
    return pick(3) ? named("NULL", NULL) : pick(2) ? named("attached", attached) : pick(2) ? word("attached+", 8) - 8 + (long)attached + 8 : bad_pointer();
}

static const struct kind kinds[] = {
    MADE(queue), MADE(sems), MADE(shm), MADE(message), MADE(sembuf), MADE(values), MADE(times), MADE(mqname), MADE(mqattr), MADE(place),
    VALUES("get", 1, IPC_CREAT | 0600, IPC_CREAT | IPC_EXCL | 0600, 0, 0600, IPC_CREAT, -1),
    VALUES("key", 1, IPC_PRIVATE, 0x7e57beef),
    VALUES("number", 1, 1, 4, 0, -1, 32001, 70000),
    VALUES("length", 0, 4096, 1, 0, 5000, 8192, -1, 1L << 50),
    VALUES("size", 0, 0, 1, 8, 24, 8192, 8193, -1, LONG_MAX),
    VALUES("type", 0, 0, 0, 1, 2, -1, -2, LONG_MAX, LONG_MIN),
    VALUES("msg", 1, IPC_NOWAIT, IPC_NOWAIT | MSG_NOERROR, IPC_NOWAIT | MSG_EXCEPT, IPC_NOWAIT | MSG_COPY, IPC_NOWAIT | MSG_COPY | MSG_EXCEPT),
    VALUES("command", 1, IPC_STAT, IPC_STAT, IPC_SET, 77, -1, 13, 11, 12),
    VALUES("semcmd", 1, GETVAL, GETPID, GETNCNT, GETZCNT, GETALL, SETVAL, SETALL, IPC_STAT, 77, -1, GETVAL, SETVAL),
    VALUES("which", 1, 0, 1, 2, 3, -1),
    VALUES("attach", 1, 0, SHM_RDONLY, SHM_RND, SHM_REMAP, SHM_EXEC, -1),
    VALUES("ops", 1, 1, 1, 2, 3, 0, 501, -1),
    VALUES("open", 1, O_RDWR | O_CREAT | O_NONBLOCK, O_RDONLY | O_NONBLOCK, O_WRONLY | O_NONBLOCK, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 3 | O_NONBLOCK),
    VALUES("prio", 1, 0, 1, 5, 32767, 32768, -1),
    VALUES("mqd", 1, 5, 5, 5, 6, 7, 3, 700, -1),
};
static const int kind_count = COUNT(kinds);

static const struct call calls[] = {
    C(msgget, "!key get"), C(msgsnd, "queue message size msg"), C(msgsnd, "queue message size msg"), C(msgrcv, "#queue out size type msg"), C(msgctl, "!queue command out"), C(msgctl, "queue command null"),
    C(semget, "!key number get"), C(semop, "sems sembuf ops"), C(semtimedop, "sems sembuf ops times"), C(semctl, "!sems which semcmd values"), C(semctl, "sems which semcmd number"),
    C(shmget, "!key length get"), C(shmat, "!shm place attach"), C(shmdt, "place"), C(shmctl, "!shm command out"), C(shmctl, "shm command null"),
    C(mq_open, "mqname open mode mqattr"), C(mq_open, "mqname open mode mqattr"), C(mq_unlink, "mqname"), C(mq_timedsend, "mqd in size prio times"), C(mq_timedreceive, "#mqd out size null times"), C(mq_timedreceive, "@mqd out size out times"),
    C(mq_notify, "mqd null"), C(mq_getsetattr, "#mqd mqattr out"), C(mq_getsetattr, "mqd mqattr null"), C(close, "mqd"), C(poll, "null zero zero"),
};
static const int call_count = COUNT(calls);

static void enter(void)
{
    MUST((queue = msgget(IPC_PRIVATE, 0600)) >= 0 && (semaphores = semget(IPC_PRIVATE, 3, 0600)) >= 0 && (memory = shmget(IPC_PRIVATE, 4096, 0600)) >= 0);
    attached = shmat(memory, NULL, 0);
    MUST(attached != (void *)-1 && shmctl(memory, IPC_RMID, NULL) == 0);
}

static int refuse(const struct call *c, long *a)
{
    return (c->number == SYS_msgctl || c->number == SYS_shmctl) && (int)a[1] == IPC_SET && (a[2] == (long)room || a[2] >= (long)edge - 200 && a[2] < (long)edge);
}

/* What is new is removed: nothing may stay behind. */
static const char *result(const struct call *c, const long *a, long r)
{
    if (c->number == SYS_msgget)
        return msgctl(r, IPC_RMID, NULL) == 0 ? "made" : "found";
    if (c->number == SYS_semget)
        return semctl(r, 0, IPC_RMID) == 0 ? "made" : "found";
    if (c->number == SYS_shmget)
        return shmctl(r, IPC_RMID, NULL) == 0 ? "made" : "found";
    if (c->number == SYS_shmat)
        return r != (long)attached && shmdt((void *)r), "attached";
    if (c->number == SYS_semctl && (int)a[2] == GETPID)
        return r == getpid() ? "self" : "other";
    return NULL;
}

static void leave(void)
{
    struct msqid_ds d;

    writes = room;
    MUST(msgctl(queue, IPC_STAT, &d) == 0);
    logged("%ld messages, semaphores %d %d %d\n", (long)d.msg_qnum, semctl(semaphores, 0, GETVAL), semctl(semaphores, 1, GETVAL), semctl(semaphores, 2, GETVAL));
    msgctl(queue, IPC_RMID, NULL);
    semctl(semaphores, 0, IPC_RMID);
    for (int i = 0; i < 8; i++) {
        long name = make_mqname();
        syscall(SYS_mq_unlink, name);
    }
    for (int i = 0; i < 2; i++) {
        char name[30];
        sprintf(name, "%s%d-%d", i ? "fuzzb" : "fuzz", (int)getpid(), i);
        syscall(SYS_mq_unlink, name);
    }
}
