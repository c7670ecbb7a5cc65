// arch: x86_64 i386
// Unmasked exceptions of SSE and x87, what their frames hold, and ports.
#define _GNU_SOURCE
#include "guest.h"
#include <setjmp.h>
#include <ucontext.h>
#ifdef __x86_64__
#define SP "rsp"
#define AX "rax"
#define CLOBBERED "xmm0", "eax", "edx", "memory"
#else
#define SP "esp"
#define AX "eax"
#define CLOBBERED "eax", "edx", "memory"
#endif
static sigjmp_buf back;
static int code;
static unsigned status;
static char *pc;

static void handler(int signo, siginfo_t *info, void *context)
{
    mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
    code = info->si_code;
    status = m->fpregs ? *(unsigned short *)((char *)m->fpregs + (sizeof(long) == 8 ? 2 : 4)) & 0xff : 0;
    pc = info->si_addr;
    siglongjmp(back, signo);
}

static void set(unsigned mxcsr, unsigned short control)
{
    __asm__ volatile("fninit; fldcw %0; ldmxcsr %1" ::"m"(control), "m"(mxcsr));
}

#define TRAP(name, mxcsr, control, what, at)                                                        \
    do {                                                                                           \
        extern char at[];                                                                          \
        int signo = sigsetjmp(back, 1);                                                            \
        if (!signo) {                                                                              \
            set(mxcsr, control);                                                                   \
            __asm__ volatile(what ::"m"(one), "m"(zero), "m"(big), "m"(snan), "m"(half), "m"(huge), \
                             "m"(reserved) \
                             : CLOBBERED);                                                         \
        }                                                                                          \
        unsigned now;                                                                              \
        __asm__ volatile("stmxcsr %0; fninit" : "=m"(now));                                        \
        printf("%s: signal %d code %d, there %d, x87 %x, mxcsr %x\n", name, signo,                 \
               signo ? code : 0, signo == SIGFPE ? pc == at : 0, signo ? status : 0, now & 0x3f);  \
    } while (0)

int main(void)
{
    static double one = 1, zero, big = 1e308, half = 0.5;
    static unsigned long long snan = 0x7ff0000000000001;
    static long double huge = 1e4000L;
    static unsigned reserved = 0x80001f80;
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGFPE, &action, 0);
    sigaction(SIGSEGV, &action, 0);
    TRAP("sse division", 0x1d80, 0x37f, "movsd %0, %%xmm0\na1: divsd %1, %%xmm0", a1);
    TRAP("sse invalid", 0x1f00, 0x37f, "movsd %3, %%xmm0\na2: addsd %0, %%xmm0", a2);
    TRAP("sse overflow", 0x1b80, 0x37f, "movsd %2, %%xmm0\na3: mulsd %2, %%xmm0", a3);
    TRAP("sse inexact", 0x0f80, 0x37f, "movsd %2, %%xmm0\na4: addsd %0, %%xmm0", a4);
    TRAP("sse conversion", 0x1f00, 0x37f, "a5: cvttsd2si %2, %%eax", a5);
    TRAP("sse comparison", 0x1f00, 0x37f, "movsd %3, %%xmm0\na6: ucomisd %0, %%xmm0", a6);
    TRAP("sse masked", 0x1f80, 0x37f, "movsd %0, %%xmm0\na7: divsd %1, %%xmm0", a7);
    TRAP("x87 division", 0x1f80, 0x37b, "fldl %0; fdivl %1\nnop\nb1: fwait", b1);
    TRAP("x87 division, next", 0x1f80, 0x37b, "fldl %0; fdivl %1\nmov %%eax, %%edx\nb2: fld1", b2);
    TRAP("x87 invalid", 0x1f80, 0x37e, "fldl %1; fdivl %1\nb3: fstpt %5", b3);
    TRAP("x87 root", 0x1f80, 0x37e, "fld1; fchs; fsqrt\nb4: fwait", b4);
    TRAP("x87 overflow", 0x1f80, 0x377, "fldt %5; fmul %%st(0), %%st\nb5: fwait", b5);
    TRAP("x87 inexact", 0x1f80, 0x35f, "fldpi; fmul %%st(0), %%st\nb6: fwait", b6);
    TRAP("x87 later", 0x1f80, 0x37f, "fldl %0; fdivl %1\npush $0x37b\nfldcw (%%" SP ")\npop %%" AX "\nb7: fwait", b7);
    TRAP("x87 cleared", 0x1f80, 0x37b, "fldl %0; fdivl %1\nfnclex\nb8: fwait", b8);
    TRAP("in", 0x1f80, 0x37f, "c1: inb $0x80, %%al", c1);
    TRAP("out", 0x1f80, 0x37f, "c2: outl %%eax, %%dx", c2);
    TRAP("reserved", 0x1f80, 0x37f, "c3: ldmxcsr %6", c3);
    return 0;
}
