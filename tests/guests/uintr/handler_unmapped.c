// arch: x86_64
// A handler at an unmapped address: the interrupt is taken, and fetching it faults there.
#include "guest.h"
#include <ucontext.h>
#include "uintr/uintr.h"
static char alt[65536];
static void on(int n, siginfo_t *i, void *c)
{
    ucontext_t *u = c;
    uint64_t *frame = (uint64_t *)u->uc_mcontext.gregs[REG_RSP];
    printf("signal %d code %d address %lx pc %llx vector %llu flag %d\n", n, i->si_code,
           (long)i->si_addr, (long long)u->uc_mcontext.gregs[REG_RIP], (long long)frame[0],
           _testui());
    _exit(0);
}
int main(void)
{
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    stack_t s = {.ss_sp = alt, .ss_size = sizeof alt};

    sigaltstack(&s, NULL);
    sigaction(SIGSEGV, &a, NULL);
    check(uintr_register_handler((void *)0x1234000, 0), "register_handler");
    int index = check(uintr_register_self(21, 0), "register_self");
    _stui();
    _senduipi(index);
    for (;;)
        ;
}
