// Sums and differences at the ends of their types, and what the processor says of them.
#include "guest.h"
#define NEAR(low, high) {low, low + 1, -2, -1, 0, 1, 2, high - 1, high}
static int narrow[] = NEAR(INT_MIN, INT_MAX);
static int64_t wide[] = NEAR(INT64_MIN, INT64_MAX);
int main(void)
{
    for (int i = 0; i < 9; i++) {
        for (int j = 0; j < 9; j++) {
            volatile int a = narrow[i], b = narrow[j];
            volatile int64_t c = wide[i], d = wide[j];
            int n;
            int64_t w;
            int said = __builtin_add_overflow(a, b, &n) | __builtin_sub_overflow(a, b, &n) << 1;
            said |= __builtin_add_overflow(c, d, &w) << 2 | __builtin_sub_overflow(c, d, &w) << 3;
            printf("%x%d%d%c", said, (a < b) + (a <= b), (c < d) + (c <= d), j < 8 ? ' ' : '\n');
        }
    }
    return 0;
}
