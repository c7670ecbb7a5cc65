// arch: x86_64
// host: avx2
// flags: -mavx2
// Single steps over vector instructions, which see and may set the upper halves.
#define _GNU_SOURCE
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned char in[32], out[32];

int main(void)
{
    memset(in, 0x21, 32);
    pid_t child = fork();
    if (!child) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        asm volatile("int3\n\tvmovdqu %1, %%ymm5\n\tvpaddb %%ymm5, %%ymm5, %%ymm6\n\tnop\n\t"
                     "vpaddb %%ymm5, %%ymm6, %%ymm6\n\tvmovdqu %%ymm6, %0\n\tint3"
                     : "=m"(out) : "m"(in) : "xmm5", "xmm6", "memory");
        _exit(out[0] == 0x63 && out[31] == 0x70 ? 5 : 6);
    }
    int status;
    struct user_regs_struct regs;
    waitpid(child, &status, 0);
    ptrace(PTRACE_GETREGS, child, 0, &regs);
    long start = regs.rip;
    for (int i = 0; i < 5; i++) {
        ptrace(PTRACE_SINGLESTEP, child, 0, 0);
        waitpid(child, &status, 0);
        ptrace(PTRACE_GETREGS, child, 0, &regs);
        unsigned char area[4096];
        struct iovec iov = {area, sizeof area};
        ptrace(PTRACE_GETREGSET, child, NT_X86_XSTATE, &iov);
        unsigned char *upper = area + 576 + 16 * 6 + 15;
        printf("step %d: %d, %s, above %02x\n", i, WSTOPSIG(status), regs.rip > start ? "on" : "not", *upper);
        start = regs.rip;
        if (i == 3) {
            *upper = 0x70;
            ptrace(PTRACE_SETREGSET, child, NT_X86_XSTATE, &iov);
        }
    }
    ptrace(PTRACE_CONT, child, 0, 0);
    waitpid(child, &status, 0);
    printf("stopped by %d\n", WSTOPSIG(status));
    ptrace(PTRACE_CONT, child, 0, 0);
    waitpid(child, &status, 0);
    printf("exit %d\n", WEXITSTATUS(status));
    return 0;
}
