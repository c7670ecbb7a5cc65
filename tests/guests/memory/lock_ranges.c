// page: 4096
// reference: own
// Ranges of mlock, munlock and msync: empty ones, ones that wrap, ones with holes.
#include "guest.h"

enum { PAGE = 4096 };

static int locked_pages(void)
{
    char line[200];
    int kilobytes = -1;
    FILE *status = fopen("/proc/self/status", "r");

    while (fgets(line, sizeof line, status))
        sscanf(line, "VmLck: %d", &kilobytes);
    fclose(status);
    return kilobytes / 4;
}

int main(void)
{
    char *area = mmap(NULL, 8 * PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    MUST(munmap(area + 3 * PAGE, PAGE) == 0);
    TRY(mlock(area + 2 * PAGE, -1L));
    SHOW(locked_pages());
    TRY(mlock(area, 0));
    SHOW(locked_pages());
    TRY(munlock(area, PAGE));
    TRY(mlock(area + 4 * PAGE, PAGE));
    SHOW(locked_pages());
    TRY(msync(area + 3 * PAGE, 2 * PAGE, MS_INVALIDATE));
    TRY(msync(area + 3 * PAGE, 3 * PAGE, MS_ASYNC));
    TRY(msync(area + 5 * PAGE, PAGE, MS_INVALIDATE));
    TRY(munlock(area + 2 * PAGE, 3 * PAGE));
    SHOW(locked_pages());
    TRY(munlock(area + 4 * PAGE, 0));
    SHOW(locked_pages());
    TRY(munlock(area + 4 * PAGE, PAGE));
    SHOW(locked_pages());
    return 0;
}
