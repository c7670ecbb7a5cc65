// A handler reads and changes the registers of the interrupted code.
#include "machine.h"
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
#elif defined __aarch64__
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
#else
#if defined __i386__
#define REG(m, name) (m)->gregs[R_##name]
enum { R_A = REG_EBX, R_B = REG_ESI, R_C = REG_EAX, R_D = REG_EDI };
#define SET "mov $0x1111, %%ebx; mov $0x2222, %%esi; mov $0x3333, %%eax; mov $0x4444, %%edi; "
#define GET "; mov %%ebx, (%0); mov %%esi, 4(%0); mov %%eax, 8(%0); mov %%edi, 12(%0)"
#define CHANGED "ebx", "esi", "eax", "edi"
#elif defined __arm__
#define REG(m, name) (&(m)->arm_r0)[R_##name]
enum { R_A = 4, R_B = 8, R_C = 0, R_D = 14 };
#define SET "movw r4, #0x1111; movw r8, #0x2222; movw r0, #0x3333; movw lr, #0x4444; "
#define GET "; str r4, [%0]; str r8, [%0, #4]; str r0, [%0, #8]; str lr, [%0, #12]"
#define CHANGED "r4", "r8", "r0", "lr"
#elif defined __riscv && __riscv_xlen == 32
#define REG(m, name) (m)->__gregs[R_##name]
enum { R_A = 9, R_B = 18, R_C = 10, R_D = 1 };
#define SET "li s1, 0x1111; li s2, 0x2222; li a0, 0x3333; li ra, 0x4444; "
#define GET "; sw s1, 0(%0); sw s2, 4(%0); sw a0, 8(%0); sw ra, 12(%0)"
#define CHANGED "s1", "s2", "a0", "ra"
#elif defined __riscv
#define REG(m, name) (m)->__gregs[R_##name]
enum { R_A = 9, R_B = 18, R_C = 10, R_D = 1 };
#define SET "li s1, 0x1111; li s2, 0x2222; li a0, 0x3333; li ra, 0x4444; "
#define GET "; sd s1, 0(%0); sd s2, 8(%0); sd a0, 16(%0); sd ra, 24(%0)"
#define CHANGED "s1", "s2", "a0", "ra"
#elif defined __powerpc64__
#define REG(m, name) (m)->gp_regs[R_##name]
enum { R_A = 20, R_B = 7, R_C = 0, R_D = 36 /* lr */ };
#define SET "li 20, 0x1111; li 7, 0x2222; li 0, 0x4444; mtlr 0; li 0, 0x3333; "
#define GET "; std 20, 0(%0); std 7, 8(%0); std 0, 16(%0); mflr 0; std 0, 24(%0)"
#define CHANGED "r20", "r7", "r0", "lr"
#elif defined __powerpc__
#define REG(m, name) (m)->gregs[R_##name]
enum { R_A = 20, R_B = 7, R_C = 0, R_D = 36 /* lr */ };
#define SET "li 20, 0x1111; li 7, 0x2222; li 0, 0x4444; mtlr 0; li 0, 0x3333; "
#define GET "; stw 20, 0(%0); stw 7, 4(%0); stw 0, 8(%0); mflr 0; stw 0, 12(%0)"
#define CHANGED "r20", "r7", "r0", "lr"
#elif defined __s390x__
#define REG(m, name) (m)->gregs[R_##name]
enum { R_A = 1, R_B = 10, R_C = 2, R_D = 14 };
#define SET "lghi 1, 0x1111; lghi 10, 0x2222; lghi 2, 0x3333; lghi 14, 0x4444; "
#define GET "; stg 1, 0(%0); stg 10, 8(%0); stg 2, 16(%0); stg 14, 24(%0)"
#define CHANGED "r1", "r10", "r2", "r14"
#elif defined __mc68000__
#define REG(m, name) (m)->gregs[R_##name]
enum { R_A = 3, R_B = 7, R_C = 10, R_D = 11 };
#define SET "move.l #0x1111, %%d3; move.l #0x2222, %%d7; move.l #0x3333, %%a2; move.l #0x4444, %%a3; "
#define GET "; move.l %%d3, (%0); move.l %%d7, 4(%0); move.l %%a2, 8(%0); move.l %%a3, 12(%0)"
#define CHANGED "d3", "d7", "a2", "a3"
#elif defined __mips__
#define REG(m, name) (m)->gregs[R_##name]
enum { R_A = 12, R_B = 18, R_C = 2, R_D = 31 };
#define SET "li $12, 0x1111; li $18, 0x2222; li $2, 0x3333; li $31, 0x4444; "
#if __SIZEOF_LONG__ == 8
#define GET "; sd $12, 0(%0); sd $18, 8(%0); sd $2, 16(%0); sd $31, 24(%0)"
#else
#define GET "; sw $12, 0(%0); sw $18, 4(%0); sw $2, 8(%0); sw $31, 12(%0)"
#endif
#define CHANGED "$12", "$18", "$2", "$31"
#elif defined __sparc__
#define REG(m, name)                                                                               \
    ((unsigned long *)((char *)(m) - __builtin_offsetof(ucontext_t, uc_mcontext)))[FIRST + R_##name]
enum { R_A = 4, R_B = 11, R_C = 1, R_D = 13 };
#define SET "set 0x1111, %%g4; set 0x2222, %%o3; set 0x3333, %%g1; set 0x4444, %%o5; "
#ifdef __arch64__
#define FIRST 16
#define GET "; stx %%g4, [%0]; stx %%o3, [%0 + 8]; stx %%g1, [%0 + 16]; stx %%o5, [%0 + 24]"
#else
#define FIRST 4
#define GET "; st %%g4, [%0]; st %%o3, [%0 + 4]; st %%g1, [%0 + 8]; st %%o5, [%0 + 12]"
#endif
#define CHANGED "g4", "o3", "g1", "o5"
#endif
static void on(int n, siginfo_t *i, void *c)
{
    mcontext_t *m = &((ucontext_t *)c)->uc_mcontext;
    seen = REG(m, A) == 0x1111 && REG(m, B) == 0x2222 && REG(m, C) == 0x3333 && REG(m, D) == 0x4444;
    REG(m, A) = 0xaaaa;
    REG(m, B) = 0xbbbb;
    REG(m, C) = 0xcccc;
    REG(m, D) = 0xdddd;
    RESUME((ucontext_t *)c, PC((ucontext_t *)c) + UNDEFINED_SIZE - AFTER_UNDEFINED);
}
static long run(void)
{
    long v[4];
    register long *at = v;
    __asm__ volatile(SET UNDEFINED GET : : ADDRESS(at) : CHANGED, "memory");
    return v[0] == 0xaaaa && v[1] == 0xbbbb && v[2] == 0xcccc && v[3] == 0xdddd;
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
