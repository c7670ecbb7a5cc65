/* Dispatches a pseudo-random stream of eight operations: unpredictable indirect branches.
 * usage: branchy OPERATIONS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    uint64_t operations = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, accumulator = 0;
    uint32_t code = 12345;

    for (uint64_t i = 0; i < operations; i++) {
        code = code * 1664525u + 1013904223u;
        switch (code >> 24 & 7) {
        case 0: accumulator += code; break;
        case 1: accumulator ^= code; break;
        case 2: accumulator -= i; break;
        case 3: accumulator *= 3; break;
        case 4: accumulator += i * i; break;
        case 5: accumulator = ~accumulator; break;
        case 6: accumulator >>= 1; break;
        default: accumulator++;
        }
    }
    printf("%016llx\n", (unsigned long long)accumulator);
    return 0;
}
