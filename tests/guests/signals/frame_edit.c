// A handler reads and changes the registers of the interrupted code.
#include "guest.h"
#include <ucontext.h>
static volatile int seen;
#ifdef __x86_64__
static void on(int n, siginfo_t *i, void *c)
{
    greg_t *g = ((ucontext_t *)c)->uc_mcontext.gregs;
    seen = g[REG_RBX] == 0x1111 && g[REG_R12] == 0x2222 && g[REG_RAX] == 0x3333 &&
           g[REG_R8] == 0x4444 && (g[REG_EFL] & 1);
    g[REG_RBX] = 0xaaaa;
    g[REG_R12] = 0xbbbb;
    g[REG_RAX] = 0xcccc;
    g[REG_R8] = 0xdddd;
    g[REG_EFL] &= ~1l;
    g[REG_RIP] += 2;
}
static long run(void)
{
    long b, r12, ax, r8, carry;
    __asm__ volatile(
        "mov $0x1111, %%rbx; mov $0x2222, %%r12; mov $0x3333, %%rax; mov $0x4444, %%r8; stc; ud2; "
        "mov %%rbx, %0; mov %%r12, %1; mov %%rax, %2; mov %%r8, %3; sbb %4, %4"
        : "=&m"(b), "=&m"(r12), "=&m"(ax), "=&m"(r8), "=&r"(carry)
        :
        : "rbx", "r12", "rax", "r8", "cc");
    return b == 0xaaaa && r12 == 0xbbbb && ax == 0xcccc && r8 == 0xdddd && !carry;
}
#else
static void on(int n, siginfo_t *i, void *c)
{
    mcontext_t *m = &((ucontext_t *)c)->uc_mcontext;
    seen = m->regs[9] == 0x1111 && m->regs[22] == 0x2222 && m->regs[0] == 0x3333 &&
           m->regs[30] == 0x4444 && (m->pstate & 0x20000000);
    m->regs[9] = 0xaaaa;
    m->regs[22] = 0xbbbb;
    m->regs[0] = 0xcccc;
    m->regs[30] = 0xdddd;
    m->pstate &= ~0x20000000ull;
    m->pc += 4;
}
static long run(void)
{
    long a, b, c, d, carry;
    __asm__ volatile(
        "mov x9, #0x1111; mov x22, #0x2222; mov x0, #0x3333; mov x30, #0x4444; cmp x0, x0; .inst "
        "0; cset %4, cs; str x9, %0; str x22, %1; str x0, %2; str x30, %3"
        : "=m"(a), "=m"(b), "=m"(c), "=m"(d), "=&r"(carry)
        :
        : "x9", "x22", "x0", "x30", "cc", "memory");
    return a == 0xaaaa && b == 0xbbbb && c == 0xcccc && d == 0xdddd && !carry;
}
#endif
int main(void)
{
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &a, NULL);
    SHOW(run());
    SHOW(seen);
    return 0;
}
