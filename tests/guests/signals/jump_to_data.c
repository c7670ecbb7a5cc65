// xfail-sparc64: the data of its programs is executable
// xfail-sparc32plus: the data of its programs is executable
// Jumping to what cannot be executed: null, data, the stack, unmapped memory.
// flags: -Wl,-z,noexecstack
#include "machine.h"
static sigjmp_buf back;
static volatile uintptr_t addr, pc;
static volatile int code;
static void on(int n, siginfo_t *i, void *c)
{
    ucontext_t *u = c;
    code = i->si_code;
    addr = (uintptr_t)i->si_addr;
    pc = PC(u);
    siglongjmp(back, n);
}
static int data[64] = {0};
static void jump(const char *what, void *to)
{
    int n = sigsetjmp(back, 1);
    if (!n)
        ((void (*)(void))to)();
    printf("%s: signal %d code %d address %s pc %s\n", what, n, code,
           addr == (uintptr_t)to ? "right" : "wrong", pc == (uintptr_t)to ? "right" : "wrong");
}
int main(void)
{
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &a, NULL);
    sigaction(SIGILL, &a, NULL);
    sigaction(SIGBUS, &a, NULL);
    int local[16] __attribute__((aligned(16))) = {0};
    char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(m + 4096, 4096);
    jump("null", NULL);
    jump("data", data);
    jump("stack", local);
    jump("anonymous memory", m);
    jump("unmapped", m + 4096);
    jump("high", (void *)0x7ffffffff000);
    return 0;
}
