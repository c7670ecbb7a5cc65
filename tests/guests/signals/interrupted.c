/* Which calls a handler interrupts, without SA_RESTART and with it (man 7 signal). */
#include "guest.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static sigjmp_buf out;
static volatile int in_call, calls;
static int ends[2], pair[2], full[2], stream[2], listener, queue, semaphore, locked, epoll, fd;
static char big[1 << 17], fifo[64];
static int *shared;
static struct pollfd one;
static struct timespec hour = {3600, 0};
static struct timeval hours = {3600, 0};
static sigset_t none, usr2;

static void arm(int milliseconds)
{
    struct itimerval value = {{0, 0}, {0, milliseconds * 1000}};

    setitimer(ITIMER_REAL, &value, NULL);
}

static void on_alarm(int signo)
{
    if (!in_call)
        return;
    if (++calls == 2)
        siglongjmp(out, 1);
    arm(60);
}

#define CALL(what)                                                                                 \
    do {                                                                                           \
        calls = errno = 0;                                                                         \
        if (!sigsetjmp(out, 1)) {                                                                  \
            long result_;                                                                          \
                                                                                                   \
            in_call = 1;                                                                           \
            arm(15);                                                                               \
            result_ = (long)(what);                                                                \
            in_call = 0;                                                                           \
            arm(0);                                                                                \
            printf("%s: %ld %s\n", #what, result_, result_ == -1 ? error_name(errno) : "");        \
        } else {                                                                                   \
            in_call = 0;                                                                           \
            printf("%s: goes on\n", #what);                                                        \
        }                                                                                          \
    } while (0)

static void prepare(void)
{
    struct sockaddr_un name = {AF_UNIX, "0interrupted"};
    char path[] = "/tmp/interruptedXXXXXX";
    struct epoll_event event = {EPOLLIN};

    MUST(pipe(ends) == 0 && pipe2(full, O_NONBLOCK) == 0);
    while (write(full[1], big, 4096) > 0)
        ;
    fcntl(full[1], F_SETFL, 0);
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, stream) == 0);
    while (send(stream[0], big, sizeof big, 0) > 0)
        ;
    fcntl(stream[0], F_SETFL, 0);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(name.sun_path + 1, 90, "%d", getpid());
    name.sun_path[0] = 0;
    MUST(bind(listener, (void *)&name, sizeof name) == 0 && listen(listener, 1) == 0);
    queue = msgget(IPC_PRIVATE, 0600);
    semaphore = semget(IPC_PRIVATE, 1, 0600);
    locked = mkstemp(path);
    fd = open(path, O_RDWR);
    MUST(flock(locked, LOCK_EX) == 0);
    unlink(path);
    snprintf(fifo, sizeof fifo, "/tmp/interrupted-%d", getpid());
    MUST(mkfifo(fifo, 0600) == 0);
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    epoll = epoll_create(1);
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    one.fd = ends[0];
    one.events = POLLIN;
    sigemptyset(&none);
    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
}

static void descriptors(void)
{
    struct timeval minute = {60, 0};
    struct iovec part = {big, 10};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    struct itimerspec late = {{0, 0}, {3600, 0}};
    int timer = timerfd_create(CLOCK_MONOTONIC, 0), watch = inotify_init();
    int counter = eventfd(0, 0), signals = signalfd(-1, &usr2, 0);

    timerfd_settime(timer, 0, &late, NULL);
    CALL(read(ends[0], big, 10));
    CALL(readv(ends[0], &part, 1));
    CALL(write(full[1], big, 10));
    CALL(read(timer, big, 8));
    CALL(read(counter, big, 8));
    CALL(read(signals, big, 256));
    CALL(read(watch, big, 256));
    CALL(recv(pair[0], big, 10, 0));
    CALL(recvmsg(pair[0], &message, 0));
    CALL(send(stream[0], big, 10, 0));
    CALL(accept(listener, NULL, NULL));
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
    CALL(recv(pair[0], big, 10, 0));
    minute.tv_sec = 0;
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
    CALL(poll(&one, 1, -1));
    CALL(poll(&one, 1, 100000));
    CALL(ppoll(&one, 1, &hour, &none));
    CALL(epoll_wait(epoll, (void *)big, 1, -1));
    CALL(epoll_pwait(epoll, (void *)big, 1, 100000, &none));
    CALL(select(0, NULL, NULL, NULL, NULL));
    CALL(select(0, NULL, NULL, NULL, &hours));
    CALL(pselect(0, NULL, NULL, NULL, NULL, &none));
    CALL(flock(fd, LOCK_SH));
    CALL(open(fifo, O_RDONLY));
    CALL(splice(ends[0], NULL, full[1], NULL, 10, 0));
    close(timer), close(watch), close(counter), close(signals);
}

static void others(void)
{
    struct sembuf down = {0, -1, 0};
    int status, word __attribute__((aligned(4))) = 0;
    siginfo_t info;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int ready[2];
    pid_t child;

    MUST(pipe(ready) == 0);
    child = must_fork();
    if (!child) {
        fcntl(fd, F_SETLK, &lock);
        write(ready[1], "", 1);
        pause();
        _exit(0);
    }
    MUST(read(ready[0], big, 1) == 1);
    CALL(fcntl(fd, F_SETLKW, &lock));
    CALL(waitpid(child, &status, 0));
    CALL(waitid(P_PID, child, &info, WEXITED));
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    CALL(syscall(SYS_futex, &word, 0, 0, NULL, NULL, 0));
    CALL(syscall(SYS_futex, &word, 9 | 128, 0, NULL, NULL, -1));
    CALL(syscall(SYS_futex, &word, 0 | 128, 0, &hour, NULL, 0));
    CALL(syscall(SYS_futex, shared, 0, 0, NULL, NULL, 0));
    CALL(syscall(SYS_futex, shared, 0, 0, &hour, NULL, 0));
    CALL(msgrcv(queue, big, 10, 0, 0));
    CALL(semop(semaphore, &down, 1));
    CALL(semtimedop(semaphore, &down, 1, &hour));
    CALL(nanosleep(&hour, NULL));
    CALL(clock_nanosleep(CLOCK_MONOTONIC, 0, &hour, NULL) ? -2 : 0);
    CALL(pause());
    CALL(sigsuspend(&none));
    CALL(sigwaitinfo(&usr2, NULL));
    CALL(sigtimedwait(&usr2, NULL, &hour));
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_alarm};

    prepare();
    for (int round = 0; round < 2; round++) {
        action.sa_flags = round ? SA_RESTART : 0;
        sigaction(SIGALRM, &action, NULL);
        printf("%s SA_RESTART\n", round ? "with" : "without");
        descriptors();
        others();
    }
    unlink(fifo);
    msgctl(queue, IPC_RMID, NULL);
    semctl(semaphore, 0, IPC_RMID);
    return 0;
}
