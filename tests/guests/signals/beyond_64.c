// arch: mipsel mips64
#include "guest.h"

/* Dispositions of the real-time signals that only MIPS has. */

int main(void)
{
    unsigned long act[8] = {0}, old[8], size = 16;

    act[1] = 0x1234; /* the handler follows the flags */
    for (int signo = 66; signo <= 129; signo += 21) {
        TRY(syscall(SYS_rt_sigaction, signo, act, 0, size));
        memset(old, 0, sizeof old);
        TRY(syscall(SYS_rt_sigaction, signo, 0, old, size));
        printf("%d %lx\n", signo, old[1]);
    }
    return 0;
}
