// A stack that grows by megabytes as it is used, and alloca beyond the mapped part.
#include "guest.h"
static int deep(int n, volatile char *up)
{
    volatile char a[1000];
    a[0] = n;
    return n ? deep(n - 1, a) + (a[0] == (char)n) : up[0] == 1;
}
int main(void)
{
    SHOW(deep(5000, ""));
    char *big = __builtin_alloca(3 << 20);
    big[0] = 1;
    big[(3 << 20) - 1] = 2;
    SHOW(big[0] + big[(3 << 20) - 1]);
    return 0;
}
