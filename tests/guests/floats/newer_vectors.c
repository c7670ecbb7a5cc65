// arch: s390x
// What z14 and z15 added: vectors of three formats of floating point, logic, multiplication.
#include "guest.h"
typedef struct { uint64_t high, low; } __attribute__((aligned(16))) Vector;
static const Vector given[] = {
    {0x3f800000bf000000, 0x7f7fffff00000001}, {0x40490fdb3eaaaaab, 0xff8000007fc00000},
    {0x3fff000000000000, 0}, {0x4000921fb54442d1, 0x8469898cc51701b8},
    {0x3ff0000000000000, 0x8000000000000000}, {0x7ff8000000000000, 0},
};
#define COUNT (sizeof given / sizeof *given)
#define DO(name, second, third, fourth, last)                                                    \
    for (unsigned a = 0; a < COUNT; a += 2) {                                                    \
        Vector to = {1, 2};                                                                      \
        uint32_t flags = 0, none = 0;                                                            \
        __asm__ volatile("lfpc %2\n vgbm %%v0,0\n vl %%v1,0(%3)\n vl %%v2,16(%3)\n vl %%v3,32(%4)\n"           \
                         ".byte 0xe7,0x01," #second "," #third "," #fourth "," #last             \
                         "\n vst %%v0,0(%1)\n stfpc %0\n"                                        \
                         : "=Q"(flags)                                                            \
                         : "a"(&to), "Q"(none), "a"(given + a), "a"(given + (a + 2) % COUNT)      \
                         : "memory", "v0", "v1", "v2", "v3");                                    \
        printf(name " %016llx%016llx %x\n", (unsigned long long)to.high,                         \
               (unsigned long long)to.low, flags);                                               \
    }
#define EACH(name, op)                   \
    DO(name "sb", 0x20, 0x00, 0x20, op); \
    DO(name "xb", 0x20, 0x08, 0x40, op)
#define GENERAL(code)                                                                       \
    do {                                                                                    \
        register uint64_t a __asm__("r2") = 0x123456789abcdef0, b __asm__("r3") = -77777;   \
        register uint64_t c __asm__("r4") = 5, d __asm__("r5") = 6;                         \
        uint64_t cc;                                                                        \
        __asm__ volatile(".byte " code "\n ipm %2\n" : "+r"(c), "+r"(d), "=&d"(cc)         \
                         : "r"(a), "r"(b) : "cc");                                          \
        printf("%s %llx %llx %d\n", code, (unsigned long long)c, (unsigned long long)d,    \
               (int)(cc >> 28 & 3));                                                        \
    } while (0)
int main(void)
{
    EACH("add", 0xe3);
    EACH("subtract", 0xe2);
    EACH("multiply", 0xe7);
    EACH("divide", 0xe5);
    EACH("equal", 0xe8);
    EACH("high", 0xeb);
    EACH("max", 0xef);
    EACH("min", 0xee);
    DO("sqrt sb", 0, 0x00, 0x20, 0xce);
    DO("sqrt xb", 0, 0x08, 0x40, 0xce);
    DO("longer", 0, 0x08, 0x30, 0xc4);
    DO("shorter", 0, 0x08, 0x40, 0xc5);
    DO("integral", 0, 0x08, 0x40, 0xc7);
    DO("fma sb", 0x22, 0x00, 0x30, 0x8f);
    DO("fma xb", 0x24, 0x08, 0x30, 0x8f);
    DO("class", 0x80, 0x48, 0x40, 0x4a);
    DO("nand", 0x20, 0, 0, 0x6e);
    DO("xnor", 0x20, 0, 0, 0x6c);
    DO("orc", 0x20, 0, 0, 0x6f);
    DO("bits", 0x20, 0, 0, 0x85);
    DO("count", 0, 0, 0x20, 0x50);
    GENERAL("0xb9,0xec,0x20,0x43");
    GENERAL("0xb9,0xfd,0x20,0x43");
    GENERAL("0xb9,0xed,0x20,0x43");
    GENERAL("0xb9,0xf5,0x20,0x43");
    GENERAL("0xb9,0x64,0x20,0x43");
    GENERAL("0xb9,0x76,0x20,0x43");
    GENERAL("0xb9,0xe3,0x28,0x43");
    return 0;
}
