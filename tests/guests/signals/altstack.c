#include "guest.h"
static char stack[65536 * 2];
static volatile int where, flags;
static sigjmp_buf back;
static volatile int faults;
static void on(int n)
{
    char c;
    where = &c >= stack && &c < stack + sizeof stack;
    stack_t o;
    sigaltstack(NULL, &o);
    flags = o.ss_flags;
    if (n == SIGUSR2) {
        stack_t z = {.ss_flags = SS_DISABLE};
        int r = sigaltstack(&z, NULL);
        flags = r < 0 ? errno : 0;
    }
}
static void overflow(int n, siginfo_t *i, void *c)
{
    char x;
    where = &x >= stack && &x < stack + sizeof stack;
    faults++;
    siglongjmp(back, i->si_code);
}
static int eat(int n)
{
    volatile char a[4000];
    a[0] = n;
    return eat(n + 1) + a[0];
}
int main(void)
{
    stack_t s = {.ss_sp = stack, .ss_size = sizeof stack}, o;
    struct sigaction a = {.sa_handler = on};
    TRY(sigaltstack(NULL, &o));
    SHOW(o.ss_flags == SS_DISABLE);
    TRY(sigaltstack(&s, NULL));
    TRY(sigaltstack(NULL, &o));
    SHOW(o.ss_flags);
    SHOW(o.ss_size);
    sigaction(SIGUSR1, &a, NULL);
    raise(SIGUSR1);
    SHOW(where);
    a.sa_flags = SA_ONSTACK;
    sigaction(SIGUSR1, &a, NULL);
    raise(SIGUSR1);
    SHOW(where);
    SHOW(flags == SS_ONSTACK);
    sigaction(SIGUSR2, &a, NULL);
    raise(SIGUSR2);
    puts(error_name(flags));
    TRY(sigaltstack(NULL, &o));
    SHOW(o.ss_flags);
    a.sa_sigaction = overflow;
    a.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGSEGV, &a, NULL);
    for (int i = 0; i < 3; i++) {
        int c = sigsetjmp(back, 1);
        if (!c)
            eat(0);
        printf("overflow: code %d on the alternate stack %d\n", c, where);
    }
    SHOW(faults);
    s.ss_size = 100;
    TRY(syscall(SYS_sigaltstack, &s, NULL));
    s.ss_flags = 99;
    TRY(syscall(SYS_sigaltstack, &s, NULL));
    TRY(syscall(SYS_sigaltstack, 16, NULL));
    s.ss_flags = SS_DISABLE;
    TRY(sigaltstack(&s, &o));
    SHOW(o.ss_flags);
    TRY(sigaltstack(NULL, &o));
    SHOW(o.ss_flags == SS_DISABLE);
    SHOW(o.ss_size);
    return 0;
}
