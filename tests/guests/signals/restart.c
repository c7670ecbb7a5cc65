// Which calls restart after a handler: with SA_RESTART and without.
#include "guest.h"
#include <sys/epoll.h>
static volatile int n;
static void on(int s)
{
    n++;
}
static int p[2];
static pid_t child;
static void later(void)
{
    child = fork();
    if (!child) {
        sleep_ms(120);
        kill(getppid(), SIGUSR1);
        sleep_ms(60);
        if (write(p[1], "x", 1) < 0)
            _exit(1);
        _exit(0);
    }
}
static void done(void)
{
    int st;
    waitpid(child, &st, 0);
    printf("  handlers %d\n", n);
    n = 0;
    char c;
    struct pollfd f = {p[0], POLLIN};
    if (poll(&f, 1, 0))
        if (read(p[0], &c, 1)) {
        }
}
int main(void)
{
    char c;
    pipe(p);
    struct pollfd f = {p[0], POLLIN};
    int e = epoll_create1(0);
    struct epoll_event ev = {EPOLLIN};
    epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev);
    fd_set r;
    for (int k = 0; k < 2; k++) {
        struct sigaction a = {.sa_handler = on, .sa_flags = k ? SA_RESTART : 0};
        sigaction(SIGUSR1, &a, NULL);
        puts(k ? "SA_RESTART" : "no SA_RESTART");
        later();
        TRY(read(p[0], &c, 1));
        done();
        later();
        TRY(poll(&f, 1, 5000));
        done();
        later();
        TRY(epoll_wait(e, &ev, 1, 5000));
        done();
        later();
        FD_ZERO(&r);
        FD_SET(p[0], &r);
        struct timeval tv = {5, 0};
        TRY(select(p[0] + 1, &r, NULL, NULL, &tv));
        done();
        struct timespec t = {5, 0}, left = {0, 0};
        later();
        TRY(nanosleep(&t, &left));
        SHOW(left.tv_nsec > 0 && left.tv_sec < 5);
        done();
        later();
        int st;
        TRY(waitpid(child, &st, 0) > 0 ? 0 : -1);
        printf("  handlers %d\n", n);
        n = 0;
        if (errno == EINTR)
            waitpid(child, &st, 0);
        poll(&f, 1, 1000);
        if (read(p[0], &c, 1)) {
        }
        later();
        TRY(usleep(900000));
        done();
    }
    signal(SIGUSR1, SIG_IGN);
    later();
    TRY(read(p[0], &c, 1));
    done();
    signal(SIGUSR1, SIG_DFL);
    signal(SIGURG, SIG_DFL);
    pid_t b = fork();
    if (!b) {
        sleep_ms(40);
        kill(getppid(), SIGURG);
        kill(getppid(), SIGCONT);
        sleep_ms(40);
        if (write(p[1], "y", 1)) {
        }
        _exit(0);
    }
    TRY(read(p[0], &c, 1));
    waitpid(b, NULL, 0);
    return 0;
}
