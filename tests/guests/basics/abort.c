// expect-status: -6
#include "guest.h"
int main(void)
{
    puts("aborting");
    abort();
}
