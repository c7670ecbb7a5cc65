// word: 8
// Ranges of mlock, munlock and msync: empty ones, ones that wrap, ones with holes.
#include "guest.h"

enum { PAGE = 8192 };

static int locked_pages(void)
{
    char line[200];
    int kilobytes = -1;
    FILE *status = fopen("/proc/self/status", "r");

    while (fgets(line, sizeof line, status))
        sscanf(line, "VmLck: %d", &kilobytes);
    fclose(status);
    return kilobytes / 8;
}

/* Every range of six areas of changing protection, over every choice of those that are locked. */
static void many_areas(char *area)
{
    unsigned wrong = 0;

    for (int i = 0; i < 6; i += 2)
        MUST(mprotect(area + i * PAGE, PAGE, PROT_READ) == 0);
    for (int locked = 0; locked < 64; locked++)
        for (int first = 0; first < 6; first++) {
            munlock(area, 6 * PAGE);
            for (int i = 0; i < 6; i++)
                if (locked >> i & 1)
                    wrong += mlock(area + i * PAGE, PAGE) != 0;
            wrong += mlock(area + first * PAGE, (6 - first) * PAGE) != 0;
            if (locked % 8 == 5)
                wrong += locked_pages() != 6 - first + __builtin_popcount(locked & (1 << first) - 1);
        }
    munlock(area, 6 * PAGE);
    SHOW(wrong);
}

/* What cannot be brought in is locked all the same, and so is what comes after it. */
static void beyond_the_end(void)
{
    int fd = syscall(SYS_memfd_create, "short", 0);

    MUST(fd >= 0 && ftruncate(fd, PAGE) == 0);
    char *area = mmap(NULL, 3 * PAGE, 3, MAP_SHARED, fd, 0);
    MUST(area != MAP_FAILED);
    MUST(mmap(area + 2 * PAGE, PAGE, 3, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED);
    TRY(mlock(area, 3 * PAGE));
    SHOW(locked_pages());
    for (int i = 0; i < 3; i++)
        TRY(msync(area + i * PAGE, PAGE, MS_INVALIDATE));
    munlock(area, 3 * PAGE);
}

int main(void)
{
    char *area = mmap(NULL, 8 * PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    MUST(munmap(area + 3 * PAGE, PAGE) == 0);
    size_t wraps = sizeof(long) == 8 ? -1 : 0; /* what a kernel of 64 bits makes of those of 32 is no size */
    TRY(mlock(area + 2 * PAGE, wraps));
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
    many_areas(mmap(NULL, 6 * PAGE, 3, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    beyond_the_end();
    return 0;
}
