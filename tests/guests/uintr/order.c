// arch: x86_64
// Each call's errors, in the order in which they are checked.
#include "guest.h"
#include "uintr/uintr.h"
static volatile int count;
UINTR_HANDLER(h)
{
    count++;
}
static void *dead_receiver(void *fd)
{
    uintr_register_handler(h, 0);
    *(int *)fd = uintr_vector_fd(1, 0);
    return NULL;
}
int main(void)
{
    int fd, other = open("/dev/null", O_RDONLY), dead = -1;
    pthread_t t;

    puts("before a handler");
    TRY(uintr_unregister_handler(0));
    TRY(uintr_unregister_handler(1));
    TRY(uintr_vector_fd(0, 0));
    TRY(uintr_vector_fd(0, 1));
    TRY(uintr_vector_fd(64, 0));
    TRY(uintr_register_self(0, 0));
    TRY(uintr_wait(0, 0));
    TRY(uintr_wait(0, 1));
    TRY(uintr_wait(10, 0));
    TRY(uintr_wait(1000000001, 0));
    TRY(uintr_wait(-1L, 0));
    TRY(uintr_alt_stack(NULL, 0, 0));
    TRY(uintr_alt_stack(NULL, 0, 1));
    TRY(uintr_unregister_sender(0, 0));
    TRY(uintr_unregister_sender(0, 1));

    puts("register_handler");
    TRY(uintr_register_handler(NULL, 1));
    TRY(uintr_register_handler(h, 0x4000));
    TRY(uintr_register_handler(NULL, 0));
    TRY(uintr_register_handler(NULL, 0x1000));
    TRY(uintr_register_handler(h, 0));
    TRY(uintr_register_handler(h, 0));
    TRY(uintr_register_handler(NULL, 0));
    TRY(uintr_register_handler(h, 2));

    puts("vector_fd");
    TRY(uintr_vector_fd(64, 1));
    TRY(uintr_vector_fd(64, 0));
    TRY(uintr_vector_fd(-1L, 0));
    TRY(uintr_vector_fd(1L << 32, 0));
    OK(fd = uintr_vector_fd(63, 0));
    SHOW(uintr_vector_fd(63, 0) == fd + 1);

    puts("register_sender");
    TRY(uintr_register_sender(fd, 1));
    TRY(uintr_register_sender(-1, 1));
    TRY(uintr_register_sender(-1, 0));
    TRY(uintr_register_sender(999, 0));
    TRY(uintr_register_sender(other, 0));
    pthread_create(&t, NULL, dead_receiver, &dead);
    pthread_join(t, NULL);
    TRY(uintr_register_sender(dead, 0));
    TRY(uintr_register_sender(fd, 0));
    TRY(uintr_register_sender(fd, 0));
    TRY(uintr_register_self(5, 0));
    TRY(uintr_register_self(64, 0));
    TRY(uintr_register_self(5, 1));
    TRY(uintr_unregister_sender(1, 0));
    TRY(uintr_unregister_sender(1, 0));
    TRY(uintr_register_sender(fd, 0));
    for (int i = 3; i < 256; i++)
        MUST(uintr_register_sender(fd, 0) == i);
    TRY(uintr_register_sender(fd, 0));
    TRY(uintr_register_self(0, 0));
    TRY(uintr_register_sender(other, 0));
    TRY(uintr_unregister_sender(256, 0));
    TRY(uintr_unregister_sender(-1L, 0));
    TRY(uintr_unregister_sender(255, 1));
    TRY(uintr_unregister_sender(255, 0));
    TRY(uintr_unregister_sender(7, 0));
    TRY(uintr_register_sender(fd, 0));

    puts("the rest");
    TRY(uintr_wait(0, 0));
    TRY(uintr_wait(1000, 0));
    TRY(uintr_wait(1000000001, 0));
    TRY(uintr_wait(1000000001, 1));
    TRY(uintr_alt_stack(&t, 0, 1));
    TRY(uintr_alt_stack(NULL, 0, 0));
    TRY(uintr_ipi_fd(1));
    OK(uintr_ipi_fd(0));
    TRY(uintr_unregister_handler(1));
    TRY(uintr_unregister_handler(0));
    TRY(uintr_unregister_handler(0));
    TRY(uintr_vector_fd(0, 0));
    TRY(uintr_register_sender(fd, 0));
    SHOW(count);
    return 0;
}
