// arch: x86_64 i386
// FXAM on every class of operand, among them those no processor makes, and an empty register.
#include <stdio.h>
#include <string.h>

int main(void)
{
    static const struct {
        unsigned long long mantissa;
        unsigned short exponent;
    } of[] = {{0, 0}, {0, 0x8000}, {1, 0}, {1ull << 63, 0}, {1ull << 63, 0x3fff}, {1, 0x3fff},
              {1ull << 63, 0x7fff}, {1ull << 63, 0xffff}, {3ull << 62, 0xffff},
              {(1ull << 63) + 1, 0x7fff}, {0, 0x7fff}, {1, 0xffff}};
    unsigned short status;
    for (unsigned i = 0; i < sizeof of / sizeof *of; i++) {
        char value[16];
        memcpy(value, &of[i].mantissa, 8);
        memcpy(value + 8, &of[i].exponent, 2);
        __asm__ volatile("fninit; fldt (%1); fxam; fnstsw %0" : "=a"(status) : "r"(value) : "memory");
        printf("%04x ", status & 0x4700);
        __asm__ volatile("fstp %%st(0); fxam; fnstsw %0" : "=a"(status));
        printf("%04x\n", status & 0x4700);
    }
    return 0;
}
