// arch: x86_64
/* The flags and the size are looked at before the structure is. */
#include "../guest.h"

int main(void)
{
    void *nowhere = (void *)8;

    SHOW(syscall(442, -1, "", 0, nowhere, 0xffffffff));
    SHOW(syscall(442, -1, "", 0x80000000, nowhere, 32));
    SHOW(syscall(442, -1, "", 0, nowhere, 32));
    SHOW(syscall(442, -1, "", 0, nowhere, 8));
    return 0;
}
