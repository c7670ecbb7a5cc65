// expect-status: 42
#include "guest.h"
static void last(void)
{
    puts("atexit ran");
}
int main(void)
{
    atexit(last);
    puts("main returns 42");
    return 42;
}
