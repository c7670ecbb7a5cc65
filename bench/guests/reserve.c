/* The sieve in an address space with a reservation of 1 TiB and 5,000 separate mappings.
 * usage: reserve REPETITIONS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "sieve.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { MAPPINGS = 5000, SIZE = 16 << 10 };

int main(int argc, char **argv)
{
    int repetitions = argc > 1 ? atoi(argv[1]) : 1, anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    long primes = 0;

    if (mmap(NULL, (size_t)1 << 40, PROT_NONE, anonymous | MAP_NORESERVE, -1, 0) == MAP_FAILED)
        return 1;
    for (int i = 0; i < MAPPINGS; i++) {
        /* neighbours differ in protection, so that they cannot become one */
        int prot = i % 2 ? PROT_READ : PROT_READ | PROT_WRITE;
        if (mmap(NULL, SIZE, prot, anonymous, -1, 0) == MAP_FAILED)
            return 1;
    }
    while (repetitions-- > 0)
        primes = sieve();
    printf("%ld\n", primes);
    return 0;
}
