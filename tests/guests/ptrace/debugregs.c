// arch: aarch64
#include "trace.h"
#include <asm/ptrace.h>

/* Hardware watchpoints and breakpoints: a store is stopped before it is done. */

#define ENABLED 1
#define EL0 4
#define LOAD 8
#define STORE 16
#define SELECT(mask) ((mask) << 5)

static struct {
    int before, word;
    long other;
} watched __attribute__((aligned(16)));

__attribute__((noinline)) static void target(int x)
{
    watched.before += x;
}

static int request(pid_t child, int what, int note, struct user_hwdebug_state *state, size_t size)
{
    struct iovec room = {state, size};

    return ptrace(what, child, (void *)(long)note, &room);
}

static int control(pid_t child, int note, int slot, void *where, unsigned word)
{
    struct user_hwdebug_state state = {0};

    state.dbg_regs[slot].addr = (long)where;
    state.dbg_regs[slot].ctrl = word;
    return request(child, PTRACE_SETREGSET, note, &state, sizeof state);
}

static long peek(pid_t child, void *where)
{
    return ptrace(PTRACE_PEEKDATA, child, where, 0);
}

static void trapped(pid_t child)
{
    siginfo_t info;

    await(child);
    MUST(ptrace(PTRACE_GETSIGINFO, child, 0, &info) == 0);
    printf("code %d, at word %d, at target %d, at PC %d\n", info.si_code,
           info.si_addr == (void *)&watched.word, info.si_addr == (void *)target,
           info.si_addr == (void *)get_register(child, PC_AT));
    printf("word %ld\n", peek(child, &watched.word) & 0xffffffff);
}

int main(void)
{
    struct user_hwdebug_state state;
    pid_t child = traced_child();

    if (!child) {
        watched.before = 1;
        watched.other = 2;
        watched.word = 3;
        watched.before = 4;
        __atomic_fetch_add(&watched.word, 4, __ATOMIC_SEQ_CST);
        target(1);
        target(2);
        _exit(watched.before + watched.word);
    }
    await(child);
    MUST(request(child, PTRACE_GETREGSET, NT_ARM_HW_WATCH, &state, sizeof state) == 0);
    SHOW(state.dbg_info >> 8);
    SHOW((state.dbg_info & 0xff) > 0);
    TRY(control(child, NT_ARM_HW_WATCH, 0, &watched, ENABLED | EL0 | LOAD | SELECT(0xf0)));
    TRY(control(child, NT_ARM_HW_WATCH, 0, &watched, ENABLED | EL0 | STORE));
    TRY(control(child, NT_ARM_HW_WATCH, 0, &watched, ENABLED | EL0 | STORE | SELECT(0xa0)));
    TRY(control(child, NT_ARM_HW_WATCH, 15, &watched, ENABLED | EL0 | STORE | SELECT(0xf0)));
    TRY(control(child, NT_ARM_HW_BREAK, 0, target, ENABLED | EL0 | STORE | SELECT(0xf)));
    for (int i = 0; i < 2; i++) {
        MUST(control(child, NT_ARM_HW_WATCH, 1, &watched, ENABLED | EL0 | STORE | SELECT(0xf0)) == 0);
        MUST(request(child, PTRACE_GETREGSET, NT_ARM_HW_WATCH, &state, sizeof state) == 0);
        SHOW(state.dbg_regs[1].addr == (long)&watched);
        SHOW(state.dbg_regs[1].ctrl);
        MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
        await(child);
        if (i) /* a store-exclusive that is stopped may be done or not */
            break;
        MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
        trapped(child); /* it is not done: it traps again */
        MUST(control(child, NT_ARM_HW_WATCH, 1, &watched, 0) == 0);
        MUST(ptrace(PTRACE_SINGLESTEP, child, 0, 0) == 0);
        await(child);
        printf("word %ld\n", peek(child, &watched.word) & 0xffffffff);
        printf("other %ld\n", peek(child, &watched.other));
    }
    MUST(control(child, NT_ARM_HW_WATCH, 1, &watched, 0) == 0);
    for (int i = 0; i < 2; i++) {
        MUST(control(child, NT_ARM_HW_BREAK, 2, target, ENABLED | EL0 | SELECT(0xf)) == 0);
        MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
        trapped(child);
        MUST(control(child, NT_ARM_HW_BREAK, 2, target, 0) == 0);
        MUST(ptrace(PTRACE_SINGLESTEP, child, 0, 0) == 0);
        await(child);
    }
    MUST(ptrace(PTRACE_CONT, child, 0, 0) == 0);
    await(child);
    return 0;
}
