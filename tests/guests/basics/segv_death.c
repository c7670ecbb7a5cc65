// expect-status: -11
#include "guest.h"
int main(void)
{
    puts("storing");
    *(volatile int *)16 = 1;
    puts("not reached");
    return 0;
}
