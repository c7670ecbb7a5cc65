// Sleeps that ask for every event there is, and with hardly any descriptors allowed.
#include "guest.h"

static void *writer(void *fd)
{
    sleep_ms(30);
    if (write(*(int *)fd, "x", 1) != 1)
        abort();
    return NULL;
}

int main(void)
{
    struct rlimit few = {2, 2};
    struct timespec soon = {0, 20000000};
    struct pollfd all = {.events = -1};
    pthread_t thread;
    int p[2];
    char byte;

    MUST(pipe(p) == 0);
    all.fd = p[0];
    TRY(ppoll(&all, 1, &soon, NULL));
    MUST(pthread_create(&thread, NULL, writer, &p[1]) == 0);
    TRY(poll(&all, 1, 5000));
    SHOW(all.revents & POLLIN);
    MUST(pthread_join(thread, NULL) == 0 && read(p[0], &byte, 1) == 1);
    MUST(pthread_create(&thread, NULL, writer, &p[1]) == 0);
    MUST(setrlimit(RLIMIT_NOFILE, &few) == 0);
    TRY(read(p[0], &byte, 1));
    MUST(pthread_join(thread, NULL) == 0);
    return 0;
}
