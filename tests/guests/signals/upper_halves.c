// arch: sparc32plus
// A 32-bit program may use whole registers of a 64-bit processor: handlers of either kind leave them.
#include "guest.h"

static volatile int calls;

static void on(int signo)
{
    volatile unsigned long long product = 0x123456789abcdef;

    product *= product / 3;
    calls++;
}

static void on_info(int signo, siginfo_t *info, void *context)
{
    on(signo);
}

int main(void)
{
    struct sigaction act = {.sa_handler = on};
    unsigned long long kept[3];

    for (int i = 0; i < 2; i++) {
        long pid = getpid() + sigaction(SIGUSR1, &act, NULL);
        register long o0 __asm__("o0") = pid, o1 __asm__("o1") = SIGUSR1,
                      g1 __asm__("g1") = SYS_kill;

        __asm__ volatile("sethi %%hi(0x12345400), %%g2; sllx %%g2, 24, %%g2; or %%g2, 0x77, %%g2;"
                         "sub %%g2, 5, %%o3; not %%o3, %%o4; ta 0x10;"
                         "stx %%g2, [%3]; stx %%o3, [%3 + 8]; stx %%o4, [%3 + 16]"
                         : "+r"(o0)
                         : "r"(o1), "r"(g1), "r"(kept)
                         : "g2", "o3", "o4", "cc", "memory");
        printf("%d: %llx %llx %llx\n", calls, kept[0], kept[1], kept[2]);
        act.sa_sigaction = on_info;
        act.sa_flags = SA_SIGINFO;
    }
    return 0;
}
