// Code in a private mapping of a file, replaced by writing to the file: seen while no store made a copy.
#include "machine.h"
static int call(void *p)
{
    __builtin___clear_cache((char *)p, (char *)p + 16);
    return ((int (*)(void))p)();
}
int main(void)
{
    int fd = memfd_create("code", 0);
    MUST(fd >= 0 && ftruncate(fd, 8192) == 0);
    unsigned char code[32];
    MUST(pwrite(fd, code, emit(code, 1), 0) > 0);
    void *x = mmap(NULL, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    MUST(x != MAP_FAILED);
    long sum = 0;
    for (int i = 0; i < 50; i++) {
        MUST(pwrite(fd, code, emit(code, i + 7), 0) > 0);
        sum += call(x);
    }
    SHOW(sum);
    MUST(mprotect(x, 8192, PROT_READ | PROT_WRITE) == 0);
    emit(x, 5);
    MUST(mprotect(x, 8192, PROT_READ | PROT_EXEC) == 0);
    SHOW(call(x));
    MUST(pwrite(fd, code, emit(code, 9), 0) > 0);
    SHOW(call(x));
    return 0;
}
