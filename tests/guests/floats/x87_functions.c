// arch: x86_64
// Sines, logarithms and powers of the x87, to 64 bits.
#include "guest.h"
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
    volatile long double x = 0.7L;
    long double r;
    __asm__("fsin" : "=t"(r) : "0"(x));
    bits("fsin", r);
    __asm__("fcos" : "=t"(r) : "0"(x));
    bits("fcos", r);
    __asm__("f2xm1" : "=t"(r) : "0"(x));
    bits("f2xm1", r);
    __asm__("fpatan" : "=t"(r) : "0"(x), "u"(2 * x) : "st(1)");
    bits("fpatan", r);
    __asm__("fyl2x" : "=t"(r) : "0"(x), "u"(3 * x) : "st(1)");
    bits("fyl2x", r);
    return 0;
}
