// expect-status: -4
// A thread's undefined instruction kills the whole process.
#include "machine.h"
static void *f(void *a)
{
    puts("executing");
    __asm__ volatile(UNDEFINED);
    return NULL;
}
int main(void)
{
    pthread_t t;
    pthread_create(&t, NULL, f, NULL);
    for (;;)
        pause();
}
