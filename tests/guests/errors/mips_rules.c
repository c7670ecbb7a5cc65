// What Linux does for MIPS programs: misaligned accesses, also in slots; RDHWR, sysmips, prctl.
// arch: mipsel mips64 mipsn32
// libc: musl
#include "guest.h"
#include <sys/prctl.h>

#define FIXADE 7
#define ATOMIC_SET 2001

static jmp_buf back;
static void on(int n, siginfo_t *info, void *context)
{
    longjmp(back, usual(n) << 8 | (info->si_code & 255));
}
#define RUN(statement)                                                                             \
    do {                                                                                           \
        int got = setjmp(back);                                                              \
        if (!got) {                                                                                \
            statement;                                                                             \
            printf("%s: done\n", #statement);                                                      \
        } else                                                                                     \
            printf("%s: signal %d code %d\n", #statement, got >> 8, got & 255);                    \
    } while (0)

static unsigned char bytes[32] __attribute__((aligned(8)));
#define ODD ((int *)(bytes + 1))

static int load(int *from)
{
    int value;

    __asm__ volatile("lw %0, (%1)" : "=r"(value) : "r"(from));
    return value;
}

/* How a branch ends that has a misaligned load in its slot: value, and whether it was taken. */
#define BRANCH(name, branch)                                                                       \
    static void name(int *from, long a, long b)                                                    \
    {                                                                                              \
        int value = 0, fell = 0;                                                                   \
        __asm__ volatile(".set push\n.set noreorder\n" branch                                      \
                         "\nlw %0, (%2)\nli %1, 1\n1:\n.set pop\n"                                 \
                         : "+&r"(value), "+&r"(fell)                                               \
                         : "r"(from), "r"(a), "r"(b)                                               \
                         : "$31", "$8", "$f0", "memory");                                          \
        printf("%s: %d %s\n", #name, value == load((int *)bytes), fell ? "fell" : "taken");        \
    }
BRANCH(equal, "beq %3, %4, 1f")
BRANCH(unequal, "bne %3, %4, 1f")
BRANCH(negative, "bltz %3, 1f")
BRANCH(not_negative, "bgez %3, 1f")
BRANCH(positive, "bgtz %3, 1f")
BRANCH(not_positive, "blez %3, 1f")
BRANCH(linked, "bal 1f")
BRANCH(likely, "beql %3, %4, 1f")

static long hardware(int number)
{
    long value = -1;

    switch (number) {
    case 0: __asm__ volatile(".set push\n.set mips32r2\nrdhwr %0, $0\n.set pop" : "=r"(value)); break;
    case 1: __asm__ volatile(".set push\n.set mips32r2\nrdhwr %0, $1\n.set pop" : "=r"(value)); break;
    case 2: __asm__ volatile(".set push\n.set mips32r2\nrdhwr %0, $2\n.set pop" : "=r"(value)); break;
    case 3: __asm__ volatile(".set push\n.set mips32r2\nrdhwr %0, $3\n.set pop" : "=r"(value)); break;
    }
    return value;
}

static int fp_modes(void)
{
#ifdef __mips64
    return prctl(PR_GET_FP_MODE) == 1 && prctl(PR_SET_FP_MODE, 1) == 0 &&
           prctl(PR_SET_FP_MODE, 0) < 0 && errno == EOPNOTSUPP;
#else
    int even = 0;

    MUST(prctl(PR_GET_FP_MODE) == 0);
    MUST(prctl(PR_SET_FP_MODE, 4) < 0 && errno == EOPNOTSUPP);
    MUST(prctl(PR_SET_FP_MODE, 1) == 0 && prctl(PR_GET_FP_MODE) == 1);
    __asm__ volatile("mtc1 %1, $f2\n.word 0x44881800\n.word 0x44081000\nmove %0, $8"
                     : "=r"(even) : "r"(17) : "$8", "$f2", "$f3"); /* mtc1 $8, $f3; mfc1 $8, $f2 */
    MUST(prctl(PR_SET_FP_MODE, 0) == 0 && prctl(PR_GET_FP_MODE) == 0);
    return even == 17;
#endif
}

static void *check(void *unused)
{
    RUN(load(ODD));
    return NULL;
}

int main(void)
{
    struct sigaction a = {.sa_sigaction = on, .sa_flags = SA_SIGINFO | SA_NODEFER};
    int word = 5, n;
    double d;

    setvbuf(stdout, NULL, _IOLBF, 0);

    for (n = 1; n < 32; n++)
        if (n != SIGKILL && n != SIGSTOP)
            sigaction(n, &a, NULL);
    for (n = 0; n < 8; n++)
        bytes[n] = bytes[n + 1] = 7;
    RUN(load(ODD));
    __asm__ volatile("sw %0, (%1)" ::"r"(0x07070707), "r"(bytes + 9) : "memory");
    SHOW(bytes[9] == 7 && bytes[12] == 7 && bytes[13] == 0);
    __asm__ volatile("ldc1 %0, (%1)" : "=f"(d) : "r"(bytes + 1));
    SHOW(!memcmp(&d, bytes + 1, 8));
    equal(ODD, 1, 1), equal(ODD, 1, 2);
    unequal(ODD, 1, 1), unequal(ODD, 1, 2);
    negative(ODD, -1, 0), negative(ODD, 0, 0);
    not_negative(ODD, -1, 0), not_negative(ODD, 0, 0);
    positive(ODD, 0, 0), positive(ODD, 1, 0);
    not_positive(ODD, 0, 0), not_positive(ODD, 1, 0);
    linked(ODD, 0, 0);
    likely(ODD, 3, 3);
    RUN(__asm__ volatile("ll $8, (%0)" ::"r"(bytes + 1) : "$8"));
    TRY(syscall(SYS_sysmips, FIXADE, 0, 0));
    RUN(load(ODD));
    pthread_t thread;
    pthread_create(&thread, NULL, check, NULL);
    pthread_join(thread, NULL);
    TRY(syscall(SYS_sysmips, FIXADE, 1, 0));
    RUN(load(ODD));
    TRY(syscall(SYS_sysmips, FIXADE, 4, 0));
    TRY(syscall(SYS_sysmips, ATOMIC_SET, &word, 9));
    SHOW(word);
    TRY(syscall(SYS_sysmips, ATOMIC_SET, (char *)&word + 1, 9));
    TRY(syscall(SYS_sysmips, 10, 0, 0));
    TRY(syscall(SYS_sysmips, 99, 0, 0));
    TRY(syscall(SYS_sysmips, 3, 0, 0));
    TRY(syscall(SYS_cacheflush, main, 64, 3));
    TRY(syscall(SYS_cacheflush, -4096L, 64, 3));
    TRY(syscall(SYS_cachectl, main, 64, 0));
    SHOW(hardware(0) >= 0 && hardware(0) < 4096);
    SHOW(hardware(1));
    SHOW(hardware(2) != 0 && hardware(3) == 2);
    RUN(__asm__ volatile("teq $0, $0, 7"));
    RUN(__asm__ volatile("teq $0, $0, 6"));
    RUN(__asm__ volatile("teq $0, $0, 1"));
    RUN(__asm__ volatile("break 7"));
    RUN(__asm__ volatile("break 6"));
    RUN(__asm__ volatile("break 0"));
    RUN(__asm__ volatile("addi $8, %0, 1" ::"r"(0x7fffffff) : "$8"));
    SHOW(fp_modes());
}
