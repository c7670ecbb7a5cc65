// arch: ppc ppc64 ppc64le
// AltiVec's status: non-Java mode, saturation, VRSAVE, in signal handlers, too; FCTIW's limits.
#include "guest.h"
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LAST 3
#else
#define LAST 0
#endif

static uint32_t status[4] __attribute__((aligned(16)));
static uint32_t a[4] __attribute__((aligned(16))), b[4] __attribute__((aligned(16)));

static uint32_t read_status(void)
{
    register void *p __asm__("r3") = status;  // mfvscr v0; stvx v0, 0, r3
    __asm__ volatile(".long 0x10000604; .long 0x7c0019ce" ::"r"(p) : "memory");
    return status[LAST];
}

static void write_status(uint32_t value)
{
    register void *p __asm__("r3") = status;
    memset(status, 0, sizeof status);
    status[LAST] = value;
    __asm__ volatile(".long 0x7c0018ce; .long 0x10000644" ::"r"(p) : "memory");
}

static uint32_t vrsave(void)
{
    register unsigned long value __asm__("r3");
    __asm__ volatile(".long 0x7c6042a6" : "=r"(value));
    return value;
}

static void set_vrsave(uint32_t to)
{
    register unsigned long value __asm__("r3") = to;
    __asm__ volatile(".long 0x7c6043a6" ::"r"(value));
}

static void add(uint32_t first, uint32_t second)
{
    register void *p __asm__("r3") = a, *q __asm__("r4") = b;
    a[0] = a[1] = a[2] = a[3] = first;
    b[0] = b[1] = b[2] = b[3] = second;
    // lvx v0, 0, r3; lvx v1, 0, r4; vaddfp v0, v0, v1; stvx v0, 0, r3
    __asm__ volatile(".long 0x7c0018ce, 0x7c2020ce, 0x1000080a, 0x7c0019ce" ::"r"(p), "r"(q)
                     : "memory");
    printf("%08x + %08x = %08x\n", first, second, a[2]);
}

static void saturate(void)
{
    register void *p __asm__("r3") = a;
    memset(a, 0x7f, sizeof a);  // lvx v0, 0, r3; vaddsbs v0, v0, v0
    __asm__ volatile(".long 0x7c0018ce, 0x10000300" ::"r"(p) : "memory");
}

static void on(int n)
{
    printf("signal %d: vscr %x vrsave %x\n", n, read_status(), vrsave());
    write_status(0x10001);
    set_vrsave(7);
}

static void convert(uint64_t bits)
{
    uint64_t found[2];
    register void *p __asm__("r3") = &bits, *q __asm__("r4") = found;
    // lfd f0, 0(r3); fctiw f1, f0; stfd f1, 0(r4); fctiwz f1, f0; stfd f1, 8(r4)
    __asm__ volatile(".long 0xc8030000, 0xfc20001c, 0xd8240000, 0xfc20001e, 0xd8240008" ::"r"(p),
                     "r"(q)
                     : "memory", "fr0", "fr1");
    printf("%016llx: %08x %08x\n", (long long)bits, (uint32_t)found[0], (uint32_t)found[1]);
}

int main(void)
{
    write_status(0x10000);
    add(0x03420569, 0x40);
    add(0x40, 0x40);
    add(0x00800001, 0x80800000);
    write_status(0);
    add(0x03420569, 0x40);
    add(0x40, 0x40);
    add(0x00800001, 0x80800000);
    saturate();
    set_vrsave(0x12345678);
    printf("vscr %x vrsave %x\n", read_status(), vrsave());
    signal(SIGUSR1, on);
    raise(SIGUSR1);
    printf("vscr %x vrsave %x\n", read_status(), vrsave());
    add(0x40, 0x40);
    convert(0x466e70995960591c);
    convert(0xc66e70995960591c);
    convert(0x7ff0000000000000);
    convert(0xfff0000000000000);
    convert(0x7ff8000000000000);
    convert(0xfff8000000000000);
    convert(0x41dfffffffa00000);
    convert(0x41dfffffffe00000);
    convert(0xc004000000000000);
}
