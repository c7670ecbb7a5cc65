/* Counts primes below a limit again and again: stores with a stride, and a byte-wise sum.
 * usage: sieve REPETITIONS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "sieve.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int repetitions = argc > 1 ? atoi(argv[1]) : 1;
    long primes = 0;

    while (repetitions-- > 0)
        primes = sieve();
    printf("%ld\n", primes);
    return 0;
}
