/* A thread interrupts itself by SENDUIPI and waits for the handler.
 * usage: selfipi COUNT
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "counting_handler.h"

COUNTING_HANDLER(on_interrupt, taken);

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 1, index;

    if (syscall(REGISTER_HANDLER, on_interrupt, 0L) < 0)
        return 1;
    index = syscall(REGISTER_SELF, 0L, 0L);
    if (index < 0)
        return 1;
    stui();
    for (long i = 0; i < count; i++) {
        senduipi(index);
        while (taken == i)
            ;
    }
    printf("%d\n", taken == count);
    return 0;
}
