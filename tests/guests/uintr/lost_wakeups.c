// arch: x86_64
// Two threads that sleep in wait and wake each other: an interrupt that comes just before the sleep
// must not be slept through.
#include "guest.h"
#include "uintr/uintr.h"
static volatile int counts[2], fds[2] = {-1, -1};
UINTR_HANDLER(h0)
{
    counts[0]++;
}
UINTR_HANDLER(h1)
{
    counts[1]++;
}
enum { ROUNDS = 1000 };
static void play(int i)
{
    check(uintr_register_handler(i ? (void *)h1 : (void *)h0, 0x1000), "register_handler");
    fds[i] = check(uintr_vector_fd(i, 0), "vector_fd");
    while (fds[!i] < 0)
        sched_yield();
    int index = check(uintr_register_sender(fds[!i], 0), "register_sender");
    _stui();
    for (int round = 1; round <= ROUNDS; round++) {
        if (i == 0)
            _senduipi(index);
        while (counts[i] < round) {
            /* With the flag clear between test and sleep nothing is taken in between. */
            _clui();
            if (counts[i] < round && uintr_wait(20000000, 0) == 0)
                puts("an interrupt was lost");
            _stui();
        }
        if (i == 1)
            _senduipi(index);
    }
}
static void *second(void *unused)
{
    play(1);
    return NULL;
}
int main(void)
{
    pthread_t t;
    pthread_create(&t, NULL, second, NULL);
    play(0);
    pthread_join(t, NULL);
    printf("%d %d\n", counts[0], counts[1]);
    return 0;
}
