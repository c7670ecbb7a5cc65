/* Maps 64 KiB, writes to it and unmaps it, many times.
 * usage: mmap COUNT
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { SIZE = 64 << 10 };

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 1;

    for (long i = 0; i < count; i++) {
        char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED || p[SIZE - 1] != 0)
            return 1;
        p[SIZE - 1] = 1;
        if (munmap(p, SIZE) < 0)
            return 1;
    }
    puts("1");
    return 0;
}
