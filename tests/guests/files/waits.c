// Calls that wait: other threads run meanwhile, signals end them, timeouts hold.
#include "guest.h"
#include <sys/file.h>
#include <sys/sendfile.h>

static volatile long spins;
static volatile int stop;
static int ends[2], listener;
static char big[200000];

static void *spin(void *unused)
{
    while (!stop)
        spins++;
    return NULL;
}

static void nothing(int signo)
{
}

static void *late_write(void *unused)
{
    sleep_ms(50);
    MUST(write(ends[1], "hello", 5) == 5);
    return NULL;
}

static void *late_fifo(void *unused)
{
    sleep_ms(50);
    int fd = open("fifo", O_WRONLY);
    MUST(fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0);
    return NULL;
}

static void *client(void *result)
{
    struct sockaddr_un where = {AF_UNIX, "socket"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char b[4];

    sleep_ms(50);
    MUST(connect(fd, (void *)&where, sizeof where) == 0);
    *(int *)result = recv(fd, b, 4, MSG_WAITALL);
    close(fd);
    return NULL;
}

static void *drain(void *result)
{
    char b[50000];
    long total = 0, n;

    sleep_ms(50);
    while (total < 200000 && (n = read(ends[0], b, sizeof b)) > 0)
        total += n;
    *(int *)result = total;
    return NULL;
}

/* Runs `body` in a thread while the main thread does `call`; a third one must have got on. */
#define MEANWHILE(body, argument, call)                              \
    do {                                                             \
        pthread_t t;                                                 \
        long before = spins;                                         \
        MUST(pthread_create(&t, NULL, body, argument) == 0);         \
        TRY(call);                                                   \
        MUST(pthread_join(t, NULL) == 0);                            \
        MUST(spins > before);                                        \
    } while (0)

static void together(void)
{
    struct sockaddr_un where = {AF_UNIX, "socket"};
    struct timeval brief = {0, 50000};
    char b[100];
    int fd, got = 0;

    MEANWHILE(late_write, NULL, read(ends[0], b, 100));
    MEANWHILE(late_fifo, NULL, (fd = open("fifo", O_RDONLY)) >= 0);
    TRY(read(fd, b, 10));
    TRY(read(fd, b, 10));
    close(fd);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST(bind(listener, (void *)&where, sizeof where) == 0 && listen(listener, 1) == 0);
    pthread_t t;
    MUST(pthread_create(&t, NULL, client, &got) == 0);
    MUST((fd = accept(listener, NULL, NULL)) >= 0 && write(fd, "ab", 2) == 2);
    sleep_ms(50);
    MUST(write(fd, "cd", 2) == 2 && pthread_join(t, NULL) == 0);
    SHOW(got);
    close(fd);
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    MUST(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief) == 0);
    TRY(recv(fd, b, 10, 0));
    TRY(read(fd, b, 10));
    close(fd);
    MEANWHILE(drain, &got, write(ends[1], big, sizeof big));
    SHOW(got);
    fd = open("file", O_RDWR | O_CREAT, 0600);
    MUST(ftruncate(fd, sizeof big) == 0 && pthread_create(&t, NULL, drain, &got) == 0);
    for (long sent = 0, n; sent < sizeof big; sent += n)
        MUST((n = sendfile(ends[1], fd, NULL, sizeof big - sent)) > 0);
    MUST(pthread_join(t, NULL) == 0);
    SHOW(got);
    close(fd);
}

static int wait_for_child(pid_t child)
{
    int status;

    sleep_ms(50);
    MUST(waitpid(child, &status, WNOHANG) == 0);
    return status;
}

static void between_processes(void)
{
    int fd = open("file", O_RDWR), status;
    struct flock lock = {F_WRLCK, SEEK_SET, 0, 10};
    pid_t child;

    MUST(flock(fd, LOCK_EX) == 0);
    if (!(child = fork()))
        _exit(flock(open("file", O_RDWR), LOCK_EX) == 0 ? 7 : 8);
    wait_for_child(child);
    MUST(flock(fd, LOCK_UN) == 0 && waitpid(child, &status, 0) == child);
    SHOW(WEXITSTATUS(status));
    MUST(fcntl(fd, F_SETLK, &lock) == 0);
    if (!(child = fork()))
        _exit(fcntl(open("file", O_RDWR), F_SETLKW, &lock) == 0 ? 9 : 10);
    wait_for_child(child);
    lock.l_type = F_UNLCK;
    MUST(fcntl(fd, F_SETLK, &lock) == 0 && waitpid(child, &status, 0) == child);
    SHOW(WEXITSTATUS(status));
    close(fd);
}

static void interrupted(void)
{
    struct sigaction action = {.sa_handler = nothing};
    struct itimerval soon = {{0, 0}, {0, 50000}};
    struct timespec length = {2, 0}, left;
    struct pollfd p = {ends[0], POLLIN};
    char b[10];
    int held = open("file", O_RDWR), fd = open("file", O_RDWR);

    sigaction(SIGALRM, &action, NULL);
    MUST(flock(held, LOCK_EX) == 0);
#define SOON(call) (setitimer(ITIMER_REAL, &soon, NULL), TRY(call))
    SOON(read(ends[0], b, 10));
    SOON(flock(fd, LOCK_EX));
    SOON(open("fifo", O_RDONLY));
    SOON(accept(listener, NULL, NULL));
    SOON(poll(&p, 1, -1));
    SOON(nanosleep(&length, &left));
    SHOW(left.tv_sec);
    SOON(write(ends[1], big, sizeof big) < (long)sizeof big);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    while (read(ends[0], big, sizeof big) > 0)
        ;
    fcntl(ends[0], F_SETFL, 0);
    soon.it_value.tv_usec = 20000;
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    MEANWHILE(late_write, NULL, read(ends[0], b, 10));
    close(held);
    close(fd);
}

int main(void)
{
    pthread_t t;

    enter_scratch();
    MUST(pipe(ends) == 0 && mkfifo("fifo", 0600) == 0);
    MUST(pthread_create(&t, NULL, spin, NULL) == 0);
    together();
    interrupted();
    stop = 1;
    MUST(pthread_join(t, NULL) == 0);
    between_processes();
    unlink("fifo");
    unlink("file");
    unlink("socket");
    leave_scratch();
    return 0;
}
