// arch: x86_64 i386
// FYL2X where there is no finite logarithm, on which log of i386 C libraries relies.
#include "guest.h"
#include <math.h>
static const char *name(long double v)
{
    return isnan(v) ? "nan" : isinf(v) ? (v < 0 ? "-inf" : "inf") : v < 0 ? "negative" : v > 0 ? "positive" : "0";
}
int main(void)
{
    static const long double of[] = {-1, 0, -0.0L, INFINITY, -INFINITY, NAN, 2, 1, 0.5};
    static const long double by[] = {1, -3, 0};
    for (int i = 0; i < 9; i++) {
        for (int j = 0; j < 3; j++) {
            volatile long double x = of[i], y = by[j];
            long double r;
            __asm__("fyl2x" : "=t"(r) : "0"(x), "u"(y) : "st(1)");
            printf("%s ", name(r));
        }
        puts("");
    }
    volatile double zero = 0, below = -2;
    printf("%s %s\n", name(log(zero)), name(log10(below)));
    return 0;
}
