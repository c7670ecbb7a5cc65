/*
 * Two threads interrupt each other N times (10000, or the first argument).
 *
 * The rate is written to standard error.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <pthread.h>
#include <time.h>

#include "uintr/uintr.h"

static volatile long pings, pongs;
static volatile int ping_fd = -1, pong_fd = -1;
static long rounds = 10000;

UINTR_HANDLER(on_ping)
{
    pings++;
}

UINTR_HANDLER(on_pong)
{
    pongs++;
}

static void *answer(void *unused)
{
    int pong;

    (void)unused;
    check(uintr_register_handler(on_ping, 0), "register_handler");
    ping_fd = check(uintr_vector_fd(1, 0), "vector_fd");
    pong = check(uintr_register_sender(pong_fd, 0), "register_sender");
    _stui();
    for (long i = 1; i <= rounds; i++) {
        while (pings < i)
            ;
        _senduipi(pong);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct timespec start, end;
    pthread_t thread;
    double seconds;
    int ping;

    if (argc > 1)
        rounds = atol(argv[1]);
    check(uintr_register_handler(on_pong, 0), "register_handler");
    pong_fd = check(uintr_vector_fd(0, 0), "vector_fd");
    pthread_create(&thread, NULL, answer, NULL);
    while (ping_fd < 0)
        ;
    ping = check(uintr_register_sender(ping_fd, 0), "register_sender");
    _stui();

    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long i = 1; i <= rounds; i++) {
        _senduipi(ping);
        while (pongs < i)
            ;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    pthread_join(thread, NULL);

    seconds = (end.tv_sec - start.tv_sec) + (end.tv_nsec - start.tv_nsec) / 1e9;
    fprintf(stderr, "%.1f us per round trip, %.0f per second\n", seconds * 1e6 / rounds,
            rounds / seconds);
    printf("%ld pings, %ld pongs\n", pings, pongs);
    return 0;
}
