// xfail-m68k: the most negative number by -1 is SIGFPE, as under qemu-m68k
// Division by zero, misaligned accesses and privileged instructions, by each processor's rules.
#include "machine.h"

/*
 * DIV_SIGNAL   of a division by zero, 0 where it has a result: DIV_RESULT
 * OVERFLOW     the same of the most negative long by -1
 * ALIGN        the signal of a misaligned load or store
 * LOCKED, LOCK_SIGNAL, LOCK_CODE   an atomic access to the four bytes at %0, misaligned
 * PRIVILEGED, PRIV_SIGNAL, PRIV_CODE
 */
#define ALIGN 0
#define PRIV_SIGNAL SIGILL
#define PRIV_CODE ILL_ILLOPC
#define LOCK_SIGNAL SIGBUS
#define LOCK_CODE BUS_ADRALN
#define DIV_SIGNAL 0
#define DIV_RESULT 0
#define OVERFLOW 0

#if defined __x86_64__ || defined __i386__
#undef DIV_SIGNAL
#define DIV_SIGNAL SIGFPE
#undef OVERFLOW
#define OVERFLOW SIGFPE
#define DIVIDE(x, y) __asm__ volatile("cltd; idivl %1" : "+a"(x) : "r"((int)(y)) : "edx")
#define MOST INT_MIN
#define LOCKED "lock incl (%0)"
#undef LOCK_SIGNAL
#define LOCK_SIGNAL 0
#define PRIVILEGED "hlt"
#undef PRIV_SIGNAL
#define PRIV_SIGNAL SIGSEGV
#undef PRIV_CODE
#define PRIV_CODE SI_KERNEL

#elif defined __aarch64__
#define DIVIDE(x, y) __asm__ volatile("sdiv %0, %0, %1" : "+r"(x) : "r"(y))
#define LOCKED "ldxr w9, [%0]"
#define PRIVILEGED "msr daifset, #2"

#elif defined __arm__
#define DIVIDE(x, y)                                                                               \
    __asm__ volatile(".arch_extension idiv\nsdiv %0, %0, %1" : "+r"(x) : "r"(y))
#define LOCKED "ldrex r3, [%0]"
#define PRIVILEGED "mrc p15, 0, r3, c1, c0, 0"

#elif defined __riscv
#undef DIV_RESULT
#define DIV_RESULT -1
#define DIVIDE(x, y) __asm__ volatile("div %0, %0, %1" : "+r"(x) : "r"(y))
#define LOCKED "lr.w t0, (%0)"
#define PRIVILEGED "csrr t0, mstatus"

#elif defined __powerpc__
#define UNDEFINED_RESULT
#define DIVIDE(x, y) __asm__ volatile("divw %0, %0, %1" : "+r"(x) : "r"(y))
#define LOCKED "lwarx 9, 0, %0"
#define PRIVILEGED "mfmsr 9"
#undef PRIV_CODE
#define PRIV_CODE ILL_PRVOPC

#elif defined __s390x__
#undef DIV_SIGNAL
#define DIV_SIGNAL SIGFPE
#undef OVERFLOW
#define OVERFLOW SIGFPE
#define DIVIDE(x, y)                                                                               \
    __asm__ volatile("lgr %%r3, %0; dsgr %%r2, %1; lgr %0, %%r3" : "+d"(x) : "d"(y) : "r2", "r3")
#define LOCKED "cs %%r1, %%r1, 0(%0)"
#undef LOCK_SIGNAL
#define LOCK_SIGNAL SIGILL
#undef LOCK_CODE
#define LOCK_CODE ILL_ILLOPN
#define PRIVILEGED "stosm 0(%0), 0xff"
#undef PRIV_CODE
#define PRIV_CODE ILL_PRVOPC

#elif defined __m68k__
#undef DIV_SIGNAL
#define DIV_SIGNAL SIGFPE

#define DIVIDE(x, y) __asm__ volatile("divs.l %1, %0" : "+d"(x) : "d"(y))
#define LOCKED "cas.l %%d0, %%d0, (%0)"
#undef LOCK_SIGNAL
#define LOCK_SIGNAL 0
#define PRIVILEGED "move.w #0x2000, %%sr"
#undef PRIV_CODE
#define PRIV_CODE ILL_PRVOPC

#elif defined __sparc__
#undef DIV_SIGNAL
#define DIV_SIGNAL SIGFPE
#ifdef __arch64__
#define DIVIDE(x, y) __asm__ volatile("sdivx %0, %1, %0" : "+r"(x) : "r"(y))
#else
#define UNDEFINED_RESULT
#define DIVIDE(x, y)                                                                               \
    __asm__ volatile("sra %0, 31, %%g1; wr %%g1, %%y; nop; nop; nop; sdiv %0, %1, %0"             \
                     : "+r"(x)                                                                     \
                     : "r"(y)                                                                      \
                     : "g1")
#endif
#undef ALIGN
#define ALIGN SIGBUS
#define LOCKED "cas [%0], %%g1, %%g1"
#define PRIVILEGED "rdpr %%pstate, %%g1"
#undef PRIV_CODE
#define PRIV_CODE ILL_PRVOPC

#elif defined __mips__
#define UNDEFINED_RESULT
#ifdef __mips64
#define DIVIDE(x, y) __asm__ volatile("ddiv $0, %0, %1; mflo %0" : "+r"(x) : "r"(y) : "hi", "lo")
#else
#define DIVIDE(x, y) __asm__ volatile("div $0, %0, %1; mflo %0" : "+r"(x) : "r"(y) : "hi", "lo")
#endif
#define LOCKED "ll $12, 0(%0)"
#undef LOCK_CODE
#define LOCK_CODE SI_KERNEL
#define PRIVILEGED "mfc0 $12, $12"
#undef PRIV_CODE
#define PRIV_CODE SI_KERNEL
#endif
#ifndef MOST
#define MOST LONG_MIN
#endif

static sigjmp_buf back;
static volatile sig_atomic_t number, code;
static volatile uintptr_t where;

static void on(int n, siginfo_t *info, void *context)
{
    number = n;
    code = info->si_code;
    where = (uintptr_t)info->si_addr;
    siglongjmp(back, 1);
}

static void judge(const char *what, int wanted, int wanted_code)
{
    if (number == wanted && (!wanted || code == wanted_code))
        printf("%s: by the rules\n", what);
    else
        printf("%s: signal %d, si_code %d\n", what, usual((int)number), (int)code);
}
#define RUN(statement)                                                                             \
    do {                                                                                           \
        number = code = 0;                                                                         \
        if (!sigsetjmp(back, 1)) {                                                                 \
            statement;                                                                             \
        }                                                                                          \
    } while (0)

int main(void)
{
    struct sigaction act = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    static const int all[] = {SIGILL, SIGBUS, SIGSEGV, SIGFPE, SIGTRAP};
    static _Alignas(16) unsigned char bytes[32];
    volatile long x = 77;
    long y;

    for (int i = 0; i < 5; i++)
        sigaction(all[i], &act, NULL);
    RUN(y = x; DIVIDE(y, (long)0); x = y);
    judge("division by zero", DIV_SIGNAL, FPE_INTDIV);
#ifndef UNDEFINED_RESULT
    printf("its result: %d\n", (DIV_SIGNAL && x == 77) || (!DIV_SIGNAL && x == DIV_RESULT));
#else
    puts("its result: 1");
#endif
    x = MOST;
    RUN(y = x; DIVIDE(y, (long)-1); x = y);
    judge("the most negative number by -1", OVERFLOW, FPE_INTDIV);
#ifndef UNDEFINED_RESULT
    printf("its result: %d\n", x == MOST);
#else
    puts("its result: 1");
#endif
    for (int i = 1; i < 4; i++) {
        RUN(__asm__ volatile(LOAD::ADDRESS(bytes + i) : SCRATCH, "memory"));
        judge("misaligned load", ALIGN, BUS_ADRALN);
        SHOW(!ALIGN || where == (uintptr_t)(bytes + i));
        RUN(__asm__ volatile(STORE::ADDRESS(bytes + i) : SCRATCH, "memory"));
        judge("misaligned store", ALIGN, BUS_ADRALN);
        SHOW(!ALIGN || where == (uintptr_t)(bytes + i));
    }
    RUN(__asm__ volatile(LOCKED::ADDRESS(bytes + 1) : SCRATCH, "memory"));
    judge("misaligned atomic access", LOCK_SIGNAL, LOCK_CODE);
    RUN(__asm__ volatile(PRIVILEGED::ADDRESS(bytes) : SCRATCH, "memory"));
    judge("privileged instruction", PRIV_SIGNAL, PRIV_CODE);
    RUN(__asm__ volatile(UNDEFINED));
    judge("undefined instruction", SIGILL, ILL_CODE);
#ifdef __sparc__
    for (int fd = -1; fd < 1; fd++) { /* a failure is a carry of both condition codes */
        register long o0 __asm__("o0") = fd, o1 __asm__("o1") = F_GETFD,
                      g1 __asm__("g1") = SYS_fcntl;
        __asm__ volatile(
#ifdef __arch64__
            "ta 0x6d;"
#else
            "ta 0x10;"
#endif
            "clr %%g2; movcs %%icc, 1, %%g2; movcs %%xcc, 2, %%g1; movcc %%xcc, 0, %%g1;"
            "add %%g1, %%g2, %0"
            : "+r"(o0), "+r"(g1)
            : "r"(o1)
            : "g2", "cc", "memory");
        MUST(o0 == (fd < 0 ? 3 : 0));
    }
    sigaction(SIGEMT, &act, NULL);
    RUN(__asm__ volatile("ta 2"));
    MUST(number == SIGFPE && code == FPE_INTDIV && where);
    RUN(__asm__ volatile("ta 5"));
    MUST(number == SIGILL && code == ILL_ILLTRP && where);
    RUN(__asm__ volatile("mov 1, %%g1; taddcctv %%g1, %%g0, %%g1" : : : "g1", "cc"));
    MUST(number == SIGEMT && code == 1);
    RUN(__asm__ volatile("ldstuba [%0] 0xea, %%g1" : : "r"(bytes) : "g1"));
    MUST(number == SIGSEGV && where == (uintptr_t)bytes);
    RUN(__asm__ volatile("swapa [%0] 0xe2, %%g1" : : "r"(bytes) : "g1"));
    MUST(number == SIGSEGV && where == (uintptr_t)bytes);
    RUN(__asm__ volatile("lduwa [%0] 4, %%g1" : : "r"(bytes) : "g1"));
    MUST(number == SIGILL && code == ILL_PRVOPC);
    RUN(__asm__ volatile("add %0, 2, %%g1; jmp %%g1; nop" : : "r"(bytes) : "g1"));
    MUST(number == SIGBUS && where == (uintptr_t)(bytes + 2));
#endif
    return 0;
}
