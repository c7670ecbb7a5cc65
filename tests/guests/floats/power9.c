// arch: ppc64 ppc64le
// Comparisons of NaN, integers of numbers out of range, the status of decimal arithmetic.
#include "guest.h"
#include <stdint.h>

static const uint64_t values[] = {0x7ff8000000000000, 0x7ff4000000000000, 0x3ff8000000000000,
                                  0xc000000000000000, 0x7ff0000000000000, 0xfff0000000000000,
                                  0x43f0000000000000, 0xc3f0000000000000, 0x41efffffffe00000};
#define COUNT (sizeof values / sizeof *values)

#define COMPARE(word)                                                                      \
    ({                                                                                     \
        register const void *p __asm__("r3") = &values[i], *q __asm__("r4") = &values[k];  \
        register unsigned long cr __asm__("r5");  /* lfd f0, 0(r3); lfd f1, 0(r4); mfcr */ \
        __asm__ volatile(".long 0xc8030000, 0xc8240000, " #word ", 0x7ca00026"             \
                         : "=r"(cr)                                                        \
                         : "r"(p), "r"(q)                                                  \
                         : "memory", "fr0", "fr1", "cr0");                                 \
        (unsigned)(cr >> 28 & 15);                                                         \
    })
#define CONVERT(word)                                                             \
    ({                                                                            \
        uint64_t to;                                                              \
        register const void *p __asm__("r3") = &values[i], *q __asm__("r4") = &to; \
        __asm__ volatile(".long 0xc8030000, " #word ", 0xd8240000" ::"r"(p), "r"(q) \
                         : "memory", "fr0", "fr1");                               \
        printf(" %llx", (long long)to);                                           \
    })

static uint64_t status(uint64_t first, uint64_t second, int multiplies)
{
    uint64_t numbers[3] = {first, second}, old, zero = 0;
    register void *p __asm__("r3") = numbers, *q __asm__("r4") = &old, *z __asm__("r5") = &zero;
    // lfd f0, 0(r5); mtfsf 255, f0; lfd f0, 0(r3); lfd f1, 8(r3)
    __asm__ volatile(".long 0xc8050000, 0xfdfe058e, 0xc8030000, 0xc8230008" ::"r"(p), "r"(z)
                     : "memory", "fr0", "fr1");
    if (multiplies)
        __asm__ volatile(".long 0xec000844" ::: "fr0");  // dmul f0, f0, f1
    else
        __asm__ volatile(".long 0xec000804" ::: "fr0");  // dadd
    __asm__ volatile(".long 0xd8030010, 0xfc00048e, 0xd8040000" ::"r"(p), "r"(q) : "memory", "fr0");
    printf("%016llx ", (long long)numbers[2]);
    return old;
}

int main(void)
{
    for (unsigned i = 0; i < COUNT; i++)
        for (unsigned k = 0; k < COUNT; k++)
            printf("%x%x%c", COMPARE(0xf0000918), COMPARE(0xf0000958), k + 1 < COUNT ? ' ' : '\n');
    for (unsigned i = 0; i < COUNT; i++) {
        CONVERT(0xfc20065c);  // fctid
        CONVERT(0xfc20075c);  // fctidu
        CONVERT(0xf0200560);  // xscvdpsxds
        CONVERT(0xf0200520);  // xscvdpuxds
        printf("\n");
    }
    // 1 + 2, 7 / 10**398 squared, infinity - infinity
    printf("%llx\n", (long long)status(0x2238000000000001, 0x2238000000000002, 0));
    printf("%llx\n", (long long)status(0x0000000000000007, 0x0000000000000007, 1));
    printf("%llx\n", (long long)status(0x7800000000000000, 0xf800000000000000, 0));
}
