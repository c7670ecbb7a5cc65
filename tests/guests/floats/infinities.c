// Infinities are numbers: sums, products, comparisons, conversions of them.
#include "guest.h"
#include <math.h>

int main(void)
{
    volatile double zero = 0, one = 1, up = one / zero, down = -one / zero;
    volatile float narrow = up;
    volatile long double wide = up;
    printf("%f %f %f %f %f\n", up, down, up + 1, up * -2, one / up);
    printf("%d %d %d %d %d\n", up > 1, up < 1, up == up, down < up, up == wide);
    printf("%f %f %f %f\n", narrow, (double)wide, sqrt(up), floor(down));
    printf("%d %d %d\n", isinf(narrow), isnan(up - up), isnan(up * zero));
    printf("%f %f %f\n", fmin(up, 3), fmax(up, 3), fmod(3, up));
}
