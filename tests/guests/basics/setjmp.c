#include "guest.h"
static jmp_buf buf;
static void thrower(int n)
{
    if (n)
        thrower(n - 1);
    longjmp(buf, 7);
}
int main(void)
{
    volatile int tries = 0;
    int r = setjmp(buf);
    printf("setjmp returned %d\n", r);
    if (tries++ < 3)
        thrower(tries);
    return 0;
}
