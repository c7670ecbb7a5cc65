/* Writes one byte to each page of a fresh mapping.
 * usage: touch MIB
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
    size_t size = (argc > 1 ? strtoull(argv[1], NULL, 10) : 1) << 20, sum = 0;
    volatile char *p =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED)
        return 1;
    for (size_t i = 0; i < size; i += 4096) {
        sum += p[i];
        p[i] = 1;
    }
    for (size_t i = 0; i < size; i += 4096)
        sum += p[i];
    printf("%zu\n", sum);
    return 0;
}
