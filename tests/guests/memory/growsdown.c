// page: 4096
// A MAP_GROWSDOWN mapping grows when touched just below, and PROT_GROWSDOWN needs one.
#include "guest.h"
int main(void)
{
    char *a = mmap(NULL, 1 << 22, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(munmap(a, 1 << 22) == 0);
    char *top = a + (1 << 22) - 4096;
    char *s = mmap(top, 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
    SHOW(s == top);
    top[0] = 1;
    top[-1] = 2;
    top[-4097] = 3;
    SHOW(top[0] + top[-1] + top[-4097]);
    return 0;
}
