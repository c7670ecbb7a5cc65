// expect-status: -4
// A thread's undefined instruction kills the whole process.
#include "guest.h"
static void *f(void *a)
{
    puts("executing");
#ifdef __x86_64__
    __asm__ volatile("ud2");
#else
    __asm__ volatile(".inst 0");
#endif
    return NULL;
}
int main(void)
{
    pthread_t t;
    pthread_create(&t, NULL, f, NULL);
    for (;;)
        pause();
}
