// A megabyte through stdio and writev: nothing lost, nothing twice.
#include "guest.h"
int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1000);
    for (int i = 0; i < 60000; i++)
        printf("%d line\n", i);
    fflush(stdout);
    char a[] = "one ", b[] = "two ", c[] = "three\n";
    struct iovec v[] = {{a, 4}, {NULL, 0}, {b, 4}, {c, 6}};
    TRY(writev(1, v, 4));
    return 0;
}
