/*
 * A receiver that sleeps: uintr_wait, and a read cut short by a user interrupt. Without a waiting
 * flag an interrupt does not wake the sleeper, and the handler runs when the call is over.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <pthread.h>

#include "uintr/uintr.h"

static volatile int count, sending;
static int fd;
static int pipe_fds[2];

UINTR_HANDLER(on_interrupt)
{
    count++;
}

/* Sends one interrupt each time it is asked to, when the receiver has had time to fall asleep. */
static void *sender(void *rounds)
{
    int index = check(uintr_register_sender(fd, 0), "register_sender");

    for (long i = 1; i <= (long)rounds; i++) {
        while (sending < i)
            usleep(1000);
        usleep(50000);
        _senduipi(index);
    }
    return NULL;
}

static void result(const char *call, long value)
{
    if (value < 0)
        printf("%s: %s, %d interrupts\n", call, errno == EINTR ? "EINTR" : strerror(errno), count);
    else
        printf("%s: %ld, %d interrupts\n", call, value, count);
}

int main(void)
{
    pthread_t thread;
    char byte;

    check(pipe(pipe_fds), "pipe");
    check(uintr_register_handler(on_interrupt, 0), "register_handler");
    fd = check(uintr_vector_fd(3, 0), "vector_fd");
    _stui();
    pthread_create(&thread, NULL, sender, (void *)3L);

    sending = 1;
    result("wait of 400 ms without a flag", uintr_wait(400000, 0));
    check(uintr_unregister_handler(0), "unregister_handler");

    check(uintr_register_handler(on_interrupt, UINTR_HANDLER_FLAG_WAITING_RECEIVER),
          "register_handler");
    sending = 2;
    result("wait of 100 s", uintr_wait(100000000, 0));
    sending = 3;
    result("read of an empty pipe", read(pipe_fds[0], &byte, 1));
    pthread_join(thread, NULL);
    return 0;
}
