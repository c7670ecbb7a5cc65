/* Writes 16 bytes to /dev/null, many times.
 * usage: write16 CALLS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static const char text[16] = "0123456789abcde";
    long calls = argc > 1 ? atol(argv[1]) : 1, written = 0;
    int fd = open("/dev/null", O_WRONLY);

    for (long i = 0; i < calls; i++)
        written += write(fd, text, sizeof text);
    printf("%d\n", written == calls * (long)sizeof text);
    return 0;
}
