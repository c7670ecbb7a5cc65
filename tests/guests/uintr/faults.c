// arch: x86_64
// SENDUIPI without a table is SIGILL, of an unused index SIGSEGV; each with code, address and PC.
#include "guest.h"
#include <ucontext.h>
#include "uintr/uintr.h"
static volatile int signo, code;
static volatile uintptr_t addr, pc;
extern char at_send[];
static void on(int n, siginfo_t *i, void *c)
{
    greg_t *g = ((ucontext_t *)c)->uc_mcontext.gregs;
    signo = n;
    code = i->si_code;
    addr = (uintptr_t)i->si_addr;
    pc = g[REG_RIP];
    printf("trap %d ", (int)g[REG_TRAPNO]);
    g[REG_RIP] += 4;
}
__attribute__((noinline)) static void send_(uint64_t index)
{
    signo = 0;
    __asm__ volatile("at_send: .byte 0xf3,0x0f,0xc7,0xf0" ::"a"(index) : "memory");
}
static void show(const char *what, uint64_t index)
{
    send_(index);
    if (signo == 0)
        printf("%s: no fault\n", what);
    else
        printf("%s: signal %d code %d address %s pc %s\n", what, signo, code,
               addr == 0                    ? "zero"
               : addr == (uintptr_t)at_send ? "instruction"
                                            : "other",
               pc == (uintptr_t)at_send ? "right" : "wrong");
}
static volatile int count;
UINTR_HANDLER(h)
{
    count++;
}
int main(void)
{
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    int index;

    sigaction(SIGILL, &a, NULL);
    sigaction(SIGSEGV, &a, NULL);
    show("no table", 0);
    check(uintr_register_handler(h, 0), "register_handler");
    show("a handler but no table", 0);
    index = check(uintr_register_self(0, 0), "register_self");
    _stui();
    show("in use", index);
    show("unused", 1);
    show("255", 255);
    show("256", 256);
    show("high bits", (1ull << 32) | index);
    show("all ones", -1ull);
    check(uintr_unregister_sender(index, 0), "unregister_sender");
    show("unregistered", index);
    index = check(uintr_register_self(0, 0), "register_self");
    show("registered again", index);
    check(uintr_unregister_handler(0), "unregister_handler");
    show("no handler any more", index);
    SHOW(count);
    check(uintr_register_handler(h, 0), "register_handler");
    SHOW(count);
    return 0;
}
