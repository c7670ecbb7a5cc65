// arch: x86_64
// The x87: 80-bit precision, precision control, status and control words, fsave and fxsave.
#include "guest.h"
#include <math.h>
static void bits(const char *n, long double v)
{
    unsigned char b[16] = {0};
    memcpy(b, &v, 10);
    printf("%s ", n);
    for (int i = 9; i >= 0; i--)
        printf("%02x", b[i]);
    puts("");
}
int main(void)
{
    volatile long double one = 1, three = 3, tiny = 3.6451995318824746025e-4951L;
    bits("third", one / three);
    bits("tiny", tiny / 2);
    bits("sqrt", sqrtl(2 * one));
    bits("huge", 1e4000L * one);
    bits("mod", fmodl(1e20L, three));
    bits("rint", rintl(2.5L * one));
    SHOW((long long)(one * 9.2e18L));
    printf("%.20Lg %La\n", one / three, one / three);
    uint16_t cw, sw;
    __asm__ volatile("fninit; fnstcw %0" : "=m"(cw));
    printf("cw %04x\n", cw);
    uint16_t single = 0x007f, up = 0x0b7f;
    long double r;
    __asm__ volatile("fldcw %1; fld1; fldt %2; fdivrp; fstpt %0"
                     : "=m"(r)
                     : "m"(single), "m"(three));
    bits("single precision", r);
    __asm__ volatile("fldcw %1; fld1; fldt %2; fdivrp; fstpt %0; fldcw %3"
                     : "=m"(r)
                     : "m"(up), "m"(three), "m"(cw));
    bits("rounded up", r);
    __asm__ volatile("fnclex; fldz; fld1; fdivp; fstp %%st; fnstsw %0" : "=m"(sw));
    printf("divide by zero %04x\n", sw & 0x3f);
    __asm__ volatile("fnclex; fld1; fldz; fcompp; fnstsw %0" : "=m"(sw));
    printf("compare %04x\n", sw & 0x4500);
    __asm__ volatile("fninit; fld1; fld1; fld1; fnstsw %0; fninit" : "=m"(sw));
    SHOW(sw >> 11 & 7);
    static unsigned char x[512] __attribute__((aligned(16)));
    __asm__ volatile("fninit; fldpi; fld1; fxsave %0; fninit; fxrstor %0; faddp; fstpt %1"
                     : "+m"(x), "=m"(r));
    bits("fxsave", r);
    printf("%02x%02x tag %02x\n", x[1], x[0], x[4]);
    unsigned char env[28], st[108];
    __asm__ volatile("fninit; fldl2e; fnsave %0; frstor %0; fstpt %1" : "+m"(st), "=m"(r));
    bits("fsave", r);
    long long i = 0;
    short h;
    volatile long double v = -2.5L;
    __asm__ volatile("fldt %2; fistpll %0; fldt %2; fistps %1" : "=m"(i), "=m"(h) : "m"(v));
    SHOW(i);
    SHOW(h);
    unsigned char bcd[10];
    v = 1234567;
    __asm__ volatile("fldt %1; fbstp %0" : "=m"(bcd) : "m"(v));
    printf("bcd %02x%02x%02x%02x\n", bcd[3], bcd[2], bcd[1], bcd[0]);
    (void)env;
    return 0;
}
