/* For guest programs that check user interrupts: instructions, calls, and a handler that records. */
#ifndef UINTR_TEST_H
#define UINTR_TEST_H

#include "guest.h"
#include <ucontext.h>

#define CLUI() __asm__ volatile(".byte 0xf3,0x0f,0x01,0xee" ::: "memory")
#define STUI() __asm__ volatile(".byte 0xf3,0x0f,0x01,0xef" ::: "memory")
#define SENDUIPI(index) \
    __asm__ volatile(".byte 0xf3,0x0f,0xc7,0xf0" ::"a"((unsigned long)(index)) : "memory")

static inline int testui(void)
{
    unsigned char uif;
    __asm__ volatile(".byte 0xf3,0x0f,0x01,0xed; setc %0" : "=r"(uif)::"cc", "memory");
    return uif;
}

#define WAITING_RECEIVER 0x1000
#define WAITING_SENDER 0x2000

#define register_handler(h, flags) syscall(471, (long)(h), (long)(flags))
#define unregister_handler(flags) syscall(472, (long)(flags))
#define vector_fd(vector, flags) syscall(473, (long)(vector), (long)(flags))
#define register_sender(fd, flags) syscall(474, (long)(fd), (long)(flags))
#define unregister_sender(index, flags) syscall(475, (long)(index), (long)(flags))
#define uintr_wait(usec, flags) syscall(476, (long)(usec), (long)(flags))
#define register_self(vector, flags) syscall(477, (long)(vector), (long)(flags))
#define alt_stack(sp, size, flags) syscall(478, (long)(sp), (long)(size), (long)(flags))
#define ipi_fd(flags) syscall(479, (long)(flags))
#define set_timer(deadline, vector, flags) syscall(480, (long)(deadline), (long)(vector), (long)(flags))

/* What the handler saw the last time, and all vectors in order. */
struct entry {
    unsigned long rsp, flags, vector, rip, saved_flags, old_rsp;
};
volatile struct entry last;
static volatile unsigned char order[1024];
static volatile int count;
static void (*volatile in_handler)(unsigned long vector); /* called by the handler if set */

void handler(void);
__asm__(".text\n"
        "handler:\n"
        " mov %rsp, last(%rip)\n"
        " pushfq\n popq last+8(%rip)\n"
        " push %rax\n push %rcx\n push %rdx\n push %rsi\n push %rdi\n push %r8\n push %r9\n"
        " push %r10\n push %r11\n push %rbx\n"
        " lea 80(%rsp), %rdi\n mov %rsp, %rbx\n sub $512, %rsp\n and $-16, %rsp\n"
        " fxsave64 (%rsp)\n cld\n call handler_body\n fxrstor64 (%rsp)\n mov %rbx, %rsp\n"
        " pop %rbx\n pop %r11\n pop %r10\n pop %r9\n pop %r8\n pop %rdi\n pop %rsi\n pop %rdx\n"
        " pop %rcx\n pop %rax\n add $8, %rsp\n .byte 0xf3,0x0f,0x01,0xec\n");
__attribute__((used)) void handler_body(unsigned long *frame)
{
    last.vector = frame[0];
    last.rip = frame[1];
    last.saved_flags = frame[2];
    last.old_rsp = frame[3];
    order[count % 1024] = frame[0];
    count++;
    if (in_handler)
        in_handler(frame[0]);
}

static int failures;

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            printf("%s:%d: %s\n", __FILE_NAME__, __LINE__, #condition);     \
            failures++;                                                     \
        }                                                                   \
    } while (0)
#define IS(value, wanted)                                                                \
    do {                                                                                 \
        long long is_ = (long long)(value), wanted_ = (long long)(wanted);               \
        if (is_ != wanted_) {                                                            \
            printf("%s:%d: %s is %lld (%#llx), not %s (%#llx)\n", __FILE_NAME__, __LINE__, #value, \
                   is_, is_, #wanted, wanted_);                                          \
            failures++;                                                                  \
        }                                                                                \
    } while (0)
/* The call fails with this errno. */
#define FAILS(call, number)                                                              \
    do {                                                                                 \
        errno = 0;                                                                       \
        long result_ = (long)(call);                                                     \
        if (result_ != -1 || errno != (number)) {                                        \
            printf("%s:%d: %s = %ld, %s\n", __FILE_NAME__, __LINE__, #call, result_,     \
                   result_ == -1 ? error_name(errno) : "not -1");                        \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

static inline int done(void)
{
    puts(failures ? "failed" : "done");
    return failures != 0;
}

/* Runs `code`, expecting a signal; leaves what the signal handler saw in `caught`. */
static struct {
    int signo, code;
    unsigned long addr, rip, rsp, flags;
} caught;
static sigjmp_buf after_fault;

static void catch_fault(int signo, siginfo_t *info, void *context)
{
    greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
    caught.signo = signo;
    caught.code = info->si_code;
    caught.addr = (unsigned long)info->si_addr;
    caught.rip = regs[REG_RIP];
    caught.rsp = regs[REG_RSP];
    caught.flags = regs[REG_EFL];
    siglongjmp(after_fault, 1);
}

static inline void catch_faults(void)
{
    static char stack[65536];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = catch_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaltstack(&alternate, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGILL, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

#define FAULT(code_)                          \
    do {                                      \
        memset(&caught, 0, sizeof caught);    \
        if (!sigsetjmp(after_fault, 1)) {     \
            code_;                            \
        }                                     \
    } while (0)

#endif
