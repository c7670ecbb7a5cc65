// xfail-m68k: no 64-bit atomic operations without a library
// xfail-mips: no 64-bit atomic operations without a library
// Atomic operations of all sizes, lock-prefixed or exclusive pairs.
#include "guest.h"
#include <stdatomic.h>
#define ROUND(type)                                                                                \
    do {                                                                                           \
        static _Atomic type v = 5;                                                                 \
        type want = 6;                                                                             \
        sum = sum * 31 + atomic_fetch_add(&v, 3);                                                  \
        sum = sum * 31 + atomic_fetch_sub(&v, 1);                                                  \
        sum = sum * 31 + atomic_fetch_or(&v, 0x30);                                                \
        sum = sum * 31 + atomic_fetch_and(&v, 0x1f);                                               \
        sum = sum * 31 + atomic_fetch_xor(&v, 0x0f);                                               \
        sum = sum * 31 + atomic_exchange(&v, 77);                                                  \
        sum = sum * 31 + atomic_compare_exchange_strong(&v, &want, 1);                             \
        sum = sum * 31 + want;                                                                     \
        sum = sum * 31 + atomic_compare_exchange_strong(&v, &want, 2);                             \
        sum = sum * 31 + v;                                                                        \
    } while (0)
int main(void)
{
    uint64_t sum = 0;
    ROUND(uint8_t);
    ROUND(uint16_t);
    ROUND(uint32_t);
    ROUND(uint64_t);
    ROUND(int8_t);
    ROUND(int64_t);
    printf("%" PRIx64 "\n", sum);
#ifdef __x86_64__
    unsigned __int128 w = 1, *p = __builtin_alloca(64);
    p = (void *)(((uintptr_t)p + 31) & ~31);
    *p = w;
    uint64_t lo = 1, hi = 0, nlo = 7, nhi = 8;
    char ok;
    __asm__ volatile("lock cmpxchg16b %1; setz %0"
                     : "=q"(ok), "+m"(*p), "+a"(lo), "+d"(hi)
                     : "b"(nlo), "c"(nhi)
                     : "cc", "memory");
    printf("wide: %d\n", ok + (*p >> 64 == 8) + ((uint64_t)*p == 7));
#else
    puts("wide: 3");
#endif
    return 0;
}
