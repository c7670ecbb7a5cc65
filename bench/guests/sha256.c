/* SHA-256 (FIPS 180-4) of a message of 64-byte blocks: rotations, additions, no branches.
 * usage: sha256 BLOCKS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t constants[64], state[8];

static uint32_t rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* The first 32 bits of the fraction of the square or cube root of `n`. */
static uint32_t root_fraction(unsigned n, int degree)
{
    double root = degree == 2 ? sqrt(n) : cbrt(n);

    return (uint32_t)((root - (int)root) * 4294967296.0);
}

static void prepare(void)
{
    int found = 0;

    for (unsigned n = 2; found < 64; n++) {
        unsigned divisor = 2;
        while (n % divisor)
            divisor++;
        if (divisor < n)
            continue;
        if (found < 8)
            state[found] = root_fraction(n, 2);
        constants[found++] = root_fraction(n, 3);
    }
}

static void compress(const unsigned char *block)
{
    uint32_t w[64], s[8];

    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 |
               block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
               (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
                      ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + w[i];
        uint32_t t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
                      ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

int main(int argc, char **argv)
{
    uint64_t blocks = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    unsigned char block[64];

    prepare();
    memset(block, 'a', sizeof block);
    for (uint64_t i = 0; i < blocks; i++)
        compress(block);

    memset(block, 0, sizeof block);
    block[0] = 0x80;
    for (int i = 0; i < 8; i++)
        block[56 + i] = (unsigned char)(blocks * 512 >> (56 - 8 * i));
    compress(block);
    for (int i = 0; i < 8; i++)
        printf("%08x", state[i]);
    putchar('\n');
    return 0;
}
