// Sleeps that ask for every event there is, and with hardly any descriptors allowed.
#include "guest.h"

static void *writer(void *fd)
{
    sleep_ms(30);
    if (write(*(int *)fd, "x", 1) != 1)
        abort();
    return NULL;
}

static void nothing(int signo)
{
}

/* A hangup is no exceptional condition: select(2) goes on waiting. */
static void hung_up(void)
{
    struct sigaction interrupt = {.sa_handler = nothing};
    struct itimerval often = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
    fd_set set;
    int p[2];

    MUST(pipe(p) == 0 && close(p[1]) == 0);
    FD_ZERO(&set);
    FD_SET(p[0], &set);
    MUST(sigaction(SIGALRM, &interrupt, NULL) == 0 && setitimer(ITIMER_REAL, &often, NULL) == 0);
    TRY(select(p[0] + 1, NULL, NULL, &set, NULL));
    setitimer(ITIMER_REAL, &never, NULL);
    TRY(select(p[0] + 1, &set, NULL, NULL, NULL));
    close(p[0]);
}

int main(void)
{
    struct rlimit few = {2, 2};
    struct timespec soon = {0, 20000000};
    struct pollfd all = {.events = -1};
    pthread_t thread;
    int p[2];
    char byte;

    hung_up();
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
