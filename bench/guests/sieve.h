/* The sieve of Eratosthenes over 2,000,000 bytes, shared by sieve.c and reserve.c.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

enum { LIMIT = 2000000 };

static long sieve(void)
{
    static unsigned char prime[LIMIT];
    long count = 0;

    memset(prime, 1, LIMIT);
    for (long i = 2; i * i < LIMIT; i++)
        if (prime[i])
            for (long j = i * i; j < LIMIT; j += i)
                prime[j] = 0;
    for (long i = 2; i < LIMIT; i++)
        count += prime[i];
    return count;
}
