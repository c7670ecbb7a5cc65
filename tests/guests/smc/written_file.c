// Code in a shared file mapping, replaced by writing to the file.
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
    int fd = memfd_create("code", 0);
    ftruncate(fd, 8192);
    unsigned char *x = map(PROT_READ | PROT_EXEC, MAP_SHARED, fd);
    long sum;
    sum = 0;
    unsigned char b[16];
    for (int i = 0; i < 50; i++) {
        size_t n = emit(b, i + 7);
        pwrite(fd, b, n, 0);
        sum += call(x);
    }
    SHOW(sum);
    return 0;
}
