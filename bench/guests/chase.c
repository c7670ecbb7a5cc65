/* Follows one random cycle through 16 MiB of pointers: each load needs the one before it.
 * usage: chase STEPS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT = 2 << 20 };

int main(int argc, char **argv)
{
    static uint64_t next[COUNT];
    uint64_t random = 88172645463325252u, at = 0, steps = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;

    for (uint64_t i = 0; i < COUNT; i++)
        next[i] = i;
    for (uint64_t i = COUNT - 1; i > 0; i--) { /* Sattolo's shuffle: a single cycle */
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint64_t j = random % i, swap = next[i];
        next[i] = next[j];
        next[j] = swap;
    }
    while (steps-- > 0)
        at = next[at];
    printf("%llu\n", (unsigned long long)at);
    return 0;
}
