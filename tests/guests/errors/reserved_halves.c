// arch: aarch64
// Reserved half-precision vector instructions: SIGILL there, with all before them done.
#include "guest.h"
#include <ucontext.h>

static long place, done;

static void on_illegal(int number, siginfo_t *info, void *context)
{
    ucontext_t *registers = context;
    printf("%d at %ld of %ld, x9 is %lld\n", info->si_code,
           (long)registers->uc_mcontext.pc - place, (long)info->si_addr - place,
           (long long)registers->uc_mcontext.regs[9]);
    registers->uc_mcontext.pc += 4;
}

#define TRY(word)                                                                             \
    do {                                                                                      \
        __asm__ volatile("adr x9, 1f\n str x9, [%1]\n mov x9, #3\n 1: add x9, x9, #4\n"       \
                         " cmp x9, #8\n .inst " #word "\n add x9, x9, #1\n mov %0, x9"        \
                         : "=r"(done) : "r"(&place) : "x9", "cc", "memory", "v0", "v7");      \
        printf("then x9 is %ld\n", done);                                                     \
    } while (0)

int main(void)
{
    struct sigaction action = {.sa_sigaction = on_illegal, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &action, NULL);
    for (int round = 0; round < 2; round++) {
        TRY(0x5e79eacc);
        TRY(0x6edc3f07);
        TRY(0x6ef88a60);
    }
    return 0;
}
