/*
 * fork shares the sender table: the child sends by an index that its parent registered, and then by
 * one registered after the fork. It has no handler itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <sys/wait.h>

#include "uintr/uintr.h"

static volatile unsigned long long last;
static volatile int count;

UINTR_HANDLER(on_interrupt)
{
    last = vector;
    count++;
}

int main(void)
{
    int ready[2], before, after, status;
    pid_t child;

    setvbuf(stdout, NULL, _IOLBF, 0);
    check(pipe(ready), "pipe");
    check(uintr_register_handler(on_interrupt, 0), "register_handler");
    before = check(uintr_register_self(1, 0), "register_self");
    _stui();

    child = check(fork(), "fork");
    if (child == 0) {
        long result = uintr_vector_fd(0, 0);
        printf("child: vector_fd without a handler: %s\n",
               result < 0 && errno == EINVAL ? "EINVAL" : "wrong");
        printf("child: flag %d\n", _testui());
        _senduipi(before);
        check(read(ready[0], &after, sizeof after), "read");
        _senduipi(after);
        _exit(3);
    }

    while (count < 1)
        ;
    printf("parent: vector %llu\n", last);
    after = check(uintr_register_self(2, 0), "register_self");
    check(write(ready[1], &after, sizeof after), "write");
    while (count < 2)
        ;
    printf("parent: vector %llu\n", last);
    check(waitpid(child, &status, 0), "waitpid");
    printf("child's status: %d\n", WEXITSTATUS(status));
    return 0;
}
