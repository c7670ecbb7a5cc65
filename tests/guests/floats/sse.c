// arch: x86_64
// SSE to SSE4.2: packed arithmetic, shuffles, conversions, MXCSR with denormals, string instructions.
// flags: -msse4.2
#include "guest.h"
#include <immintrin.h>
static void show(const char *n, __m128i v)
{
    uint64_t u[2];
    memcpy(u, &v, 16);
    printf("%s %016" PRIx64 "%016" PRIx64 "\n", n, u[1], u[0]);
}
static void showd(const char *n, __m128d v)
{
    show(n, _mm_castpd_si128(v));
}
static void shows(const char *n, __m128 v)
{
    show(n, _mm_castps_si128(v));
}
int main(void)
{
    volatile int seed = 12345;
    __m128i a = _mm_set_epi32(seed, -seed * 7, seed << 9, 0x80000001u * seed),
            b = _mm_set_epi32(-seed, seed * 99, 77 * seed, ~seed);
    __m128 f = _mm_set_ps(1.5f, -2.25f, 1e-40f, seed / 3.f), g = _mm_set_ps(0.1f, 3, 1e38f, -0.f);
    __m128d d = _mm_set_pd(seed / 7., -1e-310), e = _mm_set_pd(3, 1e308);
    show("add8", _mm_add_epi8(a, b));
    show("adds16", _mm_adds_epi16(a, b));
    show("subus8", _mm_subs_epu8(a, b));
    show("mulhi", _mm_mulhi_epi16(a, b));
    show("madd", _mm_madd_epi16(a, b));
    show("mul32", _mm_mul_epu32(a, b));
    show("mullo32", _mm_mullo_epi32(a, b));
    show("sad", _mm_sad_epu8(a, b));
    show("avg", _mm_avg_epu8(a, b));
    show("min", _mm_min_epi32(a, b));
    show("max", _mm_max_epu16(a, b));
    show("cmpgt", _mm_cmpgt_epi32(a, b));
    show("cmpgt64", _mm_cmpgt_epi64(a, b));
    show("shuffle", _mm_shuffle_epi8(a, b));
    show("shufd", _mm_shuffle_epi32(a, 0x1b));
    show("pack", _mm_packs_epi32(a, b));
    show("packus", _mm_packus_epi32(a, b));
    show("unpack", _mm_unpackhi_epi8(a, b));
    show("sll", _mm_sll_epi64(a, _mm_set_epi64x(0, 13)));
    show("sra", _mm_srai_epi32(a, 5));
    show("bytes", _mm_alignr_epi8(a, b, 5));
    show("abs", _mm_abs_epi16(a));
    show("hadd", _mm_hadd_epi32(a, b));
    show("sign", _mm_sign_epi8(a, b));
    show("cvt", _mm_cvtepi16_epi32(a));
    show("blend", _mm_blendv_epi8(a, b, a));
    show("mpsad", _mm_mpsadbw_epu8(a, b, 3));
    show("minpos", _mm_minpos_epu16(a));
    SHOW(_mm_movemask_epi8(a));
    SHOW(_mm_testz_si128(a, b));
    SHOW(_mm_extract_epi16(a, 3));
    show("insert", _mm_insert_epi32(a, seed, 2));
    shows("mulps", _mm_mul_ps(f, g));
    shows("divps", _mm_div_ps(f, g));
    shows("sqrtps", _mm_sqrt_ps(_mm_and_ps(f, _mm_castsi128_ps(_mm_set1_epi32(0x7fffffff)))));
    shows("minps", _mm_min_ps(f, g));
    shows("cmplt", _mm_cmplt_ps(f, g));
    shows("shuf", _mm_shuffle_ps(f, g, 0x4e));
    shows("round", _mm_round_ps(f, 2));
    shows("dp", _mm_dp_ps(f, f, 0xf1));
    shows("addsub", _mm_addsub_ps(f, g));
    showd("addpd", _mm_add_pd(d, e));
    showd("muld", _mm_mul_pd(d, e));
    showd("haddpd", _mm_hadd_pd(d, e));
    show("cvttps", _mm_cvttps_epi32(f));
    show("cvtps", _mm_cvtps_epi32(f));
    shows("cvtepi", _mm_cvtepi32_ps(a));
    shows("cvtpd", _mm_cvtpd_ps(d));
    showd("cvtps_pd", _mm_cvtps_pd(f));
    volatile double huge = 1e308;
    SHOW(_mm_cvttsd_si64(_mm_set_sd(huge)));
    SHOW(_mm_comilt_sd(d, e));
    SHOW(_mm_ucomieq_ss(f, f));
    unsigned m = _mm_getcsr();
    printf("mxcsr %04x\n", m & 0xffc0);
    _mm_setcsr(m | 0x8040);
    shows("flushed", _mm_mul_ps(f, g));
    showd("daz", _mm_add_pd(d, d));
    _mm_setcsr((m & ~0x6000) | 0x4000);
    shows("up", _mm_div_ps(f, g));
    _mm_setcsr(m);
    SHOW(_mm_crc32_u64(seed, 0x123456789abcdefULL));
    SHOW(_mm_crc32_u8(seed, 9));
    SHOW(_mm_cmpistri(a, b, 0));
    show("istrm", _mm_cmpestrm(a, 9, b, 11, 0x40));
    SHOW(__builtin_popcount(seed));
    _mm_sfence();
    return 0;
}
