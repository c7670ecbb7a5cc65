// arch: arm
// The functions that the kernel has at fixed addresses for older processors.
#include "guest.h"
#define VERSION (*(int *)0xffff0ffc)
#define GET_TLS ((void *(*)(void))0xffff0fe0)
#define CMPXCHG ((int (*)(int, int, volatile int *))0xffff0fc0)
#define BARRIER ((void (*)(void))0xffff0fa0)
#define CMPXCHG64 ((int (*)(const int64_t *, const int64_t *, volatile int64_t *))0xffff0f60)
static volatile int counter;
static volatile int64_t wide;
static void *count(void *a)
{
    for (int i = 0; i < 20000; i++) {
        int old;
        int64_t now, next;
        do
            old = counter;
        while (CMPXCHG(old, old + 1, &counter));
        do
            now = wide, next = now + 0x100000001;
        while (CMPXCHG64(&now, &next, &wide));
        BARRIER();
    }
    void *tp;
    __asm__("mrc p15, 0, %0, c13, c0, 3" : "=r"(tp));
    return (void *)(long)(tp == GET_TLS());
}
int main(void)
{
    pthread_t t[4];
    void *same;
    SHOW(VERSION >= 5);
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, count, NULL);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], &same);
        SHOW((long)same);
    }
    SHOW(counter);
    SHOW(wide == 80000 * 0x100000001);
    SHOW(CMPXCHG(1, 2, &counter) != 0);
    return 0;
}
