// arch: x86_64
// Errors of the final calls, and the order of their checks.
#include "uintr_test.h"

static void *ends_at_once(void *fd)
{
    MUST(register_handler(handler, 0) == 0);
    *(int *)fd = vector_fd(3, 0);
    return NULL;
}

static void *other_thread(void *unused)
{
    FAILS(vector_fd(1, 0), EINVAL);        /* handlers are per thread */
    FAILS(unregister_handler(0), EINVAL);
    MUST(register_handler(handler, 0) == 0);
    IS(unregister_handler(0), 0);
    STUI();
    SENDUIPI(0); /* the table is the process's */
    return NULL;
}

int main(void)
{
    pthread_t thread;

    /* Without a handler. */
    FAILS(unregister_handler(1), EINVAL);
    FAILS(unregister_handler(0), EINVAL);
    FAILS(vector_fd(0, 0), EINVAL);
    FAILS(vector_fd(64, 0), EINVAL);
    FAILS(register_self(0, 0), EINVAL);
    FAILS(register_sender(0, 1), EINVAL);
    FAILS(register_sender(77, 1), EINVAL);
    FAILS(register_sender(77, 0), EBADF);
    FAILS(register_sender(-1, 0), EBADF);
    FAILS(register_sender(1000, 0), EBADF);
    FAILS(register_sender(0, 0), EOPNOTSUPP);
    FAILS(unregister_sender(0, 0), EINVAL);
    FAILS(uintr_wait(0, 1), EINVAL);
    FAILS(uintr_wait(1000000001, 0), EINVAL);
    FAILS(uintr_wait(-1, 0), EINVAL);
    IS(uintr_wait(0, 0), 0);
    FAILS(uintr_wait(1, 0), EOPNOTSUPP);
    FAILS(alt_stack(0, 0, 1), EINVAL);
    FAILS(alt_stack(0, 0, 0), EOPNOTSUPP);
    FAILS(ipi_fd(1), EINVAL);
    FAILS(set_timer(0, 0, 1), EINVAL);
    FAILS(set_timer(0, 64, 0), EINVAL);
    FAILS(set_timer(0, 0, 0), EOPNOTSUPP);
    FAILS(syscall(481), ENOSYS);

    /* register_handler. */
    FAILS(register_handler(0, 0x4000), EINVAL);
    FAILS(register_handler(0, 1), EINVAL);
    FAILS(register_handler(0, 0), EFAULT);
    FAILS(register_handler(0, 0x3000), EFAULT);
    IS(register_handler(handler, 0), 0);
    FAILS(register_handler(handler, 0), EBUSY);
    FAILS(register_handler(0, 0), EFAULT);
    FAILS(register_handler(handler, 8), EINVAL);

    /* vector_fd and register_self. */
    FAILS(vector_fd(0, 1), EINVAL);
    FAILS(vector_fd(64, 1), EINVAL);
    FAILS(vector_fd(64, 0), ENOSPC);
    FAILS(vector_fd(-1, 0), ENOSPC);
    FAILS(vector_fd(1ul << 32, 0), ENOSPC);
    FAILS(register_self(64, 0), ENOSPC);
    FAILS(register_self(1, 2), EINVAL);
    int fd = vector_fd(5, 0);
    CHECK(fd >= 3);
    int fd2 = vector_fd(5, 0);
    CHECK(fd2 == fd + 1);

    /* Indices: the lowest free one, the same vector again is another. */
    IS(register_sender(fd, 0), 0);
    IS(register_sender(fd, 0), 1);
    IS(register_self(9, 0), 2);
    IS(register_sender(fd2, 0), 3);
    IS(unregister_sender(1, 0), 0);
    FAILS(unregister_sender(1, 0), EINVAL);
    FAILS(unregister_sender(0, 4), EINVAL);
    FAILS(unregister_sender(256, 0), EINVAL);
    FAILS(unregister_sender(-1, 0), EINVAL);
    IS(register_self(10, 0), 1);
    for (int i = 4; i < 256; i++)
        MUST(register_self(i % 64, 0) == i);
    FAILS(register_self(0, 0), ENOSPC);
    FAILS(register_sender(fd, 0), ENOSPC);
    IS(unregister_sender(255, 0), 0);
    IS(unregister_sender(100, 0), 0);
    IS(register_sender(fd, 0), 100);

    /* Closing the descriptors changes nothing for the indices. */
    close(fd);
    close(fd2);
    STUI();
    SENDUIPI(0);
    IS(count, 1);
    IS(last.vector, 5);
    SENDUIPI(2);
    IS(last.vector, 9);

    /* unregister_handler: recognised vectors are lost, what is posted meanwhile comes later. */
    CLUI();
    SENDUIPI(2);
    count = 0;
    fd = vector_fd(20, 0);
    IS(unregister_handler(0), 0);
    FAILS(vector_fd(0, 0), EINVAL);
    STUI();
    SENDUIPI(0);
    SENDUIPI(1);
    int index = register_sender(fd, 0);
    IS(index, 255);
    SENDUIPI(index);
    IS(count, 0);
    IS(register_handler(handler, 0), 0);
    IS(count, 3);
    IS(order[0], 20);
    IS(order[1], 10);
    IS(order[2], 5);
    CHECK(testui());

    /* Another thread; one that has gone. */
    count = 0;
    MUST(pthread_create(&thread, NULL, other_thread, NULL) == 0);
    pthread_join(thread, NULL);
    IS(count, 1);
    int dead;
    FAILS(register_self(1, 0), ENOSPC);
    IS(unregister_sender(9, 0), 0);
    MUST(pthread_create(&thread, NULL, ends_at_once, &dead) == 0);
    pthread_join(thread, NULL);
    FAILS(register_sender(dead, 0), ESHUTDOWN);

    /* alt_stack: sp is the top; NULL means the red zone again. */
    static char stack[4096] __attribute__((aligned(64)));
    IS(alt_stack(stack + 4000, 17, 0), 0);
    SENDUIPI(0);
    IS(last.rsp, (unsigned long)stack + 4000 - 32);
    IS(alt_stack(stack + 4009, 17, 0), 0);
    SENDUIPI(0);
    IS(last.rsp, (unsigned long)stack + 4000 - 32);
    IS(alt_stack(0, 17, 0), 0);
    SENDUIPI(0);
    IS(last.rsp, ((last.old_rsp - 128) & -16) - 32);
    IS(alt_stack(stack + 4000, 0, 0), 0);
    IS(unregister_handler(0), 0);
    IS(register_handler(handler, 0), 0);
    SENDUIPI(0);
    IS(last.rsp, ((last.old_rsp - 128) & -16) - 32);

    /* wait: the whole time when no waiting mode is set. */
    int64_t then = now_ms();
    IS(uintr_wait(30000, 0), 0);
    CHECK(now_ms() - then >= 30);
    return done();
}
