/*
 * Intel user interrupts for the samples: the Linux system calls, and the instructions for compilers
 * that do not know them.
 *
 * With -muintr (gcc 11 and later, clang 12 and later) the compiler's own intrinsics and its
 * "interrupt" attribute are used. Without it the instructions are written as bytes and a handler
 * is an assembly entry that saves the registers and calls the C body.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SAMPLES_UINTR_H
#define SAMPLES_UINTR_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The numbers of the last public kernel; -uintr-abi selects older ones in the emulator. */
enum {
    NR_uintr_register_handler = 471,
    NR_uintr_unregister_handler,
    NR_uintr_vector_fd,
    NR_uintr_register_sender,
    NR_uintr_unregister_sender,
    NR_uintr_wait,
    NR_uintr_register_self,
    NR_uintr_alt_stack,
    NR_uintr_ipi_fd,
    NR_uintr_set_timer,
};

/* How a blocked receiver is woken: register_handler's flags. */
#define UINTR_HANDLER_FLAG_WAITING_RECEIVER 0x1000
#define UINTR_HANDLER_FLAG_WAITING_SENDER 0x2000
#define UINTR_HANDLER_FLAG_WAITING_ANY 0x3000

#define UIPI_SET_TARGET_TABLE 0x7500 /* ioctl of an ipi_fd */

#define uintr_register_handler(handler, flags) \
    syscall(NR_uintr_register_handler, (void *)(handler), (long)(flags))
#define uintr_unregister_handler(flags) syscall(NR_uintr_unregister_handler, (long)(flags))
#define uintr_vector_fd(vector, flags) syscall(NR_uintr_vector_fd, (long)(vector), (long)(flags))
#define uintr_register_sender(fd, flags) \
    syscall(NR_uintr_register_sender, (long)(fd), (long)(flags))
#define uintr_unregister_sender(index, flags) \
    syscall(NR_uintr_unregister_sender, (long)(index), (long)(flags))
#define uintr_wait(usec, flags) syscall(NR_uintr_wait, (long)(usec), (long)(flags))
#define uintr_register_self(vector, flags) \
    syscall(NR_uintr_register_self, (long)(vector), (long)(flags))
#define uintr_alt_stack(top, size, flags) \
    syscall(NR_uintr_alt_stack, (void *)(top), (long)(size), (long)(flags))
#define uintr_ipi_fd(flags) syscall(NR_uintr_ipi_fd, (long)(flags))
#define uintr_set_timer(deadline, vector, flags) \
    syscall(NR_uintr_set_timer, (long)(deadline), (long)(vector), (long)(flags))

#ifdef __clang__
/* Handlers here call only what leaves the vector registers alone. */
#pragma clang diagnostic ignored "-Wexcessive-regsave"
#endif

#ifdef __UINTR__
#include <x86gprintrin.h>

/*
 * Starts the definition of a handler; its body sees `frame` (rip, rflags, rsp of the interrupted
 * code) and `vector`. Only general registers are saved, so it must not touch floating point.
 */
#define UINTR_HANDLER(name)                                       \
    __attribute__((interrupt, target("general-regs-only"))) void \
    name(struct __uintr_frame *frame __attribute__((unused)),     \
         unsigned long long vector __attribute__((unused)))

#else

struct __uintr_frame {
    unsigned long long rip;
    unsigned long long rflags;
    unsigned long long rsp;
};

#define UINTR_HANDLER(name)                                                                    \
    void name(void);                                                                           \
    __attribute__((used)) void name##_body(struct __uintr_frame *frame,                        \
                                           unsigned long long vector);                         \
    __asm__(".text\n.globl " #name "\n.type " #name ", @function\n" #name ":\n"                \
            "push %rax\n push %rcx\n push %rdx\n push %rsi\n push %rdi\n push %r8\n"           \
            "push %r9\n push %r10\n push %r11\n push %rbx\n"                                   \
            "mov 80(%rsp), %rsi\n lea 88(%rsp), %rdi\n mov %rsp, %rbx\n"                       \
            "sub $512, %rsp\n and $-16, %rsp\n fxsave64 (%rsp)\n cld\n"                        \
            "call " #name "_body\n"                                                            \
            "fxrstor64 (%rsp)\n mov %rbx, %rsp\n"                                              \
            "pop %rbx\n pop %r11\n pop %r10\n pop %r9\n pop %r8\n pop %rdi\n pop %rsi\n"       \
            "pop %rdx\n pop %rcx\n pop %rax\n add $8, %rsp\n"                                  \
            ".byte 0xf3, 0x0f, 0x01, 0xec\n");                                                 \
    void name##_body(struct __uintr_frame *frame __attribute__((unused)),                      \
                     unsigned long long vector __attribute__((unused)))

static inline void _clui(void)
{
    __asm__ volatile(".byte 0xf3, 0x0f, 0x01, 0xee" ::: "memory");
}

static inline void _stui(void)
{
    __asm__ volatile(".byte 0xf3, 0x0f, 0x01, 0xef" ::: "memory");
}

static inline unsigned char _testui(void)
{
    unsigned char uif;
    __asm__ volatile(".byte 0xf3, 0x0f, 0x01, 0xed\n setc %0" : "=r"(uif)::"cc", "memory");
    return uif;
}

static inline void _senduipi(unsigned long long index)
{
    __asm__ volatile(".byte 0xf3, 0x0f, 0xc7, 0xf0" ::"a"(index) : "memory");
}
#endif

/* Writes a string literal; unlike printf it may be used in a handler. */
#define SAY(literal)                                                          \
    do {                                                                      \
        static const char text[] = literal;                                   \
        if (write(STDOUT_FILENO, text, sizeof text - 1) < 0)                  \
            _exit(2);                                                         \
    } while (0)

/* The result of a system call, or a message and exit status 1. */
static inline long check(long result, const char *what)
{
    if (result < 0) {
        fprintf(stderr, "%s: %s\n", what, strerror(errno));
        exit(1);
    }
    return result;
}

#endif
