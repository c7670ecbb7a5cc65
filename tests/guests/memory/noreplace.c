// page: 4096
// MAP_FIXED_NOREPLACE and hints.
#include "guest.h"
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
int main(void)
{
    char *a = mmap(NULL, 8 * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(a + 4096, 4096);
    char *b =
        mmap(a + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    SHOW(b == a + 4096);
    b = mmap(a + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    SHOW(b == MAP_FAILED);
    puts(error_name(errno));
    b = mmap(a, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SHOW(b != a && b != MAP_FAILED);
    b = mmap((char *)0x20000001, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SHOW(b == (char *)0x20000000 || b == (char *)0x20001000);
    b = mmap((char *)0x30000000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SHOW(b == (char *)0x30000000);
    return 0;
}
