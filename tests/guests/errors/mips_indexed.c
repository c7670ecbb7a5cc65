// arch: mips mipsel
// Misaligned loads by a register and another are done; what the processor lacks of COP1X is SIGILL.
#include "guest.h"
#include <stdint.h>
#include <string.h>

static uint8_t data[16];
static sigjmp_buf back;

static void on(int n)
{
    siglongjmp(back, n);
}

static void put(unsigned at, unsigned value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        data[at + i] = value >> (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? size - 1 - i : i) * 8;
}

int main(void)
{
    register uint8_t *base __asm__("$9") = data;
    register unsigned index __asm__("$10") = 3;
    register int word __asm__("$8"), half __asm__("$11");
    put(3, 0x81726354, 4);
    put(9, 0x8765, 2);
    __asm__(".word 0x7d2a400a" : "=r"(word) : "r"(base), "r"(index) : "memory");  // lwx
    index = 9;
    __asm__(".word 0x7d2a590a" : "=r"(half) : "r"(base), "r"(index) : "memory");  // lhx
    printf("%x %x\n", word, half);
    signal(SIGILL, on);
    signal(SIGBUS, on);
    int found = sigsetjmp(back, 1);
    if (!found)
        __asm__ volatile(".word 0x4cc41026" ::: "memory");  // madd.ps
    printf("%s\n", found == SIGILL ? "SIGILL" : "not SIGILL");
}
