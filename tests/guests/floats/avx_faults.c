// arch: x86_64
// host: avx2 fma f16c
// flags: -O1 -mavx2 -mfma
// Where vector instructions fault, what they leave undone, and exceptions of floating point.
#define _GNU_SOURCE
#include <immintrin.h>
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <ucontext.h>

static sigjmp_buf back;
static char *page;
static volatile long where, code, trap;

static void handler(int signo, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    trap = u->uc_mcontext.gregs[REG_TRAPNO];
    code = info->si_code;
    where = trap == 14 ? (char *)info->si_addr - page : 0;
    siglongjmp(back, signo);
}

#define TRY(name, ...) \
    do { \
        int signo = sigsetjmp(back, 1); \
        if (!signo) { __VA_ARGS__; printf("%s: fine\n", name); } \
        else printf("%s: signal %d code %ld trap %ld at %ld\n", name, signo, code, trap, where); \
    } while (0)

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, 0);
    sigaction(SIGFPE, &action, 0);
    sigaction(SIGILL, &action, 0);
    page = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(page + 4096, 4096, PROT_READ);
    mprotect(page + 8192, 4096, PROT_NONE);
    __m256i v = _mm256_set1_epi8(3);
    volatile __m256i sink;
    TRY("load", sink = _mm256_loadu_si256((void *)(page + 8192 - 32)));
    TRY("load over the end", sink = _mm256_loadu_si256((void *)(page + 8192 - 31)));
    TRY("store", _mm256_storeu_si256((void *)(page + 4096 - 32), v));
    TRY("store over the end", _mm256_storeu_si256((void *)(page + 4096 - 31), v));
    printf("untouched: %d\n", page[4096 - 31 + 10]);
    TRY("aligned", sink = _mm256_load_si256((void *)page));
    TRY("misaligned", sink = _mm256_load_si256((void *)(page + 16)));
    TRY("non-canonical", sink = _mm256_loadu_si256((void *)0x8000000000000000));
    __m256i mask = _mm256_set_epi32(0, -1, 0, 0, 0, 0, 0, -1);
    TRY("masked", sink = _mm256_maskload_epi32((int *)(page + 8192 - 4), mask));
    TRY("gather", sink = _mm256_i32gather_epi32((int *)page, _mm256_set_epi32(0, 1, 2, 3, 2050, 5, 6, 7), 4));
    TRY("reserved", asm volatile(".byte 0xc4, 0xe2, 0x79, 0xff, 0xc0"));
    TRY("vvvv in use", asm volatile(".byte 0xc5, 0xf0, 0x28, 0xc1"));

    volatile float one = 1, zero = 0, huge = 3e38f;
    feclearexcept(FE_ALL_EXCEPT);
    volatile float r = one / 3;
    printf("inexact %d\n", !!fetestexcept(FE_INEXACT));
    r = one / zero;
    printf("division %d\n", !!fetestexcept(FE_DIVBYZERO));
    r = huge * huge;
    printf("overflow %d\n", !!fetestexcept(FE_OVERFLOW));
    fesetround(FE_UPWARD);
    r = one / 3;
    printf("up %a\n", r);
    fesetround(FE_DOWNWARD);
    printf("down %a\n", one / 3);
    fesetround(FE_TONEAREST);
    feclearexcept(FE_ALL_EXCEPT);
    _mm_setcsr(_mm_getcsr() & ~_MM_MASK_DIV_ZERO);
    TRY("division trap", r = one / zero);
    _mm_setcsr(0x1f80);
    TRY("no trap", r = one / zero);
    return 0;
}
