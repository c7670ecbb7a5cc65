/*
 * Nested interrupts: the handler of each vector sends the next and allows interrupts with STUI, so
 * that it is interrupted in turn. Then three vectors wait together and come by priority.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "uintr/uintr.h"

enum { DEPTH = 4 };

static int index_of[64];
static volatile int depth, deepest, done;
static volatile int order[8], orders;
static volatile int nesting = 1;

UINTR_HANDLER(on_interrupt)
{
    order[orders++] = vector;
    if (nesting) {
        if (++depth > deepest)
            deepest = depth;
        if (depth < DEPTH) {
            _senduipi(index_of[vector + 1]);
            _stui();
            while (done < DEPTH - depth)
                ;
        }
        depth--;
    }
    done++;
}

static void show(const char *title)
{
    printf("%s:", title);
    for (int i = 0; i < orders; i++)
        printf(" %d", order[i]);
    printf("\n");
    orders = done = 0;
}

int main(void)
{
    check(uintr_register_handler(on_interrupt, 0), "register_handler");
    for (int vector = 0; vector < 64; vector++)
        index_of[vector] = check(uintr_register_self(vector, 0), "register_self");

    _stui();
    _senduipi(index_of[0]);
    while (done < DEPTH)
        ;
    printf("%d handlers deep\n", deepest);
    show("nested vectors");

    nesting = 0;
    _clui();
    _senduipi(index_of[7]);
    _senduipi(index_of[63]);
    _senduipi(index_of[31]);
    _stui();
    while (done < 3)
        ;
    show("waiting vectors");
    return 0;
}
