// expect-status: 5
// main leaves by pthread_exit; the process ends with its last thread.
#include "guest.h"
static pthread_t first;
static void *f(void *a)
{
    void *r;
    pthread_join(first, &r);
    printf("main returned %ld\n", (long)r);
    exit(5);
}
int main(void)
{
    pthread_t t;
    first = pthread_self();
    pthread_create(&t, NULL, f, NULL);
    pthread_exit((void *)3);
}
