// reference: own
// POSIX message queues.
#include "guest.h"
struct attributes {
    long flags, maxmsg, msgsize, curmsgs, pad[4];
};
#define OPEN(name, flags, attr) syscall(SYS_mq_open, name, flags, 0600, attr)
#define SEND(size, prio, until) syscall(SYS_mq_timedsend, q, text, size, prio, until)
#define RECEIVE(size, until) syscall(SYS_mq_timedreceive, q, text, size, &prio, until)
static volatile int notified;
static void on_signal(int n, siginfo_t *info, void *context)
{
    notified = info->si_code == SI_MESGQ ? info->si_value.sival_int : -1;
}
int main(void)
{
    char name[40], text[64] = "hello";
    struct attributes attr = {0, 2, 64}, got;
    struct timespec past = {1, 0}, bad = {0, -1};
    unsigned prio = 0;
    sprintf(name, "guest-mq-%d", getpid());
    long q = OPEN(name, O_RDWR | O_CREAT | O_EXCL, &attr);
    if (q < 0 && errno == ENOSYS)
        return 0;
    MUST(q >= 0);
    TRY(OPEN(name, O_RDWR | O_CREAT | O_EXCL, &attr));
    TRY(OPEN("guest-no-such-queue", O_RDWR, 0));
    TRY(SEND(6, 1, 0));
    strcpy(text, "urgent");
    TRY(SEND(7, 5, 0));
    TRY(SEND(7, 5, &past));
    TRY(SEND(7, 5, &bad));
    TRY(SEND(65, 5, 0));
    TRY(syscall(SYS_mq_timedsend, q, 16, 4, 0, 0));
    TRY(syscall(SYS_mq_getsetattr, q, 0, &got));
    printf("%ld %ld %ld %ld\n", got.flags, got.maxmsg, got.msgsize, got.curmsgs);
    TRY(RECEIVE(10, 0));
    TRY(RECEIVE(64, 0));
    printf("%s %u\n", text, prio);
    TRY(RECEIVE(64, 0));
    printf("%s %u\n", text, prio);
    TRY(RECEIVE(64, &past));
    struct attributes change = {O_NONBLOCK};
    TRY(syscall(SYS_mq_getsetattr, q, &change, 0));
    TRY(RECEIVE(64, 0));
    change.flags = 0;
    TRY(syscall(SYS_mq_getsetattr, q, &change, &got));
    SHOW(got.flags == O_NONBLOCK);
    if (fork() == 0) {
        sleep_ms(30);
        strcpy(text, "from the child");
        exit(SEND(15, 2, 0));
    }
    TRY(RECEIVE(64, 0));
    puts(text);
    wait(NULL);
    struct sigaction act = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    event.sigev_value.sival_int = 77;
    sigaction(SIGUSR1, &act, NULL);
    TRY(syscall(SYS_mq_notify, q, &event));
    TRY(syscall(SYS_mq_notify, q, &event));
    TRY(SEND(6, 1, 0));
    while (!notified)
        sleep_ms(1);
    SHOW(notified);
    TRY(syscall(SYS_mq_notify, 99, &event));
    TRY(syscall(SYS_mq_unlink, name));
    TRY(syscall(SYS_mq_unlink, name));
    TRY(close(q));
    TRY(SEND(6, 1, 0));
    return 0;
}
