// One thread rewrites code that another runs.
#include "machine.h"
#include <stdatomic.h>
static unsigned char *p;
static _Atomic int version, seen;
static void *f(void *a)
{
    long bad = 0;
    for (int i = 1; i <= 200; i++) {
        while (version < i)
            sched_yield();
        __builtin___clear_cache((char *)p, (char *)p + 8);
        if (((int (*)(void))p)() != i)
            bad++;
        seen = i;
    }
    return (void *)bad;
}
int main(void)
{
    void *r;
    p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_t t;
    pthread_create(&t, NULL, f, NULL);
    for (int i = 1; i <= 200; i++) {
        emit(p, i);
        __builtin___clear_cache((char *)p, (char *)p + 8);
        version = i;
        while (seen < i)
            sched_yield();
    }
    pthread_join(t, &r);
    SHOW((long)r);
    return 0;
}
