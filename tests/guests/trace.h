/* What the guests that trace others share. */
#ifndef TRACE_H
#define TRACE_H

#include "guest.h"
#include <elf.h>
#include <sys/ptrace.h>

/*
 * In words of NT_PRSTATUS: PC, the result of a call and its first argument. BREAK is a breakpoint's
 * code, AFTER_BREAK how far PC is then from it.
 */
#define AFTER_BREAK 0
#ifdef __mips64
typedef uint64_t reg_t; /* in any ABI */
#else
typedef unsigned long reg_t;
#endif
#if defined __x86_64__
#define PC_AT 16
#define RESULT_AT 10
#define ARGUMENT_AT 14
#define BREAK (unsigned char)0xcc
#undef AFTER_BREAK
#define AFTER_BREAK 1
#elif defined __i386__
#define PC_AT 12
#define RESULT_AT 6
#define ARGUMENT_AT 0
#define BREAK (unsigned char)0xcc
#undef AFTER_BREAK
#define AFTER_BREAK 1
#elif defined __arm__
#define PC_AT 15
#define RESULT_AT 0
#define ARGUMENT_AT 0
#ifdef __thumb__
#define BREAK (uint16_t)0xde01
#elif defined __ARMEB__
#define BREAK (uint32_t)0xf001f0e7 /* instructions are little-endian on any */
#else
#define BREAK (uint32_t)0xe7f001f0
#endif
#elif defined __aarch64__
#define PC_AT 32
#define RESULT_AT 0
#define ARGUMENT_AT 0
#ifdef __AARCH64EB__
#define BREAK (uint32_t)0x20d4 /* instructions are little-endian on any */
#else
#define BREAK (uint32_t)0xd4200000
#endif
#elif defined __riscv
#define PC_AT 0
#define RESULT_AT 10
#define ARGUMENT_AT 10
#define BREAK (uint32_t)0x100073
#elif defined __powerpc__
#define PC_AT 32
#define RESULT_AT 3
#define ARGUMENT_AT 3
#define BREAK (uint32_t)0x7fe00008
#elif defined __s390x__
#define PC_AT 1
#define RESULT_AT 4
#define ARGUMENT_AT 26
#define BREAK (uint16_t)1
#undef AFTER_BREAK
#define AFTER_BREAK 2
#elif defined __mc68000__
#define PC_AT 18
#define RESULT_AT 14
#define ARGUMENT_AT 0
#define BREAK (uint16_t)0x4e4f
#undef AFTER_BREAK
#define AFTER_BREAK 2
#elif defined __mips64
#define PC_AT 34
#define RESULT_AT 2
#define ARGUMENT_AT 4
#define BREAK (uint32_t)13
#elif defined __mips__
#define PC_AT 40
#define RESULT_AT 8
#define ARGUMENT_AT 10
#define BREAK (uint32_t)13
#elif defined __sparc__
#define PC_AT 33
#define RESULT_AT 8
#define ARGUMENT_AT 8
#define BREAK (uint32_t)0x91d02001
#endif

#define EVENT(status) ((status) >> 16)

/* Prints what wait4 said. */
static inline void describe(int status)
{
    if (WIFEXITED(status))
        printf("exited with %d\n", WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf("killed by %d\n", usual(WTERMSIG(status)));
    else if (WIFCONTINUED(status))
        printf("continued\n");
    else if (status >> 16)
        printf("stopped: signal %d, event %d\n", usual(WSTOPSIG(status)), EVENT(status));
    else
        printf("stopped: signal %d%s\n", usual(WSTOPSIG(status) & 0x7f),
               WSTOPSIG(status) & 0x80 ? " (system call)" : "");
}

/* Waits for one thread and prints what it reports. */
static inline int await(pid_t pid)
{
    int status = 0;

    MUST(waitpid(pid, &status, __WALL) == pid);
    describe(status);
    return status;
}

/* A child that is traced, stopped by SIGSTOP before it runs what follows. */
static inline pid_t traced_child(void)
{
    pid_t child = fork();

    if (!child) {
        MUST(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
        raise(SIGSTOP);
    }
    return child;
}

/* Where a function's code is. */
#ifdef __thumb__
#define CODE(function) ((long)(function) & ~1L)
#else
#define CODE(function) ((long)(function))
#endif

/* Where a call of a function from its own module goes: ELFv2 has a second entry behind the first. */
static inline void *entry_of(void *function)
{
#ifdef __powerpc64__
    if (*(uint32_t *)function >> 16 == 0x3c4c) /* addis 2, 12, ... */
        return (char *)function + 8;
#endif
    return (void *)CODE(function);
}

/* A word of code that begins with a breakpoint. */
static inline long with_break(long word)
{
    __typeof__(BREAK) code = BREAK;

    memcpy(&word, &code, sizeof code);
    return word;
}

static inline long get_register(pid_t pid, int word)
{
    reg_t registers[64] = {0};
    struct iovec room = {registers, sizeof registers};

    MUST(ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &room) == 0);
    return registers[word];
}

static inline void set_register(pid_t pid, int word, long value)
{
    reg_t registers[64] = {0};
    struct iovec room = {registers, sizeof registers};

    MUST(ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &room) == 0);
    registers[word] = value;
    MUST(ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &room) == 0);
}

#endif
