// xfail-sparc32plus: glibc's stub for frames without siginfo lies where libgcc finds its neighbour
// libc: glibc
// flags: -fasynchronous-unwind-tables
// Unwinding out of a handler, through what the kernel put below it, to who was interrupted.
#include <execinfo.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern char interrupted[], interrupted_end[];
static volatile int found;

static void handler(int signo) {
    void *frames[32];
    int count = backtrace(frames, 32);
    for (int i = 0; i < count; i++)
        found |= (char *)frames[i] >= interrupted && (char *)frames[i] <= interrupted_end;
}

__attribute__((noinline)) static void interrupt(void) {
    volatile int *nowhere = NULL;
    __asm__ volatile(".globl interrupted\ninterrupted:" ::: "memory");
    *nowhere = 1;
    __asm__ volatile(".globl interrupted_end\ninterrupted_end:" ::: "memory");
}

static void segv(int signo) {
    handler(signo);
    printf("found: %d\n", found);
    exit(0);
}

int main(void) {
    struct sigaction action = {.sa_handler = segv};
    sigaction(SIGSEGV, &action, NULL);
    interrupt();
    return 1;
}
