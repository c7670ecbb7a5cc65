#include "guest.h"
int main(void)
{
    char *start = (char *)syscall(SYS_brk, 0);
    char *grown = (char *)syscall(SYS_brk, start + 100000);
    SHOW(grown - start);
    int sum = 0;
    for (int i = 0; i < 100000; i++)
        sum += start[i];
    SHOW(sum);
    memset(start, 7, 100000);
    SHOW((char *)syscall(SYS_brk, start + 10) - start);
    SHOW(start[9]);
    SHOW((char *)syscall(SYS_brk, start + 100000) - start);
    SHOW(start[9]);
    SHOW(start[50000]);
    SHOW((char *)syscall(SYS_brk, 1) - start);
    SHOW((char *)syscall(SYS_brk, -1L) - start);
    SHOW((char *)syscall(SYS_brk, start) - start);
    return 0;
}
