// Seeded random mmap, munmap, mprotect, mremap, madvise, brk in a few pages; every result is printed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BASE 0x1000000000UL
#define PAGES 40
static uint64_t state;
static unsigned pick(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 20) % n;
}

static unsigned long size_of(unsigned pages)
{
    switch (pick(12)) {
    case 0: return pages * 4096UL - pick(4095);
    case 1: return 0;
    case 2: return pick(2) ? ~0UL : 1UL << 50;
    default: return pages * 4096UL;
    }
}

static int probe[2];
static const char *error(void)
{
    static char text[12];
    sprintf(text, "errno %d", errno);
    return text;
}

static int readable(char *p)
{
    char c;
    return write(probe[1], p, 1) == 1 && read(probe[0], &c, 1) == 1;
}

static int writable(char *p)
{
    char c = *p;
    write(probe[1], &c, 1);
    return read(probe[0], p, 1) == 1 || (read(probe[0], &c, 1), 0);
}

static void survey(int step)
{
    uint64_t digest = 0;
    printf("%d ", step);
    for (int i = 0; i < PAGES; i++) {
        char *p = (char *)BASE + i * 4096;
        int r = readable(p), w = r && writable(p);
        putchar("-r?w"[r + 2 * w]);
        if (r)
            digest = digest * 31 + (unsigned char)p[0] + (unsigned char)p[4095];
    }
    printf(" %016lx\n", (unsigned long)digest);
}

int main(int argc, char **argv)
{
    static const int prots[] = {0, 1, 2, 3, 1, 3, 3, 5, 7, 3, 0x40};
    static const int advices[] = {MADV_DONTNEED, MADV_NORMAL, MADV_WILLNEED, MADV_FREE, 77, MADV_DONTFORK};
    state = strtoul(argv[1], NULL, 0) * 2654435761u + 88172645463325252UL;
    int fds[3] = {memfd_create("a", 0), -1, -1};
    char path[40];
    sprintf(path, "/proc/self/fd/%d", fds[0]);
    fds[1] = open(path, O_RDONLY);
    pipe(probe);
    for (int i = 0; i < 20 * 4096; i++)
        if (i % 1024 == 0) {
            char c = i / 1024 + 1;
            pwrite(fds[0], &c, 1, i);
        }
    for (int step = 0; step < atoi(argv[2]); step++) {
        unsigned at = pick(PAGES), n = 1 + pick(PAGES - at > 8 ? 8 : PAGES - at);
        char *addr = (char *)BASE + at * 4096 + (pick(20) ? 0 : 8);
        unsigned long size = size_of(n);
        int prot = prots[pick(11)];
        long r;
        const char *what;
        switch (pick(7)) {
        case 0: {
            int fixed = pick(8) ? MAP_FIXED : MAP_FIXED_NOREPLACE, kind = pick(10) ? 1 + pick(2) : pick(8);
            what = "mmap";
            r = syscall(SYS_mmap, addr, size, prot, kind | fixed | MAP_ANONYMOUS, -1, pick(10) ? 0 : 4096);
            break;
        }
        case 1:
            what = "mmap file";
            r = syscall(SYS_mmap, addr, size, prot, 1 + pick(2) | MAP_FIXED, fds[pick(8) ? 0 : pick(3)], pick(24) * 4096UL);
            break;
        case 2:
            what = "munmap";
            r = syscall(SYS_munmap, addr, size);
            break;
        case 3:
            what = "mprotect";
            r = syscall(SYS_mprotect, addr, size, prot);
            break;
        case 4: { // one page: only new kernels move several areas, and check in another order
            unsigned to = pick(PAGES), more = 1 + pick(PAGES - to > 8 ? 8 : PAGES - to);
            what = "mremap";
            addr = (char *)BASE + at * 4096;
            size = pick(4) ? 4096 : 1;
            r = syscall(SYS_mremap, addr, size, more * 4096UL - pick(2), pick(4) ? 3 : 0, BASE + to * 4096);
            errno = 0;
            break;
        }
        case 5:
            what = "madvise";
            if (size >> 40) // it would reach the stack
                size = 4096;
            r = syscall(SYS_madvise, addr, size, advices[pick(6)]);
            break;
        default:
            what = "write";
            r = 0;
            for (unsigned i = 0; i < n; i++) {
                char *p = (char *)BASE + (at + i) * 4096;
                if (readable(p) && writable(p))
                    *p = step, p[4095] = step * 7, r++;
            }
        }
        printf("%s %u %lx [%d] = %lx %s\n", what, at, size, (int)(addr - (char *)BASE) % 4096, r, r == -1 ? error() : "");
        survey(step);
    }
    return 0;
}
