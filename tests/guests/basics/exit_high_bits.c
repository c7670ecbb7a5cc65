// expect-status: 44
#include "guest.h"
int main(void)
{
    syscall(SYS_exit_group, 0x12c);
}
