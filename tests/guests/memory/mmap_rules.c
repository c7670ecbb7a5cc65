// page: 4096
// reference: own
// Errors and placement of mmap, munmap, mprotect, mremap, madvise, msync, mincore.
#include "guest.h"
#define MAP(addr, size, prot, flags) mmap((void *)(addr), size, prot, flags | MAP_ANONYMOUS, -1, 0)
#define RW (PROT_READ | PROT_WRITE)
static int same(void *a, void *b)
{
    return a == b;
}
int main(void)
{
    char *a = MAP(0, 16 * 4096, RW, MAP_PRIVATE);
    MUST(a != MAP_FAILED);
    SHOW((uintptr_t)a % 4096);
    TRY(syscall(SYS_mmap, 0, 0, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    TRY(syscall(SYS_mmap, 0, 4096, RW, MAP_ANONYMOUS, -1, 0));
    TRY(syscall(SYS_mmap, 0, 4096, RW, MAP_PRIVATE, -1, 0));
#if __SIZEOF_LONG__ == 8 /* mmap2 has its offset in pages */
    TRY(syscall(SYS_mmap, 0, 4096, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 1));
#endif
    TRY(syscall(SYS_mmap, a + 1, 4096, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    TRY(syscall(SYS_mmap, 0, -4096L, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    TRY(syscall(SYS_mmap, a, 4096, RW, MAP_PRIVATE | MAP_ANONYMOUS | 0x100000, -1, 0));
    memset(a, 'x', 16 * 4096);
    SHOW(same(MAP(a + 4096, 4096, RW, MAP_PRIVATE | MAP_FIXED), a + 4096));
    SHOW(a[4096]);
    SHOW(a[4095]);
    SHOW(a[8192]);
    MUST(munmap(a + 8 * 4096, 4096) == 0);
    SHOW(same(MAP(a + 8 * 4096, 4096, RW, MAP_PRIVATE), a + 8 * 4096));
    SHOW(a[8 * 4096]);
    SHOW(same(MAP(a + 4096, 4096, RW, MAP_PRIVATE), a + 4096));
    TRY(munmap(a + 1, 4096));
    TRY(munmap(a, 0));
    TRY(munmap(a + 2 * 4096, 4096));
    TRY(munmap(a + 2 * 4096, 4096));
    TRY(mprotect(a, 4 * 4096, PROT_READ));
    TRY(mprotect(a + 1, 4096, PROT_READ));
    TRY(mprotect(a, 4096, 0x80));
    TRY(mprotect(a, 0, PROT_READ));
    TRY(mprotect(a, 4096, RW));
    a[0] = 'y';
    char *b = mremap(a + 9 * 4096, 4096, 2 * 4096, 0);
    SHOW(b == MAP_FAILED);
    SHOW(errno == ENOMEM);
    b = mremap(a + 9 * 4096, 4096, 3 * 4096, MREMAP_MAYMOVE);
    SHOW(b != MAP_FAILED && b != a + 9 * 4096);
    SHOW(b[0]);
    SHOW(b[4096]);
    SHOW(b[3 * 4096 - 1]);
    SHOW(same(mremap(b, 3 * 4096, 4096, 0), b));
    char *c = MAP(0, 4 * 4096, PROT_NONE, MAP_PRIVATE);
    SHOW(same(mremap(b, 4096, 2 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED, c + 4096), c + 4096));
    SHOW(c[4096]);
    TRY(syscall(SYS_mremap, c + 4096, 4096, 0, 0, 0));
    TRY(syscall(SYS_mremap, c + 4097, 4096, 4096, 0, 0));
    TRY(syscall(SYS_mremap, 0x8000, 4096, 8192, MREMAP_MAYMOVE, 0));
    TRY(syscall(SYS_mremap, c, 4096, 4096, 0x80, 0));
    TRY(madvise(a, 4096, MADV_DONTNEED));
    SHOW(a[0]);
    TRY(madvise(a + 1, 4096, MADV_DONTNEED));
    TRY(madvise(a, 4096, 1000));
    TRY(madvise(a + 2 * 4096, 4096, MADV_DONTNEED));
    TRY(msync(a, 4096, MS_SYNC));
    TRY(msync(a, 4096, MS_SYNC | MS_ASYNC));
    TRY(msync(a + 2 * 4096, 4096, MS_SYNC));
    unsigned char v[2];
    a[0] = 1;
    TRY(mincore(a, 4096, v));
    SHOW(v[0] & 1);
    TRY(mincore(a + 2 * 4096, 4096, v));
    TRY(mincore(a, 4096, (void *)16));
    TRY(mincore(a + 1, 4096, v));
    return 0;
}
