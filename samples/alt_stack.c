/*
 * The handler runs on a stack of its own; it ends with UIRET on the interrupted one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "uintr/uintr.h"

enum { SIZE = 65536 };

static char stack[SIZE] __attribute__((aligned(16)));
static char *volatile seen;
static volatile unsigned long long interrupted_rsp;
static volatile int count;

UINTR_HANDLER(on_interrupt)
{
    seen = (char *)frame;
    interrupted_rsp = frame->rsp;
    count++;
}

static void report(void)
{
    char here;
    long gap = &here - (char *)interrupted_rsp;

    printf("frame on the %s stack", seen > stack && seen <= stack + SIZE ? "alternate" : "normal");
    printf(", interrupted code on the %s stack\n", labs(gap) < 4096 ? "normal" : "alternate");
}

int main(void)
{
    int self;

    check(uintr_register_handler(on_interrupt, 0), "register_handler");
    self = check(uintr_register_self(0, 0), "register_self");
    _stui();

    _senduipi(self);
    while (count < 1)
        ;
    report();

    /* The kernel takes the address of the stack's top, whatever the size. */
    check(uintr_alt_stack(stack + SIZE, SIZE, 0), "alt_stack");
    _senduipi(self);
    while (count < 2)
        ;
    report();
    printf("the frame is at the top: %s\n", stack + SIZE - seen == 24 ? "yes" : "no");

    check(uintr_alt_stack(NULL, 0, 0), "alt_stack");
    _senduipi(self);
    while (count < 3)
        ;
    report();
    return 0;
}
