/*
 * Arguments, environment and an exit status.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    const char *greeting = getenv("GREETING");

    printf("%s, %s\n", greeting ? greeting : "Hello", argc > 1 ? argv[1] : "world");
    return 0;
}
