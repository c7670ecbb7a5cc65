// reference: own
// The C library's string functions over all alignments and page ends.
#include "guest.h"
int main(void)
{
    char *m = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(m != MAP_FAILED && munmap(m + 2 * 4096, 4096) == 0);
    char *end = m + 2 * 4096;
    unsigned long sum = 0;
    for (int len = 0; len < 300; len += 7)
        for (int shift = 0; shift < 17; shift++) {
            char *s = end - 1 - len;
            memset(s - shift, 'a' + len % 26, len + shift);
            *(end - 1) = 0;
            sum = sum * 33 + strlen(s);
            sum = sum * 33 + (strchr(s, 'z') ? strchr(s, 'z') - s : 1000);
            sum = sum * 33 + (memchr(s, 0, len + 1) == end - 1);
            memmove(m + shift, s, len + 1);
            sum = sum * 33 + (strcmp(m + shift, s) == 0);
            sum = sum * 33 + (memcmp(m + shift, s, len + 1) == 0);
            if (len > 3) {
                m[shift + len / 2] ^= 1;
                sum = sum * 33 + (strcmp(m + shift, s) > 0);
            }
            memmove(m + 1, m, len + 1);
            memmove(m, m + 1, len + 1);
            sum = sum * 33 + strnlen(s, 100) + strcspn(s, "xyz") % 7;
        }
    printf("%lx\n", sum);
    char b[100];
    snprintf(b, sizeof b, "%s-%08.3f-%+d-%#x-%c-%5s|%-5s|", "text", 3.14159, 42, 255, 'c', "ab",
             "cd");
    puts(b);
    SHOW(strtol("-0x7f", NULL, 0));
    SHOW(strtoull("18446744073709551615", NULL, 10) == UINT64_MAX);
    printf("%.17g %.17g %g\n", strtod("0.1", NULL), strtod("1e-310", NULL), strtod("inf", NULL));
    int v[] = {5, 3, 9, 1, 7};
    int cmp(const void *, const void *);
    qsort(v, 5, sizeof *v, cmp);
    printf("%d %d %d %d %d\n", v[0], v[1], v[2], v[3], v[4]);
    return 0;
}
int cmp(const void *a, const void *b)
{
    return *(int *)a - *(int *)b;
}
