// xfail-m68k: the engine keeps no exception flags
// Which floating-point exceptions each operation raises.
#include "guest.h"
#include <fenv.h>
#include <math.h>
int main(void)
{
    volatile double one = 1, three = 3, min = 2.2250738585072014e-308, big = 1.7976931348623157e308,
                    zero = 0;
    feclearexcept(FE_ALL_EXCEPT);
    volatile double r = one / zero;
    SHOW(fetestexcept(FE_DIVBYZERO) != 0);
    SHOW(fetestexcept(FE_INVALID) != 0);
    r = zero / zero;
    SHOW(fetestexcept(FE_INVALID) != 0);
    SHOW(isnan(r));
    feclearexcept(FE_ALL_EXCEPT);
    r = big * big;
    SHOW(fetestexcept(FE_OVERFLOW) != 0);
    SHOW(isinf(r));
    feclearexcept(FE_ALL_EXCEPT);
    r = min * min;
    SHOW(fetestexcept(FE_UNDERFLOW) != 0);
    feclearexcept(FE_ALL_EXCEPT);
    r = one / three;
    SHOW(fetestexcept(FE_INEXACT) != 0);
    feclearexcept(FE_ALL_EXCEPT);
    r = one + one;
    SHOW(fetestexcept(FE_ALL_EXCEPT));
    return 0;
}
