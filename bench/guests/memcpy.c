/* Copies with the C library's memcpy, lengths from 16 bytes to 64 KiB in turn.
 * usage: memcpy ROUNDS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    static unsigned char buffers[2][65536];
    int rounds = argc > 1 ? atoi(argv[1]) : 1;
    void *(*volatile copy)(void *, const void *, size_t) = memcpy;
    unsigned sum = 0;

    for (size_t i = 0; i < sizeof buffers[0]; i++)
        buffers[0][i] = (unsigned char)(i * 7);
    for (int i = 0; i < rounds; i++)
        for (size_t length = 16; length <= sizeof buffers[0]; length *= 2) {
            buffers[0][length - 1] += (unsigned char)i;
            copy(buffers[1], buffers[0], length);
            sum = sum * 31 + buffers[1][length - 1];
        }
    printf("%08x\n", sum);
    return 0;
}
