// The id of a thread that ended is not the next one's.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS 12

static long seen[THREADS];

static void *run(void *slot)
{
    *(long *)slot = syscall(SYS_gettid);
    return NULL;
}

int main(void)
{
    int again = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, run, &seen[i]);
        pthread_join(thread, NULL);
        for (int j = 0; j < i; j++)
            again += seen[i] == seen[j];
    }
    printf("%d\n", again);
}
