// One thread rewrites code that another runs.
#include "guest.h"
#include <stdatomic.h>
static unsigned char *p;
static _Atomic int version, seen;
#ifdef __x86_64__
static void emit(int v)
{
    p[0] = 0xb8;
    memcpy(p + 1, &v, 4);
    p[5] = 0xc3;
}
#else
static void emit(int v)
{
    uint32_t i[2] = {0x52800000 | (v & 0xffff) << 5, 0xd65f03c0};
    memcpy(p, i, 8);
    __builtin___clear_cache((char *)p, (char *)p + 8);
}
#endif
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
        emit(i);
        version = i;
        while (seen < i)
            sched_yield();
    }
    pthread_join(t, &r);
    SHOW((long)r);
    return 0;
}
