// arch: ppc64le
// Minima, maxima and classes of numbers of POWER9, in registers of either half.
#include "guest.h"
#include <math.h>
#define GIVEN(n) ((double[]){1.5, -0., NAN, -INFINITY, 1e-310, 0.}[n])
#define EXTREME(name, word)                                                                  \
    for (int n = 0; n < 6; n++)                                                              \
        for (int m = 0; m < 6; m++) {                                                        \
            double to, a = GIVEN(n), b = GIVEN(m);                                           \
            __asm__ volatile("lfd 1,0(%0)\n lfd 2,0(%1)\n .long " #word "\n stfd 3,0(%2)"    \
                             : : "b"(&a), "b"(&b), "b"(&to) : "memory", "fr1", "fr2", "fr3"); \
            printf(name " %g\n", to);                                                        \
        }
int main(void)
{
    EXTREME("max, C", 0xf0611400);
    EXTREME("min, C", 0xf0611440);
    EXTREME("max, Java", 0xf0611480);
    EXTREME("min, Java", 0xf06114c0);
    for (int mask = 1; mask < 128; mask <<= 1)
        for (int n = 0; n < 6; n++) {
            double from[2] __attribute__((aligned(16))) = {GIVEN(n), GIVEN((n + 1) % 6)};
            uint64_t to[2] __attribute__((aligned(16)));
#define CLASS(at, word)                                                           \
    if (mask == 1 << at)                                                          \
    __asm__ volatile("lxvd2x 1,0,%0\n .long " #word "\n stxvd2x 2,0,%1"           \
                     : : "b"(from), "b"(to) : "memory", "fr1", "fr2")
            CLASS(0, 0xf0410fa8);
            CLASS(1, 0xf0420fa8);
            CLASS(2, 0xf0440fa8);
            CLASS(3, 0xf0480fa8);
            CLASS(4, 0xf0500fa8);
            CLASS(5, 0xf0400fac);
            CLASS(6, 0xf0400fe8);
            printf("class %d %llx %llx\n", mask, (unsigned long long)to[0], (unsigned long long)to[1]);
        }
    return 0;
}
