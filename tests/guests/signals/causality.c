/* What another process sends arrives in order, and not after what it does then. */
#include "guest.h"
#include <sys/wait.h>

enum { TURNS = 120 };

static volatile int count, misplaced;
static int asks[2], answers[2];

static void queued(int signo, siginfo_t *info, void *context)
{
    misplaced += info->si_value.sival_int != count++;
}

static void counted(int signo)
{
    count++;
}

static void *idle(void *unused)
{
    for (;;)
        pause();
}

static void helper(pid_t parent)
{
    char byte;
    for (int i = 0; i < TURNS; i++)
        while (sigqueue(parent, SIGRTMIN, (union sigval){.sival_int = i}))
            usleep(100);
    while (read(asks[0], &byte, 1) == 1) {
        kill(parent, SIGUSR1);
        write(answers[1], "", 1);
    }
    _exit(0);
}

static void ask(int turn)
{
    count = 0;
    write(asks[1], "", 1);
    if (turn % 2)
        for (volatile int i = 0; i < 20000; i++)
            ;
}

int main(void)
{
    sigset_t all, one, old, pending;
    pthread_t thread;
    struct sigaction action = {.sa_sigaction = queued, .sa_flags = SA_SIGINFO | SA_RESTART};
    int late = 0, not_pending = 0, not_there = 0;
    char byte;

    sigaction(SIGRTMIN, &action, 0);
    action = (struct sigaction){.sa_handler = counted, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, 0);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old);
    for (int i = 0; i < 4; i++)
        pthread_create(&thread, 0, idle, 0);
    pipe(asks);
    pipe(answers);
    pid_t parent = getpid();
    if (!fork()) {
        close(asks[1]);
        helper(parent);
    }
    sigprocmask(SIG_SETMASK, &old, 0);
    while (count < TURNS)
        ;
    SHOW(misplaced);
    for (int i = 0; i < TURNS; i++) {
        ask(i);
        while (read(answers[0], &byte, 1) != 1)
            ;
        late += count != 1;
    }
    SHOW(late);
    for (int i = 0; i < TURNS; i++) {
        struct pollfd answer = {answers[0], POLLIN};
        ask(i);
        while (poll(&answer, 1, i % 3 ? -1 : 0) != 1)
            ;
        late += count != 1;
        read(answers[0], &byte, 1);
    }
    SHOW(late);
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    sigprocmask(SIG_BLOCK, &one, 0);
    for (int i = 0; i < TURNS; i++) {
        struct timespec none = {0};
        ask(i);
        read(answers[0], &byte, 1);
        sigpending(&pending);
        not_pending += !sigismember(&pending, SIGUSR1);
        not_there += sigtimedwait(&one, 0, &none) != SIGUSR1;
    }
    SHOW(not_pending);
    SHOW(not_there);
    close(asks[1]);
    wait(0);
    return 0;
}
