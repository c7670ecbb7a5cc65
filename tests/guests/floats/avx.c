// arch: x86_64
// host: avx2 fma f16c
// flags: -O3 -mavx2 -mfma -mf16c -mbmi -mbmi2 -ffp-contract=off
// Vectorised loops, intrinsics, conversions, gathers and masked moves across pages.
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define N 96
static float a[N][N], b[N][N], c[N][N];
static double d[N * N];
static uint64_t seed = 42;

static uint32_t next(void)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return seed >> 33;
}

static uint64_t hash(const void *data, size_t size)
{
    uint64_t h = 1469598103934665603ull;
    for (size_t i = 0; i < size; i++)
        h = (h ^ ((const unsigned char *)data)[i]) * 1099511628211ull;
    return h;
}

static void products(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            a[i][j] = next() % 1000 / 7.0f, b[i][j] = next() % 1000 / 3.0f;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            for (int j = 0; j < N; j++)
                c[i][j] += a[i][k] * b[k][j];
    for (int i = 0; i < N * N; i++)
        d[i] = sqrt(((float *)c)[i]) / (1 + i);
    printf("products %016lx %016lx\n", hash(c, sizeof c), hash(d, sizeof d));
}

static void integers(void)
{
    static int16_t q[1000];
    static uint8_t bytes[1000], out[1000];
    int64_t sum = 0;
    for (int i = 0; i < 1000; i++)
        q[i] = next(), bytes[i] = next();
    for (int i = 0; i < 1000; i++)
        sum += q[i] * q[999 - i] + (q[i] > bytes[i] ? bytes[i] : q[i]);
    for (int i = 0; i < 1000; i++)
        out[i] = (bytes[i] + bytes[999 - i] + 1) >> 1 ^ (bytes[i] >> 3);
    printf("integers %ld %016lx\n", (long)sum, hash(out, sizeof out));
}

static void show(const char *name, __m256i v)
{
    printf("%s %016lx\n", name, hash(&v, sizeof v));
}

static void intrinsics(void)
{
    int table[64];
    unsigned char text[64];
    for (int i = 0; i < 64; i++)
        table[i] = next(), text[i] = next();
    __m256i x = _mm256_loadu_si256((void *)text), y = _mm256_loadu_si256((void *)(text + 7));
    __m256i index = _mm256_and_si256(x, _mm256_set1_epi32(63));
    show("shuffle", _mm256_shuffle_epi8(x, y));
    show("sad", _mm256_sad_epu8(x, y));
    show("madd", _mm256_madd_epi16(x, y));
    show("align", _mm256_alignr_epi8(x, y, 5));
    show("permute", _mm256_permutevar8x32_epi32(x, y));
    show("permute4", _mm256_permute4x64_epi64(x, 0x1b));
    show("gather", _mm256_i32gather_epi32(table, index, 4));
    show("masked gather", _mm256_mask_i32gather_epi32(y, table, index, x, 4));
    show("shifts", _mm256_srav_epi32(x, _mm256_and_si256(y, _mm256_set1_epi32(31))));
    show("pack", _mm256_packus_epi16(x, y));
    show("widen", _mm256_cvtepu8_epi16(_mm256_castsi256_si128(x)));
    printf("mask %08x\n", _mm256_movemask_epi8(_mm256_cmpgt_epi8(x, y)));
    printf("test %d %d\n", _mm256_testz_si256(x, y), _mm256_testc_si256(x, x));
    __m256 f = _mm256_cvtepi32_ps(x);
    printf("half %016lx\n", hash(&(__m128i){_mm256_cvtps_ph(f, 1)[0]}, 8));
    printf("fma %a\n", _mm256_fmsub_ps(f, f, f)[3]);
    printf("index %d\n", _mm_cmpistri(_mm_set1_epi8('x'), _mm_loadu_si128((void *)"abcdefgxhijklmno"), 0));
    printf("bits %lx %lx\n", (long)_pext_u64(seed, 0xf0f0f0f0f0), (long)_pdep_u64(seed, 0xff00ff00ff));
}

static void edges(void)
{
    char *page = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(page + 8192, 4096, PROT_NONE);
    for (int i = 0; i < 8192; i++)
        page[i] = i * 7;
    __m256i sum = _mm256_setzero_si256();
    for (int at = 4064; at <= 4096; at++)  // from one page into the next
        sum = _mm256_add_epi8(sum, _mm256_loadu_si256((void *)(page + at)));
    show("crossing", sum);
    __m256i mask = _mm256_set_epi32(0, 0, 0, 0, 0, 0, -1, -1);
    int *end = (int *)(page + 8192) - 2;
    show("masked load", _mm256_maskload_epi32(end, mask));  // the rest can't be read
    _mm256_maskstore_epi32(end, mask, sum);
    printf("masked store %08x %08x\n", end[0], end[1]);
    memset(page + 100, 'x', 5000);
    memmove(page + 3000, page + 50, 5000);
    page[8150] = 0;
    printf("strings %d %d\n", (int)strlen(page + 3001), memcmp(page + 3000, page + 50, 40) > 0);
}

int main(void)
{
    products();
    integers();
    intrinsics();
    edges();
    return 0;
}
