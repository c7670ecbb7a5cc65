// page: 4096
// A private mapping made with MAP_POPULATE has pages of its own before anybody writes to it.
#include "guest.h"
int main(void)
{
    int fd = memfd_create("pages", 0);
    MUST(fd >= 0 && ftruncate(fd, 8192) == 0);
    char *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    MUST(shared != MAP_FAILED);
    strcpy(shared, "before");
    char *own = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    char *read_only = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    MUST(own != MAP_FAILED && read_only != MAP_FAILED);
    strcpy(shared, "after");
    puts(own);
    puts(read_only);
    char *empty = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
                       -1, 0);
    unsigned char there[2] = {0};
    MUST(empty != MAP_FAILED);
    TRY(mincore(empty, 8192, there));
    printf("%d %d\n", there[0] & 1, there[1] & 1);
    return 0;
}
