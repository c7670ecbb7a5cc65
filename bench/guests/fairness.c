/* Threads spin side by side for a while; prints the smallest and the largest share of progress,
 * 1 being an equal share.
 * usage: fairness THREADS MILLISECONDS
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 256 };

static struct { volatile long count; char pad[56]; } progress[MOST];
static volatile int started, stop;

static void *spin(void *slot)
{
    volatile long *count = slot;

    while (!started)
        ;
    while (!stop)
        ++*count;
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    long milliseconds = argc > 2 ? atol(argv[2]) : 1;
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    pthread_t thread[MOST];
    double least = 0, most = 0, sum = 0;

    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, spin, (void *)&progress[i].count) != 0)
            return 1;
    started = 1;
    nanosleep(&time, NULL);
    stop = 1;
    for (int i = 0; i < threads; i++) {
        double count;
        pthread_join(thread[i], NULL);
        count = (double)progress[i].count;
        least = i == 0 || count < least ? count : least;
        most = count > most ? count : most;
        sum += count;
    }
    printf("%.2f %.2f\n", least / sum * threads, most / sum * threads);
    return 0;
}
