// arch: x86_64
// Many receivers and senders: every acknowledged interrupt arrives once, on the right thread and vector.
#include "guest.h"
#include <stdatomic.h>
#include "uintr/uintr.h"
enum { RECEIVERS = 4, SENDERS = 3, ROUNDS = 150 };
static _Atomic int got[RECEIVERS][SENDERS], wrong, ready, finished;
static int fds[RECEIVERS][SENDERS];
static _Thread_local int me;
UINTR_HANDLER(h)
{
    if (vector % 8 != me || vector / 8 >= SENDERS)
        wrong++;
    else
        got[me][vector / 8]++;
}
static void *receiver(void *number)
{
    me = (long)number;
    check(uintr_register_handler(h, 0), "register_handler");
    for (int s = 0; s < SENDERS; s++)
        fds[me][s] = check(uintr_vector_fd(s * 8 + me, 0), "vector_fd");
    _stui();
    ready++;
    while (finished < SENDERS)
        if (me % 2)
            sched_yield();
    return NULL;
}
static void *sender(void *number)
{
    long s = (long)number;
    int index[RECEIVERS];
    for (int r = 0; r < RECEIVERS; r++)
        index[r] = check(uintr_register_sender(fds[r][s], 0), "register_sender");
    for (int i = 1; i <= ROUNDS; i++)
        for (int r = 0; r < RECEIVERS; r++) {
            _senduipi(index[r]);
            while (got[r][s] < i)
                sched_yield();
        }
    finished++;
    return NULL;
}
int main(void)
{
    pthread_t t[RECEIVERS + SENDERS];
    int total = 0;
    for (long i = 0; i < RECEIVERS; i++)
        pthread_create(&t[i], NULL, receiver, (void *)i);
    while (ready < RECEIVERS)
        sched_yield();
    for (long i = 0; i < SENDERS; i++)
        pthread_create(&t[RECEIVERS + i], NULL, sender, (void *)i);
    for (int i = 0; i < RECEIVERS + SENDERS; i++)
        pthread_join(t[i], NULL);
    for (int r = 0; r < RECEIVERS; r++)
        for (int s = 0; s < SENDERS; s++)
            total += got[r][s];
    SHOW(total);
    SHOW(wrong);
    return 0;
}
