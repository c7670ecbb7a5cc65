// arch: s390x
// What z196 rotates and inserts into half of a register, as deposits and as masks.
#include "guest.h"

#define INSERT(op, first, last, turn)                                                          \
    do {                                                                                       \
        register uint64_t into __asm__("r2") = 0x1122334455667788;                             \
        register uint64_t from __asm__("r3") = 0x99aabbccddeeff01;                             \
        __asm__ volatile(".byte 0xec,0x23," #first "," #last "," #turn "," #op                 \
                         : "+r"(into)                                                          \
                         : "r"(from)                                                           \
                         : "cc");                                                              \
        printf(#op " " #first " " #last " " #turn ": %016llx\n", (unsigned long long)into);    \
    } while (0)
#define SEVERAL(op)              \
    INSERT(op, 0, 31, 0);        \
    INSERT(op, 0, 31 | 128, 0);  \
    INSERT(op, 4, 19, 8);        \
    INSERT(op, 4, 19 | 128, 40); \
    INSERT(op, 20, 5, 32);       \
    INSERT(op, 0, 31, 32);       \
    INSERT(op, 31, 31, 1);       \
    INSERT(op, 20, 5 | 128, 3)

int main(void)
{
    SEVERAL(0x51); // RISBLG
    SEVERAL(0x55); // RISBG
    SEVERAL(0x5d); // RISBHG
    return 0;
}
