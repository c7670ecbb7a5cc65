// xfail-m68k: nearbyint rounds as under qemu-m68k, not as elsewhere
// xfail-i386-glibc: the engine's x87 unit divides large numbers in double precision (FPREM)
// reference: own
// double and float arithmetic bit for bit: rounding modes, denormals, conversions.
#include "guest.h"
#include <fenv.h>
#include <math.h>
static void bits(const char *n, double v)
{
    uint64_t u;
    memcpy(&u, &v, 8);
    printf("%s %016" PRIx64 "\n", n, u);
}
static void fbits(const char *n, float v)
{
    uint32_t u;
    memcpy(&u, &v, 4);
    printf("%s %08x\n", n, u);
}
int main(void)
{
    volatile double one = 1, three = 3, tiny = 5e-324, min = 2.2250738585072014e-308,
                    big = 1.7976931348623157e308, zero = 0, x = 0.1;
    volatile float f3 = 3, ftiny = 1e-45f;
    int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
    for (int i = 0; i < 4; i++) {
        fesetround(modes[i]);
        SHOW(fegetround() == modes[i]);
        bits("1/3", one / three);
        bits("-1/3", -one / three);
        fbits("1/3f", 1 / f3);
        bits("sum", x + 0.2);
        bits("sqrt2", sqrt(one + one));
        printf("%lld %lld %ld\n", llrint(2.5 * one), llrint(-2.5 * one), lrintf(f3 / 2));
        bits("rint", rint(2.5 * one));
        fbits("narrow", (float)(x * one));
#if __SIZEOF_LONG__ == 8 /* elsewhere it is a function that may know no rounding mode */
        bits("i2d", (double)(int64_t)(0x7fffffffffffffffLL - (int)zero));
#endif
    }
    fesetround(FE_TONEAREST);
    bits("denormal", tiny * three);
    bits("underflow", min / 3);
    bits("denormal sum", tiny + tiny);
    fbits("float denormal", ftiny * 5);
    bits("gradual", min - min / 2);
    bits("overflow", big * 2);
    SHOW(one < NAN);
    SHOW(NAN != NAN);
    SHOW(zero == -zero);
    bits("neg zero", -zero);
    bits("max", fmax(NAN, one));
    bits("fma", fma(x, x, -0.01));
    bits("floor", floor(-x));
    bits("ceil", ceil(-x));
    bits("trunc", trunc(-1.7 * one));
    bits("nearbyint", nearbyint(1.5 * one));
    bits("copysign", copysign(one, -zero));
    bits("fmod", fmod(big, three));
    bits("ldexp", ldexp(one, -1074));
    SHOW((int64_t)(x * 1e10));
    SHOW((int32_t)-1.9f);
    SHOW((uint64_t)1.8e19);
    SHOW((uint32_t)4e9);
    bits("u2d", (double)(uint64_t)-1);
    fbits("u2f", (float)(uint64_t)-1);
    bits("sin", sin(one));
    bits("exp", exp(x));
    bits("pow", pow(1.1, 10.5));
    bits("log", log(three));
    fbits("sinf", sinf(0.5f));
    double s = 0;
    for (int i = 1; i < 3000; i++)
        s += sqrt(i) / (i + x) - (float)i * 1e-7;
    bits("loop", s);
    return 0;
}
