// expect-status: -11
// Without an alternate stack a stack overflow kills, though there is a handler.
#include "guest.h"
static void on(int n)
{
    _exit(3);
}
static int eat(int n)
{
    volatile char a[4000];
    a[0] = n;
    return eat(n + 1) + a[0];
}
int main(void)
{
    struct rlimit r = {1 << 20, 1 << 20};
    signal(SIGSEGV, on);
    puts("eating");
    (void)r;
    return eat(0);
}
