// arch: sparc
// libc: glibc
// flags: -nostdlib -ffreestanding -fno-stack-protector -fno-pic -no-pie -z execstack
// A program of SPARC V8 alone: no object of V9 is in it, so its ELF machine is the older one.
#include <asm/unistd.h>

static long call(long number, long a, long b, long c)
{
    register long g1 __asm__("g1") = number, o0 __asm__("o0") = a, o1 __asm__("o1") = b,
                  o2 __asm__("o2") = c;

    __asm__ volatile("t 0x10; bcs,a 1f; sub %%g0, %0, %0; 1:"
                     : "+r"(o0), "+r"(o1)
                     : "r"(g1), "r"(o2)
                     : "cc", "memory");
    return o0;
}

static void show(const char *what, unsigned value)
{
    char line[64];
    int size = 0, shift;

    while (*what)
        line[size++] = *what++;
    line[size++] = ' ';
    for (shift = 28; shift >= 0; shift -= 4)
        line[size++] = "0123456789abcdef"[value >> shift & 15];
    line[size++] = '\n';
    call(__NR_write, 1, (long)line, size);
}

struct old_sigaction {
    void (*handler)(int, unsigned *, unsigned *);
    unsigned long mask, flags;
    void (*restorer)(void);
};

/* The frame is where it returns to, which is code: there is no other restorer. */
static void on_signal(int signo, unsigned *regs, unsigned *same)
{
    show("signal", signo);
    show("its registers, twice", regs == same);
    show("a local in the frame", (regs - 24)[3]); /* %l3, as saved below them */
    regs[1] = regs[2];
    regs[2] += 4;
    regs[4 + 4] = 0x1234; /* %g4 */
}

static void trap(void)
{
    struct old_sigaction action = {on_signal, 0, 0, 0};
    unsigned result, sp;

    show("sigaction", call(__NR_sigaction, 8 /* SIGFPE */, (long)&action, 0));
    __asm__ volatile("set 0x4321, %%l3; clr %%g4; mov %%g0, %%y; nop; nop; nop;"
                     "sdiv %%g4, %%g0, %%g3; mov %%g4, %0; mov %%l3, %1"
                     : "=r"(result), "=r"(sp)
                     :
                     : "l3", "g3", "g4");
    show("after the division", result);
    show("the local", sp);
}

static void atomics(void)
{
    static unsigned place[2] __attribute__((aligned(8))) = {0x11223344, 0};
    unsigned value = 5, old;

    __asm__ volatile("ldstub [%1], %0" : "=r"(old) : "r"(place) : "memory");
    show("ldstub", old);
    show("left", place[0]);
    __asm__ volatile("swap [%1], %0" : "+r"(value) : "r"(place) : "memory");
    show("swap", value);
    show("left", place[0]);
    __asm__ volatile("mov %2, %%g2; mov 5, %%g3; mov 6, %%g4;"
                     ".word 0xc9e08163; mov %%g4, %0;" /* casa [%g2] 0xb, %g3, %g4: LEON's */
                     ".word 0xc9e08163; mov %%g4, %1"
                     : "=&r"(old), "=&r"(value)
                     : "r"(place)
                     : "g2", "g3", "g4", "memory");
    show("casa", old);
    show("again", value);
    show("left", place[0]);
}

static void codes(void)
{
    register unsigned g1 __asm__("g1");
    unsigned taken;

    __asm__ volatile("subcc %%g0, 1, %%g0; ta 0x20" : "=r"(g1) : : "cc");
    show("getcc", g1);
    __asm__ volatile("mov 4, %%g1; ta 0x21; be,a 1f; mov 1, %0; mov 2, %0; 1:"
                     : "=r"(taken)
                     :
                     : "g1", "cc");
    show("setcc", taken);
}

static unsigned depth(unsigned n)
{
    volatile unsigned kept = n;

    return n ? depth(n - 1) + kept : 0;
}

static void start(void)
{
    unsigned long long product = 0x123456789ull * 0xfedcba987ull;
    register long g1 __asm__("g1") = __NR_pipe, first __asm__("o0") = 0, second __asm__("o1") = 0;

    __asm__ volatile("t 0x10" : "+r"(first), "+r"(second) : "r"(g1) : "cc", "memory");
    show("pipe", second - first);
    show("product", product >> 32 ^ product);
    show("windows", depth(100));
    atomics();
    codes();
    trap();
    show("a bad descriptor", -call(__NR_close, 77, 0, 0));
    call(__NR_exit, 0, 0, 0);
}

void _start(void)
{
    start();
}
