// arch: x86_64
// Sleeping receivers: woken with EINTR in the waiting modes, left alone otherwise.
#include "uintr_test.h"
#include <sys/epoll.h>

static int index_;
static pthread_barrier_t ready;
static volatile int sender_done;

static void *late_sender(void *delay_ms)
{
    pthread_barrier_wait(&ready);
    sleep_ms((long)delay_ms);
    SENDUIPI(index_);
    sender_done = 1;
    return NULL;
}

/* Runs `call` while another thread sends an interrupt 30 ms from now. */
#define MEANWHILE(call)                                                               \
    do {                                                                              \
        pthread_t thread;                                                             \
        count = 0;                                                                    \
        MUST(pthread_create(&thread, NULL, late_sender, (void *)30L) == 0);           \
        pthread_barrier_wait(&ready);                                                 \
        call;                                                                         \
        pthread_join(thread, NULL);                                                   \
    } while (0)

static void on_usr1(int signo) {}

int main(void)
{
    int pipe_fds[2], error;
    char byte;
    struct timespec left, ten = {10, 0}, tenth = {0, 100000000};

    pthread_barrier_init(&ready, NULL, 2);
    MUST(pipe(pipe_fds) == 0);
    MUST(register_handler(handler, 0) == 0);
    MUST((index_ = register_self(6, 0)) == 0);
    STUI();

    /* No waiting mode: calls take their time, the handler runs afterwards. */
    int64_t then = now_ms();
    MEANWHILE(IS(nanosleep(&tenth, NULL), 0));
    CHECK(now_ms() - then >= 100);
    IS(count, 1);
    then = now_ms();
    MEANWHILE(IS(uintr_wait(100000, 0), 0));
    CHECK(now_ms() - then >= 100);
    IS(count, 1);

    /* WAITING_RECEIVER. */
    IS(unregister_handler(0), 0);
    MUST(register_handler(handler, WAITING_RECEIVER) == 0);
    MEANWHILE(FAILS(uintr_wait(10000000, 0), EINTR); IS(count, 1));
    MEANWHILE(FAILS(nanosleep(&ten, &left), EINTR); IS(count, 1));
    CHECK(left.tv_sec == 9);
    MEANWHILE(FAILS(read(pipe_fds[0], &byte, 1), EINTR); IS(count, 1));
    MEANWHILE(FAILS(poll(NULL, 0, -1), EINTR); IS(count, 1));
    MEANWHILE(FAILS(pause(), EINTR); IS(count, 1));
    int epoll = epoll_create1(0);
    struct epoll_event event;
    MEANWHILE(FAILS(epoll_wait(epoll, &event, 1, -1), EINTR); IS(count, 1));
    int word = 0;
    MEANWHILE(FAILS(syscall(SYS_futex, &word, 0, 0, NULL, NULL, 0), EINTR); IS(count, 1));
    CHECK(testui());

    /* A signal handler with SA_RESTART does not make it restart by itself. */
    struct sigaction action = {.sa_handler = on_usr1, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    MEANWHILE(FAILS(read(pipe_fds[0], &byte, 1), EINTR); IS(count, 1));

    /* UIF clear: the call ends all the same, the handler waits for STUI. */
    CLUI();
    MEANWHILE(FAILS(uintr_wait(10000000, 0), EINTR); IS(count, 0));
    STUI();
    IS(count, 1);

    /* What ends well keeps its result. */
    MEANWHILE(IS(uintr_wait(1000, 0), 0));
    IS(count, 1);

    /* The mode sticks when the next registration has no flags. */
    IS(unregister_handler(0), 0);
    MUST(register_handler(handler, 0) == 0);
    MEANWHILE(FAILS(uintr_wait(10000000, 0), EINTR));
    IS(count, 1);
    IS(unregister_handler(0), 0);
    MUST(register_handler(handler, WAITING_SENDER) == 0);
    MEANWHILE(FAILS(read(pipe_fds[0], &byte, 1), EINTR));
    IS(count, 1);

    /* A signal ends uintr_wait, which is never restarted. */
    timer_t timer;
    struct sigevent to_usr1 = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    if (timer_create(CLOCK_MONOTONIC, &to_usr1, &timer) == 0) {
        struct itimerspec soon = {.it_value = {0, 30000000}};
        timer_settime(timer, 0, &soon, NULL);
        FAILS(uintr_wait(10000000, 0), EINTR);
    }
    return done();
}
