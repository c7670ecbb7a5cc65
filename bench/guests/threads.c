/* Creates a thread and joins it, many times.
 * usage: threads COUNT
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static long ran;

static void *run(void *unused)
{
    ran++;
    return unused;
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 1;

    for (long i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, NULL) != 0 || pthread_join(thread, NULL) != 0)
            return 1;
    }
    printf("%d\n", ran == count);
    return 0;
}
