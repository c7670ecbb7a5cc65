// FUTEX_WAKE_OP on words that processes share: each change is made once, whoever else changes them.
#include "guest.h"
#include <linux/futex.h>

enum { PROCESSES = 3, TURNS = 2000 };

static long wake_op(int *word, int *other, int operation)
{
    return syscall(SYS_futex, word, FUTEX_WAKE_OP, 1, (void *)1L, other, operation);
}

int main(void)
{
    int *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int add = FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_EQ, 0x7ff);
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            for (int k = 0; k < TURNS; k++) {
                MUST(wake_op(&words[0], &words[1], add) == 0);
                __atomic_fetch_add(&words[1], 2, __ATOMIC_SEQ_CST);
            }
            _exit(0);
        }
    int status, failed = 0;
    while (wait(&status) > 0)
        failed += status != 0;
    SHOW(failed);
    SHOW(words[1]);
    SHOW(wake_op(&words[0], &words[1], FUTEX_OP(FUTEX_OP_SET, 5, FUTEX_OP_CMP_GT, 100)));
    SHOW(words[1]);
    int *fixed = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    SHOW(wake_op(&words[0], fixed, add));
    SHOW(wake_op(&words[0], &words[1], FUTEX_OP(7, 1, FUTEX_OP_CMP_EQ, 0)));
    return 0;
}
