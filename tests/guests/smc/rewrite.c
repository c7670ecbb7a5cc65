// reference: own
// Code written, run, rewritten and run again: through RWX pages, W^X flips, remapping, aliases.
#include "machine.h"
static int call(void *p)
{
    __builtin___clear_cache((char *)p, (char *)p + 16);
    return ((int (*)(void))p)();
}
static void *map(int prot, int flags, int fd)
{
    return mmap(NULL, 8192, prot, flags, fd, 0);
}
int main(void)
{
    long sum = 0;
    unsigned char *p = map(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    for (int i = 0; i < 300; i++) {
        emit(p, i);
        sum += call(p);
    }
    SHOW(sum);
    sum = 0;
    for (int i = 0; i < 300; i++) {
        emit(p + i % 50 * 16, i);
        sum += call(p + i % 50 * 16) + call(p);
    }
    SHOW(sum);
    p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    sum = 0;
    for (int i = 0; i < 50; i++) {
        mprotect(p, 4096, PROT_READ | PROT_WRITE);
        emit(p, i);
        mprotect(p, 4096, PROT_READ | PROT_EXEC);
        sum += call(p);
    }
    SHOW(sum);
    sum = 0;
    for (int i = 0; i < 30; i++) {
        munmap(p, 8192);
        p = mmap(p, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        emit(p, i * 3);
        mprotect(p, 4096, PROT_READ | PROT_EXEC);
        sum += call(p);
    }
    SHOW(sum);
    int fd = memfd_create("code", 0);
    ftruncate(fd, 8192);
    unsigned char *w = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd),
                  *x = map(PROT_READ | PROT_EXEC, MAP_SHARED, fd);
    sum = 0;
    for (int i = 0; i < 100; i++) {
        emit(w, i);
        sum += call(x);
    }
    SHOW(sum);
    unsigned char b[16];
    int q[2];
    pipe(q);
    p = map(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    emit(p, 1);
    sum = call(p);
    for (int i = 0; i < 50; i++) {
        size_t n = emit(b, i);
        write(q[1], b, n);
        read(q[0], p, n);
        sum += call(p);
    }
    SHOW(sum);
    unsigned char *m = mremap(p, 8192, 4 * 8192, MREMAP_MAYMOVE);
    SHOW(call(m));
    memmove(m + 4096, m, 16);
    SHOW(call(m + 4096));
    emit(m + 4090, 1234);
    if (sizeof(long) == 8) {
        unsigned char t[16];
        size_t n = emit(t, 77);
        memcpy(m + 8192 - n / 2 / 4 * 4, t, n);
        SHOW(call(m + 8192 - n / 2 / 4 * 4));
    }
    madvise(m, 4096, MADV_DONTNEED);
    emit(m, 55);
    SHOW(call(m));
    return 0;
}
