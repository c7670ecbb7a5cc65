// arch: x86_64
// Senders and receivers in different processes: fork, descriptors over sockets, tables by reference.
#include "uintr_test.h"

static int pass(int socket, int fd)
{
    char byte = 'x';
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof fd)];
    } control = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(socket, &message, 0);
}

static int take(int socket)
{
    char byte;
    int fd = -1;
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof fd)];
    } control;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                             .msg_controllen = sizeof control};
    MUST(recvmsg(socket, &message, 0) == 1);
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

static void join(pid_t child)
{
    int status = -1;
    MUST(waitpid(child, &status, 0) == child);
    IS(status, 0);
}

#define CHILD(code)                \
    ({                             \
        pid_t pid_ = fork();       \
        if (pid_ == 0) {           \
            failures = 0;          \
            code;                  \
            fflush(stdout);        \
            _exit(failures != 0);  \
        }                          \
        MUST(pid_ > 0);            \
        pid_;                      \
    })

/* Two processes that answer each other's interrupts, spinning. */
static void ping_pong(int rounds)
{
    int sockets[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
    count = 0;
    pid_t child = CHILD({
        MUST(register_handler(handler, 0) == 0);
        pass(sockets[1], vector_fd(2, 0));
        int fd = take(sockets[1]);
        char name[64];
        sprintf(name, "/proc/self/fd/%d", fd);
        char target[64] = {0};
        readlink(name, target, 63);
        CHECK(strcmp(target, "anon_inode:[uvecfd]") == 0);
        FAILS(read(fd, name, 1), EINVAL);
        int index = register_sender(fd, 0);
        MUST(index >= 0);
        count = 0;
        STUI();
        for (int i = 1; i <= rounds; i++) {
            while (count < i)
                ;
            IS(last.vector, 2);
            SENDUIPI(index);
        }
        IS(count, rounds);
    });
    MUST(register_handler(handler, 0) == 0);
    pass(sockets[0], vector_fd(1, 0));
    int index = register_sender(take(sockets[0]), 0);
    MUST(index >= 0);
    STUI();
    for (int i = 1; i <= rounds; i++) {
        SENDUIPI(index);
        while (count < i)
            ;
        IS(last.vector, 1);
    }
    join(child);
    IS(count, rounds);
    SENDUIPI(index); /* the receiver is gone: nothing happens */
    CLUI();
    IS(unregister_handler(0), 0);
    IS(unregister_sender(index, 0), 0);
}

/* A sleeping receiver, woken by a child; many rounds against lost wake-ups. */
static void wake_ups(int rounds)
{
    count = 0;
    MUST(register_handler(handler, WAITING_RECEIVER) == 0);
    int fd = vector_fd(9, 0);
    volatile int *turn = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = CHILD({
        int index = register_sender(fd, 0);
        MUST(index >= 0);
        for (int i = 0; i < rounds; i++) {
            while (*turn < i)
                usleep(1000);
            if (i % 3 == 0)
                usleep(3000);
            SENDUIPI(index);
        }
    });
    STUI();
    for (int i = 0; i < rounds; i++) {
        *turn = i;
        while (count <= i)
            if (uintr_wait(5000000, 0) == 0)
                CHECK(!"slept through");
    }
    join(child);
    CLUI();
    IS(unregister_handler(0), 0);
    close(fd);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    MUST(sizeof(long) == 8);

    ping_pong(200);
    wake_ups(30);

    /* Nobody inherits a handler; the table is the parent's, by reference, both ways. */
    MUST(register_handler(handler, 0) == 0);
    int fd = vector_fd(50, 0);
    int index = register_self(40, 0);
    MUST(index >= 0);
    count = 0;
    STUI();
    int pipes[2], back[2];
    char byte;
    MUST(pipe(pipes) == 0 && pipe(back) == 0);
    pid_t child = CHILD({
        CHECK(!testui());
        FAILS(vector_fd(1, 0), EINVAL);
        SENDUIPI(index);
        int mine = register_sender(fd, 0);
        IS(mine, index + 1);
        MUST(register_handler(handler, 0) == 0);
        IS(register_self(13, 0), index + 2);
        count = 0;
        STUI();
        write(back[1], "x", 1);
        while (!count)
            ;
        IS(last.vector, 13);
        read(pipes[0], &byte, 1);
        struct sigaction action = {.sa_handler = SIG_DFL};
        sigaction(SIGSEGV, &action, NULL);
        SENDUIPI(index); /* removed by the parent */
    });
    while (!count)
        ;
    IS(last.vector, 40);
    read(back[0], &byte, 1);
    SENDUIPI(index + 1); /* made by the child */
    IS(count, 2);
    IS(last.vector, 50);
    SENDUIPI(index + 2); /* the child's own */
    IS(unregister_sender(index, 0), 0);
    write(pipes[1], "x", 1);
    int status;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);

    /* Receivers that died are known; what they left does no harm. */
    int sockets[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
    child = CHILD({
        MUST(register_handler(handler, 0) == 0);
        pass(sockets[1], vector_fd(8, 0));
        pause();
    });
    fd = take(sockets[0]);
    int alive = register_sender(fd, 0);
    MUST(alive >= 0);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    SENDUIPI(alive);
    FAILS(register_sender(fd, 0), ESHUTDOWN);
    CHECK(testui());
    return done();
}
