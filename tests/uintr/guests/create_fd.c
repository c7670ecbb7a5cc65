// A program for 471-create-fd that runs under auto: as Intel's tests of that time do it.
#include "uintr_test.h"

#define create_fd vector_fd
#undef uintr_wait
#define uintr_wait(flags) syscall(476, (long)(flags))

static int fd;

static void *sender(void *unused)
{
    int index = register_sender(fd, 0);
    MUST(index >= 0);
    sleep_ms(20);
    SENDUIPI(index);
    IS(unregister_sender(fd, 0), 0);
    FAILS(unregister_sender(fd, 0), EINVAL);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    MUST(register_handler(handler, 0) == 0);
    MUST((fd = create_fd(1, 0)) >= 0);
    STUI();
    MUST(pthread_create(&thread, NULL, sender, NULL) == 0);
    FAILS(uintr_wait(0), EINTR);
    IS(count, 1);
    pthread_join(thread, NULL);
    return done();
}
