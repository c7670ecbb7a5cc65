#include "trace.h"

/* Single steps, and a breakpoint written into code that has already run. */

extern char first[], last[];
static volatile int calls;

__attribute__((noinline)) static int target(int x)
{
    calls++;
    return x * 3;
}

__attribute__((noinline)) static void nops(void)
{
    __asm__ volatile(".globl first, last\nfirst: nop\nnop\nnop\nnop\nlast: nop\n");
}

static void handler(int signo)
{
    calls += 100;
}

static void poke(pid_t child, void *where, long value)
{
    MUST(ptrace(PTRACE_POKETEXT, child, where, (void *)value) == 0);
}

int main(void)
{
    long old, patched;
    int status, count = 0;
    pid_t child = traced_child();

    if (!child) {
        int sum;

        signal(SIGUSR1, handler);
        target(1);
        nops();
        raise(SIGTRAP);
        sum = target(2);
        nops();
        raise(SIGUSR1);
        _exit(sum + calls);
    }
    await(child);
    MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
    await(child); /* SIGTRAP of its own */
    void *entry = entry_of(target);
    old = ptrace(PTRACE_PEEKTEXT, child, entry, 0);
    patched = with_break(old);
    poke(child, entry, patched);
    MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
    await(child);
    SHOW(get_register(child, PC_AT) - AFTER_BREAK == (long)entry);
    set_register(child, PC_AT, (long)entry);
    poke(child, entry, old);
    MUST(ptrace(PTRACE_SINGLESTEP, child, 0, 0) == 0);
    await(child);
    SHOW(get_register(child, PC_AT) != (long)entry);
    /* Step until the nops have been gone through one by one. */
    for (int n = 0; n < 20000; n++) {
        long pc;

        MUST(ptrace(PTRACE_SINGLESTEP, child, 0, 0) == 0);
        MUST(waitpid(child, &status, 0) == child);
        MUST(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
        pc = get_register(child, PC_AT);
        if (pc >= (long)first && pc < (long)last)
            count++;
        if (pc == (long)last)
            break;
    }
    SHOW(count);
    MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
    await(child);
    MUST(ptrace(PTRACE_SINGLESTEP, child, 0, (void *)SIGUSR1) == 0);
    await(child); /* at the handler's first instruction */
    SHOW(get_register(child, PC_AT) == CODE(handler));
    MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
    await(child);
    return 0;
}
