// arch: aarch64
// Advanced SIMD and scalar floating point of AArch64.
#include "guest.h"
#include <arm_neon.h>
static void show(const char *n, uint8x16_t v)
{
    uint64_t u[2];
    memcpy(u, &v, 16);
    printf("%s %016" PRIx64 "%016" PRIx64 "\n", n, u[1], u[0]);
}
#define S(n, v) show(n, (uint8x16_t)(v))
int main(void)
{
    volatile int seed = 12345;
    int32x4_t a = {seed, -seed * 7, seed << 9, 0x80000001u * seed},
              b = {-seed, seed * 99, 77 * seed, ~seed};
    int8x16_t c = vreinterpretq_s8_s32(a), d = vreinterpretq_s8_s32(b);
    float32x4_t f = {1.5f, -2.25f, 1e-40f, seed / 3.f}, g = {0.1f, 3, 1e38f, -0.f};
    float64x2_t x = {seed / 7., -1e-310}, y = {3, 1e308};
    S("add", vaddq_s32(a, b));
    S("qadd", vqaddq_s8(c, d));
    S("mul", vmulq_s32(a, b));
    S("mla", vmlaq_s32(a, a, b));
    S("mull", vmull_s32(vget_low_s32(a), vget_high_s32(b)));
    S("abd", vabdq_s8(c, d));
    S("shl", vshlq_s32(a, b));
    S("tbl", vqtbl1q_s8(c, vandq_u8((uint8x16_t)d, vdupq_n_u8(31))));
    S("zip", vzip1q_s8(c, d));
    S("uzp", vuzp2q_s8(c, d));
    S("rev", vrev64q_s8(c));
    S("ext", vextq_s8(c, d, 5));
    S("cnt", vcntq_s8(c));
    S("clz", vclzq_s32(a));
    S("qmovn", vcombine_s16(vqmovn_s32(a), vqmovn_s32(b)));
    S("max", vmaxq_s32(a, b));
    S("cgt", vcgtq_s32(a, b));
    S("bsl", vbslq_s8((uint8x16_t)c, d, c));
    SHOW(vaddvq_s32(a));
    SHOW(vmaxvq_s32(a));
    S("padd", vpaddq_s32(a, b));
    S("sra", vsraq_n_s32(a, b, 3));
    S("pmul", vmulq_p8((poly8x16_t)c, (poly8x16_t)d));
    S("fmul", vmulq_f32(f, g));
    S("fdiv", vdivq_f32(f, g));
    S("fma", vfmaq_f32(f, f, g));
    S("fsqrt", vsqrtq_f32(vabsq_f32(f)));
    S("fadd", vaddq_f64(x, y));
    S("fmin", vminq_f32(f, g));
    S("fcvt", vcvtq_s32_f32(f));
    S("fcvtn", vcombine_f32(vcvt_f32_f64(x), vcvt_f32_f64(y)));
    S("scvtf", vcvtq_f32_s32(a));
    S("frint", vrndmq_f32(f));
    S("recpe", vrecpeq_f32(g));
    S("rsqrte", vrsqrteq_f32(vabsq_f32(g)));
    S("fcmp", vcltq_f32(f, g));
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    SHOW(fpcr);
    __asm__ volatile("msr fpcr, %0" ::"r"(1ul << 24));
    S("flushed", vmulq_f32(f, g));
    __asm__ volatile("msr fpcr, %0" ::"r"(1ul << 22));
    S("up", vdivq_f32(f, g));
    __asm__ volatile("msr fpcr, %0" ::"r"(0ul));
    volatile double h = 2.5;
    SHOW((int64_t)__builtin_rint(h));
    SHOW((uint32_t)(h * 1e12));
    SHOW((int32_t)-1e30f);
    uint64_t w[2] = {1, 2}, r0, r1;
    __asm__ volatile("1: ldxp %0, %1, [%2]; add %0, %0, #5; stxp w9, %0, %1, [%2]; cbnz w9, 1b"
                     : "=&r"(r0), "=&r"(r1)
                     : "r"(w)
                     : "w9", "memory");
    SHOW(w[0]);
    SHOW(w[1]);
    return 0;
}
