// siglongjmp out of handlers, again and again; a fault inside a handler; sigsetjmp without the mask.
#include "guest.h"
static sigjmp_buf back;
static volatile int count;
static void on(int n)
{
    count++;
    siglongjmp(back, n);
}
static volatile int inner;
static void fault(int n)
{
    inner++;
    *(volatile int *)8 = 1;
}
int main(void)
{
    signal(SIGSEGV, on);
    for (int i = 0; i < 500; i++)
        if (!sigsetjmp(back, 1))
            *(volatile int *)16 = i;
    SHOW(count);
    signal(SIGUSR1, fault);
    int r = sigsetjmp(back, 1);
    if (!r)
        raise(SIGUSR1);
    SHOW(r);
    SHOW(inner);
    sigset_t s;
    sigprocmask(0, NULL, &s);
    SHOW(sigismember(&s, SIGUSR1) + sigismember(&s, SIGSEGV));
    r = sigsetjmp(back, 0);
    if (!r)
        *(volatile int *)16 = 1;
    sigprocmask(0, NULL, &s);
    SHOW(sigismember(&s, SIGSEGV));
    return 0;
}
