// arch: riscv64 riscv32
// Bit manipulation (Zba, Zbb, Zbc, Zbs) and RDTIME, which newer programs use.
#include "guest.h"
#define DO(word)                                                         \
    ({                                                                   \
        for (int n = 0; n < 4; n++) {                                    \
            register unsigned long a __asm__("a1") = first[n];           \
            register unsigned long b __asm__("a2") = second[n];          \
            register unsigned long c __asm__("a0");                      \
            __asm__ volatile(".word " #word : "=r"(c) : "r"(a), "r"(b)); \
            printf("%s %lx\n", #word, c);                                \
        }                                                                \
    })
#define REG(f7, f3) DO(f7 << 25 | 12 << 20 | 11 << 15 | f3 << 12 | 10 << 7 | 0x33)
#define REG_W(f7, f3) DO(f7 << 25 | 12 << 20 | 11 << 15 | f3 << 12 | 10 << 7 | 0x3b)
#define IMM(i, f3) DO(i << 20 | 11 << 15 | f3 << 12 | 10 << 7 | 0x13)
#define IMM_W(i, f3) DO(i << 20 | 11 << 15 | f3 << 12 | 10 << 7 | 0x1b)
static volatile unsigned long first[] = {0x12345678, -1000, 0, 1ul << (8 * sizeof(long) - 1)};
static volatile unsigned long second[] = {3, 0x80000021, -5, 0x7f00ff01};
static unsigned long now(void)
{
    unsigned long ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}
int main(void)
{
    REG(0x20, 7), REG(0x20, 6), REG(0x20, 4), REG(5, 4), REG(5, 5), REG(5, 6), REG(5, 7);
    REG(5, 1), REG(5, 2), REG(5, 3), REG(0x30, 1), REG(0x30, 5);
    REG(0x10, 2), REG(0x10, 4), REG(0x10, 6), REG(0x24, 1), REG(0x24, 5), REG(0x34, 1), REG(0x14, 1);
    IMM(0x600, 1), IMM(0x601, 1), IMM(0x602, 1), IMM(0x604, 1), IMM(0x605, 1), IMM(0x287, 5);
    IMM(0x483, 1), IMM(0x69e, 1), IMM(0x291, 1), IMM(0x49f, 5), IMM(0x60d, 5);
#if __riscv_xlen == 64
    IMM(0x6b8, 5), DO(4 << 25 | 11 << 15 | 4 << 12 | 10 << 7 | 0x3b);
    REG_W(4, 0), REG_W(0x10, 2), REG_W(0x10, 4), REG_W(0x10, 6), REG_W(0x30, 1), REG_W(0x30, 5);
    IMM_W(0x600, 1), IMM_W(0x602, 1), IMM_W(0x083, 1), IMM_W(0x607, 5);
#else
    IMM(0x698, 5), DO(4 << 25 | 11 << 15 | 4 << 12 | 10 << 7 | 0x33);
#endif
    unsigned long before = now();
    usleep(20000);
    printf("time goes on: %d\n", now() != before);
    return 0;
}
