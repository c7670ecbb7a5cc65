// arch: x86_64 i386
// flags: -msse2
// SSE2's integer instructions on many operands, among them one register for both.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef long long vector __attribute__((vector_size(16), may_alias));

static uint64_t state = 88172645463325252u, sum;

static uint64_t next(void)
{
    static const uint64_t edges[] = {0, -1, 0x8000800080008000, 0x7fff7fff7fff7fff,
                                     0x8080808080808080, 0x7f7f7f7f7f7f7f7f, 1, 0x8000000000000000};

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % 5 ? state : edges[state / 5 % 8];
}

static vector some(void)
{
    return (vector){next(), next()};
}

static void add(vector v)
{
    sum = (sum ^ v[0]) * 1099511628211u;
    sum = (sum ^ v[1]) * 1099511628211u;
}

#define TRY(name)                                                                                  \
    for (sum = 0, i = 0; i < 200; i++) {                                                           \
        a = some(), b = some();                                                                    \
        asm(#name " %1, %0" : "+x"(a) : "x"(b));                                                   \
        add(a);                                                                                    \
        asm(#name " %1, %0" : "+x"(a) : "m"(b));                                                   \
        add(a);                                                                                    \
        asm(#name " %0, %0" : "+x"(b));                                                            \
        add(b);                                                                                    \
    }                                                                                              \
    printf("%s %016llx\n", #name, (unsigned long long)sum);

#define SHIFT(name)                                                                                \
    for (sum = 0, i = 0; i < 200; i++) {                                                           \
        a = some();                                                                                \
        b = (vector){i < 80 ? i : next() >> i % 64, next()};                                       \
        asm(#name " %1, %0" : "+x"(a) : "x"(b));                                                   \
        add(a);                                                                                    \
        asm(#name " $1, %0\n" #name " $7, %0\n" : "+x"(b));                                        \
        add(b);                                                                                    \
        b = some();                                                                                \
        asm(#name " $15, %0" : "+x"(b));                                                           \
        add(b);                                                                                    \
        b = some();                                                                                \
        asm(#name " $31, %0" : "+x"(b));                                                           \
        add(b);                                                                                    \
        asm(#name " $255, %0" : "+x"(b));                                                          \
        add(b);                                                                                    \
    }                                                                                              \
    printf("%s %016llx\n", #name, (unsigned long long)sum);

int main(void)
{
    vector a, b;
    int i;

    SHIFT(psrlw) SHIFT(psraw) SHIFT(psllw) SHIFT(psrld) SHIFT(psrad) SHIFT(pslld)
    SHIFT(psrlq) SHIFT(psllq)
    TRY(paddb) TRY(paddw) TRY(paddd) TRY(paddq) TRY(psubb) TRY(psubw) TRY(psubd) TRY(psubq)
    TRY(paddusb) TRY(paddsb) TRY(psubusb) TRY(psubsb) TRY(paddusw) TRY(paddsw) TRY(psubusw)
    TRY(psubsw) TRY(pminub) TRY(pmaxub) TRY(pminsw) TRY(pmaxsw) TRY(pand) TRY(pandn) TRY(por)
    TRY(pxor) TRY(pcmpgtb) TRY(pcmpgtw) TRY(pcmpgtd) TRY(pcmpeqb) TRY(pcmpeqw) TRY(pcmpeqd)
    TRY(pmullw) TRY(pmulhuw) TRY(pmulhw) TRY(pavgb) TRY(pavgw) TRY(pmuludq) TRY(pmaddwd)
    TRY(psadbw) TRY(packsswb) TRY(packuswb) TRY(packssdw) TRY(punpcklbw) TRY(punpcklwd)
    TRY(punpckldq) TRY(punpcklqdq) TRY(punpckhbw) TRY(punpckhwd) TRY(punpckhdq) TRY(punpckhqdq)
    return 0;
}
