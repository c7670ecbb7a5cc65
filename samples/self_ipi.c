/*
 * A thread interrupts itself, with the user-interrupt flag set, clear, and set again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "uintr/uintr.h"

static volatile unsigned long long last;
static volatile int count;

UINTR_HANDLER(on_interrupt)
{
    last = vector;
    count++;
}

static void wait_for(int wanted)
{
    while (count < wanted)
        ;
}

int main(void)
{
    int five, sixty;

    check(uintr_register_handler(on_interrupt, 0), "register_handler");
    five = check(uintr_register_self(5, 0), "register_self");
    sixty = check(uintr_register_self(60, 0), "register_self");
    printf("flag before STUI: %d\n", _testui());

    _stui();
    _senduipi(five);
    wait_for(1);
    printf("%d interrupt, vector %llu, flag %d\n", count, last, _testui());

    _clui();
    _senduipi(five);
    _senduipi(five);
    _senduipi(sixty);
    printf("%d interrupt, flag %d\n", count, _testui());

    /* Both are taken at once, 60 before 5; the two posts of 5 have become one. */
    _stui();
    wait_for(3);
    printf("%d interrupts, vector %llu last\n", count, last);
    return 0;
}
