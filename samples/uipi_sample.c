/*
 * One thread interrupts another without a system call.
 *
 * The main thread registers a handler and makes a file descriptor for vector 0 of itself. The
 * second thread turns the descriptor into an index of its sender table and executes SENDUIPI; the
 * handler runs on the main thread, which spins meanwhile.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <pthread.h>

#include "uintr/uintr.h"

static volatile int received;

UINTR_HANDLER(on_interrupt)
{
    SAY("\t-- User Interrupt handler --\n");
    received = 1;
}

static void *sender(void *argument)
{
    int fd = *(int *)argument;
    int index = check(uintr_register_sender(fd, 0), "register_sender");

    printf("Sending IPI from sender thread\n");
    _senduipi(index);

    check(uintr_unregister_sender(index, 0), "unregister_sender");
    return NULL;
}

int main(void)
{
    pthread_t thread;
    int fd;

    /* The handler writes past stdio: keep the lines in order on a pipe, too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    check(uintr_register_handler(on_interrupt, 0), "register_handler");
    fd = check(uintr_vector_fd(0, 0), "vector_fd");

    _stui();
    printf("Receiver enabled interrupts\n");

    if (pthread_create(&thread, NULL, sender, &fd) != 0) {
        fprintf(stderr, "cannot create the sender thread\n");
        return 1;
    }
    while (!received)
        ;
    pthread_join(thread, NULL);

    close(fd);
    check(uintr_unregister_handler(0), "unregister_handler");
    printf("Success\n");
    return 0;
}
