// xfail-ppc64: musl aligns to 8 bytes what others align to 16, under qemu-user as well
// xfail-ppc64le: musl aligns to 8 bytes what others align to 16
// xfail-s390x-musl: its malloc aligns to 8 bytes, under qemu-user as well
// word: 8
// The C library's allocator under a random load, small to huge.
#include "guest.h"
int main(void)
{
    static struct {
        unsigned char *p;
        size_t n;
    } slot[400];
    unsigned r = 1;
    unsigned long sum = 0;
    for (int i = 0; i < 40000; i++) {
        r = r * 1103515245 + 12345;
        int k = (r >> 8) % 400;
        if (slot[k].p) {
            sum += slot[k].p[0] + slot[k].p[slot[k].n - 1] * 3;
            if (r & 0x40000000) {
                slot[k].p = realloc(slot[k].p, slot[k].n * 2);
                slot[k].n *= 2;
                MUST(slot[k].p);
                slot[k].p[slot[k].n - 1] = k;
                if (slot[k].n < 1 << 20)
                    continue;
            }
            free(slot[k].p);
            slot[k].p = NULL;
        } else {
            slot[k].n = (r & 0xff00) == 0 ? 500000 : 1 + (r >> 16) % 3000;
            slot[k].p = malloc(slot[k].n);
            MUST(slot[k].p && ((uintptr_t)slot[k].p & 15) == 0);
            slot[k].p[0] = k;
            slot[k].p[slot[k].n - 1] = k >> 1;
        }
    }
    SHOW(sum);
    void *v = NULL;
    SHOW(posix_memalign(&v, 65536, 100));
    SHOW((uintptr_t)v % 65536);
    char *z = calloc(1000, 1000);
    sum = 0;
    for (int i = 0; i < 1000000; i += 997)
        sum += z[i];
    SHOW(sum);
    return 0;
}
