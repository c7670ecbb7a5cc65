// arch: s390x
// Instructions that the engine alone does wrong: a clock, a root, halves, counts, strings.
#include "guest.h"
typedef struct { uint64_t high, low; } __attribute__((aligned(16))) Pair;
int main(void)
{
    uint64_t clock, fast;
    uint8_t extended[16];
    __asm__ volatile("stck %0\n stckf %1\n stcke %2"
                     : "=Q"(clock), "=Q"(fast), "=Q"(extended) : : "cc");
    long off = (long)(clock >> 12) / 1000000 - 2208988800 - time(NULL);
    printf("%d %d %d\n", off >= -2 && off <= 2, fast >= clock, extended[1] == clock >> 56);

    Pair two = {0x4000000000000000, 0}, root;
    __asm__ volatile("ld %%f1,0(%1)\n ld %%f3,8(%1)\n .long 0xb3160001\n std %%f0,0(%0)\n std %%f2,8(%0)"
                     : : "a"(&root), "a"(&two) : "memory", "f0", "f1", "f2", "f3");
    printf("%016llx%016llx\n", (unsigned long long)root.high, (unsigned long long)root.low);

    register uint64_t from __asm__("r3") = 0x123456789abcdef0, to __asm__("r2") = 0x1111111122222222;
    __asm__ volatile("cr %%r3,%%r3\n .long 0xb9e08023" : "+r"(to) : "r"(from) : "cc");
    printf("%llx\n", (unsigned long long)to);
    __asm__ volatile(".long 0xb9e10023" : "+r"(to) : "r"(from) : "cc");
    printf("%llx\n", (unsigned long long)to);
    __asm__ volatile(".long 0xb9e18023" : "+r"(to) : "r"(from) : "cc");
    printf("%llx\n", (unsigned long long)to);

    static const Pair text = {0x0041004200000043, 0x1234000000000001};
    Pair cut[3];
    for (int size = 0; size < 3; size++) {
#define CUT(n) __asm__ volatile("vl %%v1,0(%1)\n .byte 0xe7,0x01,0,0," #n ",0x5c\n vst %%v0,0(%0)" \
                                : : "a"(cut + size), "a"(&text) : "memory", "v0", "v1", "cc")
        if (size == 0)
            CUT(0x00);
        else if (size == 1)
            CUT(0x10);
        else
            CUT(0x20);
        printf("%016llx%016llx\n", (unsigned long long)cut[size].high, (unsigned long long)cut[size].low);
    }
    return 0;
}
