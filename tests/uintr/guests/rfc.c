// The calls as first published; BASE is the first number, compiled in.
#include "uintr_test.h"

#undef register_handler
#undef unregister_handler
#undef register_sender
#undef unregister_sender
#undef uintr_wait
#define register_handler(h, flags) syscall(BASE, (long)(h), (long)(flags))
#define unregister_handler(flags) syscall(BASE + 1, (long)(flags))
#define create_fd(vector, flags) syscall(BASE + 2, (long)(vector), (long)(flags))
#define register_sender(fd, flags) syscall(BASE + 3, (long)(fd), (long)(flags))
#define unregister_sender(fd, flags) syscall(BASE + 4, (long)(fd), (long)(flags))
#define uintr_wait(flags) syscall(BASE + 5, (long)(flags), 0L)

static int fd;
static volatile int go;

static void *other(void *unused)
{
    FAILS(unregister_sender(fd, 0), EINVAL); /* tables are per thread */
    catch_faults();
    FAULT(SENDUIPI(0));
    IS(caught.signo, SIGILL);
    int index = register_sender(fd, 0);
    IS(index, 0);
    FAILS(register_sender(fd, 0), EISCONN);
    SENDUIPI(index);
    while (!go)
        ;
    sleep_ms(30);
    SENDUIPI(index);
    IS(unregister_sender(fd, 0), 0);
    FAULT(SENDUIPI(index)); /* that was the last entry: the table is gone */
    IS(caught.signo, SIGILL);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    char text[128], path[64];
    int status;

    catch_faults();
    MUST(register_handler(handler, 0) == 0);
    FAILS(register_handler(handler, 0), EBUSY);
    FAILS(register_handler(handler, 0x1000), EINVAL);
    FAILS(create_fd(64, 0), ENOSPC);
    FAILS(create_fd(1, 1), EINVAL);
    fd = create_fd(7, 0);
    MUST(fd >= 0);
    FAILS(create_fd(7, 0), EBUSY);
    sprintf(path, "/proc/self/fd/%d", fd);
    text[readlink(path, text, 127)] = 0;
    CHECK(strcmp(text, "anon_inode:[uintrfd]") == 0);
    FAILS(register_sender(0, 0), EOPNOTSUPP);
    FAILS(register_sender(999, 0), EBADF);
    FAILS(unregister_sender(0, 0), EOPNOTSUPP);
    FAILS(unregister_sender(999, 0), EBADF);
    FAILS(unregister_sender(fd, 0), EINVAL);
    FAILS(uintr_wait(1), EINVAL);

    STUI();
    MUST(pthread_create(&thread, NULL, other, NULL) == 0);
    while (count < 1)
        ;
    IS(last.vector, 7);
    go = 1;
    FAILS(uintr_wait(0), EINTR);
    IS(count, 2);
    pthread_join(thread, NULL);

    /* A child has no table. */
    IS(register_sender(fd, 0), 0);
    SENDUIPI(0);
    IS(count, 3);
    pid_t child = fork();
    if (child == 0) {
        FAULT(SENDUIPI(0));
        IS(caught.signo, SIGILL);
        IS(register_sender(fd, 0), 0);
        SENDUIPI(0);
        _exit(failures != 0);
    }
    waitpid(child, &status, 0);
    IS(status, 0);
    while (count < 4)
        ;

    /* Closing the last copy removes the senders, withdraws what was posted, frees the vector. */
    int spare = create_fd(8, 0);
    IS(register_sender(spare, 0), 1);
    int copy = dup(fd);
    close(fd);
    SENDUIPI(0);
    IS(count, 5);
    CLUI();
    close(copy);
    FAULT(SENDUIPI(0));
    IS(caught.signo, SIGSEGV);
    IS(caught.code, 0x80);
    SENDUIPI(1);
    STUI();
    IS(count, 6);
    IS(last.vector, 8);
    fd = create_fd(7, 0);
    MUST(fd >= 0);
    IS(register_sender(fd, 0), 0);

    /* After unregister_handler the old descriptors are dead. */
    IS(unregister_handler(0), 0);
    FAILS(unregister_handler(0), EINVAL);
    FAILS(register_sender(spare, 0), EISCONN);
    FAILS(uintr_wait(0), EOPNOTSUPP);
    IS(unregister_sender(spare, 0), 0);
    FAILS(register_sender(spare, 0), ESHUTDOWN);
    MUST(register_handler(handler, 0) == 0);
    int again = create_fd(7, 0);
    MUST(again >= 0);
    SENDUIPI(0);
    IS(count, 6);
    return done();
}
