// expect-status: -11
// A fault whose signal is blocked kills although there is a handler.
#include "guest.h"
static void on(int n)
{
    _exit(3);
}
int main(void)
{
    signal(SIGSEGV, on);
    sigset_t s;
    sigfillset(&s);
    sigprocmask(SIG_BLOCK, &s, NULL);
    puts("storing");
    *(volatile int *)8 = 1;
    return 0;
}
