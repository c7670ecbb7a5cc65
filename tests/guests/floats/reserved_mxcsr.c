// arch: x86_64 i386
// FXRSTOR and LDMXCSR refuse bits of MXCSR that do not exist, and change nothing then.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static sigjmp_buf back;

static void handler(int signo, siginfo_t *info, void *context)
{
    printf("signal %d code %d\n", signo, info->si_code);
    siglongjmp(back, 1);
}

int main(void)
{
    static char area[512] __attribute__((aligned(16)));
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, 0);
    unsigned csr = 0x1fa0, reserved = 0x11f80;
    asm volatile("ldmxcsr %1; fxsave %0" : "=m"(area) : "m"(csr));
    *(unsigned *)(area + 24) = 0x1f81;
    asm volatile("fxrstor %1; stmxcsr %0" : "=m"(csr) : "m"(area));
    printf("%#x\n", csr);
    *(unsigned *)(area + 24) = reserved;
    if (!sigsetjmp(back, 1))
        asm volatile("fxrstor %0" : : "m"(area));
    if (!sigsetjmp(back, 1))
        asm volatile("fxrstor (%0)" : : "r"(area + 4));
    if (!sigsetjmp(back, 1))
        asm volatile("ldmxcsr %0" : : "m"(reserved));
    asm volatile("stmxcsr %0" : "=m"(csr));
    printf("%#x\n", csr);
}
