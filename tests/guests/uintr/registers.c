// arch: x86_64
// Interrupts from another thread land anywhere in computations and change nothing in them: general,
// SSE and x87 registers, flags, string instructions, the red zone of a leaf function.
#include "guest.h"
#include "uintr/uintr.h"
static volatile int count, stop;
static int fd;
UINTR_HANDLER(h)
{
    /* Spoils what the interrupted code must find again: carry, zero, direction. */
    __asm__ volatile("xor %%eax, %%eax; sub $1, %%eax; stc" ::: "rax", "cc");
    count++;
}
static void *sender(void *unused)
{
    int index = check(uintr_register_sender(fd, 0), "register_sender");
    while (!stop) {
        int before = count;
        _senduipi(index);
        while (count == before && !stop)
            ;
    }
    return NULL;
}
static uint64_t integers(void)
{
    uint64_t a = 1, b = 2, c = 3, d = 4, e = 5;
    for (int i = 0; i < 3000; i++) {
        a = a * 6364136223846793005u + b;
        b ^= a >> 29 | c << 7;
        c += __builtin_add_overflow(a, b, &d);
        e += d < a ? c : b;
    }
    return a ^ b ^ c ^ d ^ e;
}
static uint64_t carries(void)
{
    uint64_t low = -1000, high = 0;
    for (int i = 0; i < 3000; i++)
        __asm__ volatile("add $1, %0; nop; nop; adc $0, %1" : "+r"(low), "+r"(high)::"cc");
    return high * 100000 + low;
}
static uint64_t doubles(void)
{
    volatile long double l = 1;
    double a = 1, b = 2, c = 3;
    for (int i = 0; i < 2000; i++) {
        a += b * .5;
        b -= c * .25;
        c += a * 1e-3;
        l += 1 / (l + i);
    }
    return (uint64_t)(a * 1e3) ^ (uint64_t)(b * 1e3) ^ (uint64_t)(c * 1e3) ^ (uint64_t)(l * 1e9L);
}
static uint64_t strings(void)
{
    static char a[20000], b[20000];
    char *from = a, *to = b;
    size_t n = sizeof a;
    for (size_t i = 0; i < n; i++)
        a[i] = i * 7;
    memset(b, 0, n);
    __asm__ volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(n)::"memory");
    return !memcmp(a, b, sizeof a) && from == a + sizeof a && to == b + sizeof b && n == 0;
}
__attribute__((noinline)) static uint64_t leaf(uint64_t x)
{
    uint64_t sum;
    __asm__ volatile("mov $400, %%ecx\n"
                     "1: mov %1, -8(%%rsp); mov %%rcx, -64(%%rsp); mov %1, -128(%%rsp)\n"
                     "nop; nop; add -8(%%rsp), %1; sub -128(%%rsp), %1; add -64(%%rsp), %1\n"
                     "dec %%ecx; jnz 1b; mov %1, %0"
                     : "=r"(sum), "+r"(x)::"rcx", "cc", "memory");
    return sum;
}
int main(void)
{
    uint64_t (*work[])(void) = {integers, carries, doubles, strings};
    uint64_t expected[4], wrong = 0;
    pthread_t t;

    for (int i = 0; i < 4; i++)
        expected[i] = work[i]();
    uint64_t expected_leaf = leaf(5);
    check(uintr_register_handler(h, 0), "register_handler");
    fd = check(uintr_vector_fd(0, 0), "vector_fd");
    _stui();
    pthread_create(&t, NULL, sender, NULL);
    for (int round = 0; count < 2000; round++) {
        wrong += work[round % 4]() != expected[round % 4];
        wrong += leaf(5) != expected_leaf;
    }
    stop = 1;
    pthread_join(t, NULL);
    SHOW(wrong);
    SHOW(count >= 2000);
    return 0;
}
