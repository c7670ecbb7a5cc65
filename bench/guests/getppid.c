/* The cheapest system call, many times.
 * usage: getppid CALLS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long calls = argc > 1 ? atol(argv[1]) : 1, first = syscall(SYS_getppid), different = 0;

    for (long i = 0; i < calls; i++)
        different += syscall(SYS_getppid) != first;
    printf("%ld different\n", different);
    return 0;
}
