// word: 8
// Arithmetic a compiler turns into all kinds of instructions.
#include "guest.h"
static uint64_t state = 88172645463325252ull;
static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}
int main(void)
{
    uint64_t sum = 0;
    for (int i = 0; i < 20000; i++) {
        uint64_t a = next(), b = next() | 1;
        int s = next() & 63;
        sum =
            sum * 31 + a / b + a % b + ((int64_t)a / (int64_t)b) + ((int32_t)a % (int32_t)(b | 1));
        sum ^= (a << s) | (a >> (63 - s));
        sum += (int64_t)a >> s;
        sum += (uint64_t)(((unsigned __int128)a * b) >> 64) +
               (uint64_t)(((__int128)(int64_t)a * (int64_t)b) >> 64);
        sum ^=
            __builtin_popcountll(a) + __builtin_clzll(b) * 3 + __builtin_ctzll(a | 1ull << 63) * 5;
        sum += __builtin_bswap64(a) ^ __builtin_bswap32(b) ^ __builtin_bswap16(a);
        sum += (uint16_t)(a * 3) + (int8_t)b + (uint8_t)(a >> 8) + (a > b ? 7 : 9) +
               ((int64_t)a < (int64_t)b);
        unsigned __int128 w = ((unsigned __int128)a << 64 | b) / (next() | 1);
        sum ^= (uint64_t)w ^ (uint64_t)(w >> 64);
        int32_t o;
        sum += __builtin_add_overflow((int32_t)a, (int32_t)b, &o) * 11 + o;
        int64_t q;
        sum += __builtin_mul_overflow((int64_t)a, (int64_t)b, &q) * 13 + q;
    }
    printf("%016" PRIx64 "\n", sum);
    return 0;
}
