/* Two spinning threads interrupt each other in turn by SENDUIPI.
 * usage: uipi ROUND_TRIPS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "counting_handler.h"

COUNTING_HANDLER(on_pong, pongs);
COUNTING_HANDLER(on_ping, pings);

static long round_trips;
static volatile long ping_fd = -1, pong_fd = -1;

static void *answer(void *unused)
{
    long index = syscall(REGISTER_SENDER, pong_fd, 0L);

    if (index < 0 || syscall(REGISTER_HANDLER, on_ping, 0L) < 0)
        exit(1);
    stui();
    ping_fd = syscall(VECTOR_FD, 0L, 0L);
    for (long i = 0; i < round_trips; i++) {
        while (pings == i)
            ;
        senduipi(index);
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t other;
    long index;

    round_trips = argc > 1 ? atol(argv[1]) : 1;
    if (syscall(REGISTER_HANDLER, on_pong, 0L) < 0)
        return 1;
    stui();
    pong_fd = syscall(VECTOR_FD, 0L, 0L);
    if (pong_fd < 0 || pthread_create(&other, NULL, answer, NULL) != 0)
        return 1;
    while (ping_fd < 0)
        ;
    index = syscall(REGISTER_SENDER, ping_fd, 0L);
    if (index < 0)
        return 1;
    for (long i = 0; i < round_trips; i++) {
        senduipi(index);
        while (pongs == i)
            ;
    }
    pthread_join(other, NULL);
    printf("%d\n", pings == round_trips && pongs == round_trips);
    return 0;
}
