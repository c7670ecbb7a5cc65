/* Two threads take turns under a mutex and a condition variable.
 * usage: pingpong ROUND_TRIPS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long round_trips, turns;

static void *play(void *parity)
{
    pthread_mutex_lock(&mutex);
    for (long i = 0; i < round_trips; i++) {
        while (turns % 2 != *(long *)parity)
            pthread_cond_wait(&changed, &mutex);
        turns++;
        pthread_cond_signal(&changed);
    }
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int main(int argc, char **argv)
{
    long even = 0, odd = 1;
    pthread_t other;

    round_trips = argc > 1 ? atol(argv[1]) : 1;
    if (pthread_create(&other, NULL, play, &odd) != 0)
        return 1;
    play(&even);
    pthread_join(other, NULL);
    printf("%d\n", turns == 2 * round_trips);
    return 0;
}
