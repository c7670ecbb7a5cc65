// Synchronous faults: signal, si_code, si_addr and PC of each, and resuming behind the instruction.
#include "machine.h"
static volatile uintptr_t pc, addr;
static volatile int signo, code, count;
static volatile uintptr_t resume;
static void on(int n, siginfo_t *i, void *c)
{
    ucontext_t *u = c;
    signo = n;
    code = i->si_code;
    addr = (uintptr_t)i->si_addr;
    pc = PC(u);
    count++;
    RESUME(u, resume);
}
extern char at_load[], at_store[], at_undefined[], at_trap[], after_load[], after_store[],
    after_undefined[], after_trap[];
#define BLOCK(name, insn)                                                                          \
    __asm__ volatile(".globl at_" name ", after_" name "\n at_" name ": " insn "\n after_" name    \
                     ":"                                                                           \
                     :                                                                             \
                     : ADDRESS(where)                                                                \
                     : SCRATCH, "memory")
static void show(const char *what, char *at, uintptr_t where)
{
    if (signo == SIGILL)
        printf("%s: signal %d code %s", what, usual(signo), code == ILL_CODE ? "right" : "wrong");
    else
        printf("%s: signal %d code %d", what, usual(signo), code);
    if (signo == SIGSEGV || signo == SIGBUS)
        printf(" address %s", addr == where ? "right" : "wrong");
    else if (signo == SIGILL)
        printf(" address %s", addr == (ILL_CODE == SI_KERNEL ? 0 : (uintptr_t)at) ? "right" : "wrong");
    printf(" pc %+ld\n", (long)(pc - (uintptr_t)at) - (signo == SIGILL ? AFTER_UNDEFINED : 0));
}
int main(void)
{
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    int all[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    for (int i = 0; i < 5; i++)
        sigaction(all[i], &a, NULL);
    char *ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
         *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uintptr_t where;
    where = 0x10;
    resume = (uintptr_t)after_load;
    BLOCK("load", LOAD);
    show("load from nowhere", at_load, where);
    where = (uintptr_t)ro + 40;
    resume = (uintptr_t)after_store;
    BLOCK("store", STORE);
    show("store to read-only", at_store, where);
    where = 0;
    resume = (uintptr_t)after_undefined;
    BLOCK("undefined", UNDEFINED);
    show("undefined", at_undefined, 0);
    resume = (uintptr_t)after_trap;
    BLOCK("trap", TRAP);
    printf("breakpoint: signal %s code %s\n", signo == TRAP_SIGNAL ? "right" : "wrong",
           code == TRAP_CODE ? "right" : "wrong");
    where = (uintptr_t)none;
#ifdef __x86_64__
    extern char at_div[], after_div[], at_gp[], after_gp[], at_nc[], after_nc[];
    resume = (uintptr_t)after_div;
    __asm__ volatile(
        "xor %%edx, %%edx; mov $1, %%eax; xor %%ecx, %%ecx\n at_div: div %%ecx\n after_div:" ::
            : "rax", "rcx", "rdx");
    printf("x86 divide: signal %d code %d pc %ld address %d\n", signo, code,
           (long)(pc - (uintptr_t)at_div), addr == (uintptr_t)at_div);
    resume = (uintptr_t)after_gp;
    __asm__ volatile("at_gp: hlt\n after_gp:");
    printf("x86 privileged: signal %d code %d pc %ld address %ld\n", signo, code,
           (long)(pc - (uintptr_t)at_gp), (long)addr);
    resume = (uintptr_t)after_nc;
    __asm__ volatile("movabs $0x8000000000000000, %%rax\n at_nc: mov (%%rax), %%eax\n after_nc:" ::
                         : "rax");
    printf("x86 non-canonical: signal %d code %d pc %ld address %ld\n", signo, code,
           (long)(pc - (uintptr_t)at_nc), (long)addr);
#else
    printf("x86 divide: signal 8 code 1 pc 0 address 1\nx86 privileged: signal 11 code 128 pc 0 "
           "address 0\nx86 non-canonical: signal 11 code 128 pc 0 address 0\n");
#endif
    SHOW(count >= 4);
    return 0;
}
