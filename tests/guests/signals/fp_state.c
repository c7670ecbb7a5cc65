// Floating-point and vector registers, rounding mode and flags survive a handler that spoils them.
#include "machine.h"
#include <fenv.h>
/*
 * SPOIL sets all bits of three registers; kill_between loads FP_BYTES into them, has SIGUSR1
 * handled and stores them.
 */
#if defined __i386__
#define SPOIL "pcmpeqd %%xmm0, %%xmm0; pcmpeqd %%xmm7, %%xmm7; fninit; fld1; fldpi; fldz"
#define FP_CHANGED "xmm0", "xmm7"
#define FP_BYTES 42
__attribute__((target("sse2"))) static void kill_between(const void *in, void *out, int pid)
{
    __asm__ volatile("movdqu (%2), %%xmm0; movdqu 16(%2), %%xmm7; fldt 32(%2); int $0x80; "
                     "movdqu %%xmm0, (%3); movdqu %%xmm7, 16(%3); fstpt 32(%3)" ::"a"(SYS_kill),
                     "b"(pid), "S"(in), "D"(out), "c"(SIGUSR1)
                     : "xmm0", "xmm7", "st", "memory");
}
#elif defined __arm__
#define SPOIL ".fpu neon; vmov.i8 q0, #255; vmov.i8 q4, #255; vmov.i8 q15, #255"
#define FP_CHANGED "d0", "d1", "d8", "d9"
#define FP_BYTES 48
static void kill_between(const void *in, void *out, int pid)
{
    register long r0 __asm__("r0") = pid, r1 __asm__("r1") = SIGUSR1;
    __asm__ volatile(".fpu neon; vld1.8 {q0}, [%1]!; vld1.8 {q4}, [%1]!; vld1.8 {q15}, [%1]; push {r7}; "
                     "mov r7, #37; svc #0; pop {r7}; vst1.8 {q0}, [%2]!; vst1.8 {q4}, [%2]!; "
                     "vst1.8 {q15}, [%2]"
                     : "+r"(r0), "+r"(in), "+r"(out)
                     : "r"(r1)
                     : "d0", "d1", "d8", "d9", "memory");
}
#elif defined __riscv
#if __riscv_xlen == 32
#define SPOIL "li t0, -1; fmv.w.x f0, t0; fmv.w.x f9, t0; fmv.w.x f31, t0"
#else
#define SPOIL "li t0, -1; fmv.d.x f0, t0; fmv.d.x f9, t0; fmv.d.x f31, t0"
#endif
#define FP_CHANGED "t0", "f0", "f9", "f31"
#define FP_BYTES 24
static void kill_between(const void *in, void *out, int pid)
{
    register long a0 __asm__("a0") = pid, a1 __asm__("a1") = SIGUSR1, a7 __asm__("a7") = SYS_kill;
    __asm__ volatile("fld f0, 0(%3); fld f9, 8(%3); fld f31, 16(%3); ecall; fsd f0, 0(%4); "
                     "fsd f9, 8(%4); fsd f31, 16(%4)"
                     : "+r"(a0)
                     : "r"(a1), "r"(a7), "r"(in), "r"(out)
                     : "f0", "f9", "f31", "memory");
}
#elif defined __mc68000__
#define SPOIL "fmove.l #-1, %%fp0; fmove.x %%fp0, %%fp4; fmove.x %%fp0, %%fp7"
#define FP_CHANGED "fp0", "fp4", "fp7"
#define FP_BYTES 24
static void kill_between(const void *in, void *out, int pid)
{
    register long d0 __asm__("d0") = SYS_kill, d1 __asm__("d1") = pid, d2 __asm__("d2") = SIGUSR1;
    __asm__ volatile("fmove.d (%3), %%fp0; fmove.d 8(%3), %%fp4; fmove.d 16(%3), %%fp7; trap #0; "
                     "fmove.d %%fp0, (%4); fmove.d %%fp4, 8(%4); fmove.d %%fp7, 16(%4)"
                     : "+d"(d0)
                     : "d"(d1), "d"(d2), "a"(in), "a"(out)
                     : "fp0", "fp4", "fp7", "memory");
}
#elif defined __powerpc64__
#define SPOIL "xxlxor 0, 0, 0; xxlnor 0, 0, 0; xxlor 20, 0, 0; xxlor 63, 0, 0"
#define FP_CHANGED "f0", "f20", "v31"
#define FP_BYTES 48
static void kill_between(const void *in, void *out, int pid)
{
    register long r3 __asm__("r3") = pid, r4 __asm__("r4") = SIGUSR1, r0 __asm__("r0") = SYS_kill;
    __asm__ volatile("lxvd2x 0, 0, %3; addi 14, %3, 16; lxvd2x 20, 0, 14; addi 14, %3, 32; "
                     "lxvd2x 63, 0, 14; sc; stxvd2x 0, 0, %4; addi 14, %4, 16; "
                     "stxvd2x 20, 0, 14; addi 14, %4, 32; stxvd2x 63, 0, 14"
                     : "+r"(r3), "+r"(r4), "+r"(r0)
                     : "b"((uintptr_t)in), "b"((uintptr_t)out)
                     : "r14", "cr0", "f0", "f20", "v31", "memory");
}
#elif defined __powerpc__
#define SPOIL ".machine \"altivec\"; vspltisb 0, -1; vspltisb 31, -1; stvx 0, 0, 1; lfd 20, 0(1)"
#define FP_CHANGED "f20", "v0", "v31"
#define FP_BYTES 40
static void kill_between(const void *in, void *out, int pid)
{
    register long r3 __asm__("r3") = pid, r4 __asm__("r4") = SIGUSR1, r0 __asm__("r0") = SYS_kill;
    __asm__ volatile("lvx 0, 0, %3; addi 14, %3, 16; lvx 31, 0, 14; lfd 20, 32(%3); sc; "
                     "stvx 0, 0, %4; addi 14, %4, 16; stvx 31, 0, 14; stfd 20, 32(%4)"
                     : "+r"(r3), "+r"(r4), "+r"(r0)
                     : "b"(in), "b"(out)
                     : "r14", "cr0", "f20", "v0", "v31", "memory");
}
#elif defined __s390x__
#define SPOIL "vone %%v0; vone %%v9; vone %%v31"
#define FP_CHANGED "f0", "f9", "v31"
#define FP_BYTES 48
static void kill_between(const void *in, void *out, int pid)
{
    register long r2 __asm__("r2") = pid, r3 __asm__("r3") = SIGUSR1, r1 __asm__("r1") = SYS_kill;
    __asm__ volatile("vl %%v0, 0(%3); vl %%v9, 16(%3); vl %%v31, 32(%3); svc 0; vst %%v0, 0(%4); "
                     "vst %%v9, 16(%4); vst %%v31, 32(%4)"
                     : "+r"(r2)
                     : "r"(r3), "r"(r1), "a"(in), "a"(out)
                     : "f0", "f9", "v31", "memory");
}
#elif defined __mips__
#define SPOIL "li $12, -1; mtc1 $12, $f0; mtc1 $12, $f10; mtc1 $12, $f30"
#define FP_CHANGED "$12", "$f0", "$f10", "$f30"
#define FP_BYTES 24
static void kill_between(const void *in, void *out, int pid)
{
    register long a0 __asm__("$4") = pid, a1 __asm__("$5") = SIGUSR1, v0 __asm__("$2") = SYS_kill,
                  a3 __asm__("$7") = 0;
    __asm__ volatile("ldc1 $f0, 0(%4); ldc1 $f10, 8(%4); ldc1 $f30, 16(%4); syscall; "
                     "sdc1 $f0, 0(%5); sdc1 $f10, 8(%5); sdc1 $f30, 16(%5)"
                     : "+r"(v0), "+r"(a3)
                     : "r"(a0), "r"(a1), "r"(in), "r"(out)
                     : "$1", "$3", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$24",
                       "$25", "hi", "lo", "$f0", "$f10", "$f30", "memory");
}
#elif defined __sparc__
#ifdef __arch64__
#define ONES "[%%sp + 2047 + 168]"
#define CALL "ta 0x6d; "
#else
#define ONES "[%%sp + 72]"
#define CALL "ta 0x10; "
#endif
#define SPOIL "mov -1, %%g1; stx %%g1, " ONES "; ldd " ONES ", %%f0; ldd " ONES ", %%f62"
#define FP_CHANGED "g1", "f0", "f1", "f62", "memory"
#define FP_BYTES 24
static void kill_between(const void *in, void *out, int pid)
{
    register long o0 __asm__("o0") = pid, o1 __asm__("o1") = SIGUSR1, g1 __asm__("g1") = SYS_kill;
    __asm__ volatile("ldd [%3], %%f0; ldd [%3 + 8], %%f10; ldd [%3 + 16], %%f62; " CALL
                     "std %%f0, [%4]; std %%f10, [%4 + 8]; std %%f62, [%4 + 16]"
                     : "+r"(o0)
                     : "r"(o1), "r"(g1), "r"(in), "r"(out)
                     : "f0", "f1", "f10", "f11", "f62", "cc", "memory");
}
#endif
static volatile int n;
#ifdef __i386__
__attribute__((target("sse2")))
#endif
static void on(int s)
{
    volatile double x = 1;
    for (int i = 0; i < 50; i++)
        x = x * 1.1 + 0.3;
    fesetround(FE_UPWARD);
    feraiseexcept(FE_DIVBYZERO);
#ifdef __x86_64__
    __asm__ volatile("pcmpeqd %%xmm0, %%xmm0; pcmpeqd %%xmm7, %%xmm7; pcmpeqd %%xmm15, %%xmm15; "
                     "fninit; fld1; fldpi" ::
                         : "xmm0", "xmm7", "xmm15");
#elif defined __aarch64__
    __asm__ volatile("movi v0.16b, #255; movi v8.16b, #255; movi v31.16b, #255" ::
                         : "v0", "v8", "v31");
#else
    __asm__ volatile(SPOIL ::: FP_CHANGED);
#endif
    n++;
}
int main(void)
{
    struct itimerval v = {{0, 2000}, {0, 2000}}, z = {{0}};
    signal(SIGALRM, on);
    setitimer(ITIMER_REAL, &v, NULL);
    double bad = 0;
    unsigned long wrong = 0;
    fesetround(FE_DOWNWARD);
    feclearexcept(FE_ALL_EXCEPT);
    for (int round = 0; n < 8; round++) {
        double a = 1, b = 2, c = 3, d = 4, e = 5, f = 6;
        for (int i = 0; i < 2000; i++) {
            a += .5;
            b += a * .25;
            c -= b * .125;
            d += c;
            e += d * .5;
            f += e * 1e-3;
        }
        static double first[6];
        double now[6] = {a, b, c, d, e, f};
        if (!round)
            memcpy(first, now, sizeof now);
        else
            wrong += memcmp(first, now, sizeof now) != 0;
    }
    setitimer(ITIMER_REAL, &z, NULL);
    SHOW(wrong);
    SHOW(fegetround() == FE_DOWNWARD);
    SHOW(fetestexcept(FE_DIVBYZERO));
    n = 0;
#ifdef __x86_64__
    signal(SIGUSR1, on);
    unsigned char in[48], out[48];
    for (int i = 0; i < 48; i++)
        in[i] = i * 5;
    long double st = 1.25L, back;
    long r;
    __asm__ volatile("fldt %4; movdqu (%2), %%xmm0; movdqu 16(%2), %%xmm7; movdqu 32(%2), %%xmm15; "
                     "mov %5, %%edi; mov $10, %%esi; mov $62, %%eax; syscall; movdqu %%xmm0, (%3); "
                     "movdqu %%xmm7, 16(%3); movdqu %%xmm15, 32(%3); fstpt %1"
                     : "=&a"(r), "=m"(back)
                     : "r"(in), "r"(out), "m"(st), "r"(getpid())
                     : "rdi", "rsi", "rcx", "r11", "xmm0", "xmm7", "xmm15", "memory", "st");
    printf("registers: %d %d %d\n", memcmp(in, out, 48), back == st, n);
#elif defined __aarch64__
    signal(SIGUSR1, on);
    unsigned char in[48], out[48];
    for (int i = 0; i < 48; i++)
        in[i] = i * 5;
    __asm__ volatile(
        "ldr q0, [%0]; ldr q8, [%0, #16]; ldr q31, [%0, #32]; mov w0, %w2; mov x1, #10; mov x8, "
        "#129; svc #0; str q0, [%1]; str q8, [%1, #16]; str q31, [%1, #32]" ::"r"(in),
        "r"(out), "r"(getpid())
        : "x0", "x1", "x8", "v0", "v8", "v31", "memory");
    printf("registers: %d %d %d\n", memcmp(in, out, 48), 1, n);
#else
    signal(SIGUSR1, on);
    unsigned char in[48] __attribute__((aligned(16))), out[48] __attribute__((aligned(16)));
    for (int i = 0; i < 48; i++)
        in[i] = i * 5;
    kill_between(in, out, getpid());
    printf("registers: %d %d %d\n", memcmp(in, out, FP_BYTES), 1, n);
#endif
    return 0;
}
