// page: 4096
// word: 8
// Thousands of mappings, split and merged, and a terabyte reserved.
#include "guest.h"
int main(void)
{
    enum { N = 3000 };
    char *a = mmap(NULL, N * 4096L * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(a != MAP_FAILED);
    for (long i = 0; i < N; i++)
        a[i * 8192] = i;
    for (long i = 0; i < N; i++)
        MUST(mprotect(a + i * 8192, 4096, PROT_READ) == 0);
    long sum = 0;
    for (long i = 0; i < N; i++)
        sum += (unsigned char)a[i * 8192];
    SHOW(sum);
    for (long i = 0; i < N; i += 2)
        MUST(munmap(a + i * 8192 + 4096, 4096) == 0);
    for (long i = 0; i < N; i += 2)
        MUST(mmap(a + i * 8192 + 4096, 4096, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == a + i * 8192 + 4096);
    MUST(mprotect(a, N * 8192L, PROT_READ | PROT_WRITE) == 0);
    sum = 0;
    for (long i = 0; i < N; i++) {
        a[i * 8192 + 4096] = 1;
        sum += a[i * 8192 + 4096] + (unsigned char)a[i * 8192];
    }
    SHOW(sum);
    char *t = mmap(NULL, 1ul << 39, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    SHOW(t != MAP_FAILED);
    MUST(mprotect(t + (1ul << 39) - 4096, 4096, PROT_READ | PROT_WRITE) == 0);
    t[(1ul << 39) - 1] = 5;
    SHOW(t[(1ul << 39) - 1]);
    TRY(munmap(t, 1ul << 39));
    TRY(munmap(a, N * 8192L));
    return 0;
}
