/* What the guests that trace others share. */
#ifndef TRACE_H
#define TRACE_H

#include "guest.h"
#include <elf.h>
#include <sys/ptrace.h>

#ifdef __x86_64__
#define PC_AT 16 /* in words of NT_PRSTATUS */
#define RESULT_AT 10
#define ARGUMENT_AT 14
#define BREAK_SIZE 1
#define AFTER_BREAK 1
#else
#define PC_AT 32
#define RESULT_AT 0
#define ARGUMENT_AT 0
#define BREAK_SIZE 4
#define AFTER_BREAK 0
#endif

#define EVENT(status) ((status) >> 16)

/* Prints what wait4 said. */
static inline void describe(int status)
{
    if (WIFEXITED(status))
        printf("exited with %d\n", WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf("killed by %d\n", WTERMSIG(status));
    else if (WIFCONTINUED(status))
        printf("continued\n");
    else if (status >> 16)
        printf("stopped: signal %d, event %d\n", WSTOPSIG(status), EVENT(status));
    else
        printf("stopped: signal %d%s\n", WSTOPSIG(status) & 0x7f,
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

static inline long get_register(pid_t pid, int word)
{
    unsigned long registers[34] = {0};
    struct iovec room = {registers, sizeof registers};

    MUST(ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &room) == 0);
    return registers[word];
}

static inline void set_register(pid_t pid, int word, long value)
{
    unsigned long registers[34] = {0};
    struct iovec room = {registers, sizeof registers};

    MUST(ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &room) == 0);
    registers[word] = value;
    MUST(ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &room) == 0);
}

#endif
