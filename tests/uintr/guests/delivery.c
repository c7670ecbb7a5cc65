// arch: x86_64
// Frames, order, flags and nesting of delivery to oneself.
#include "uintr_test.h"

static int self[64];

unsigned long before_rsp, before_flags, after_flags, after_rsp, red[16];
extern char after_send[];

/* SENDUIPI with a filled red zone, DF, CF and AC set; everything must be as before afterwards. */
__attribute__((noinline, noclone)) static void framed(long index)
{
    __asm__ volatile(
        "mov %%rsp, before_rsp(%%rip)\n"
        "xor %%ecx, %%ecx\n"
        "1: mov %%rcx, -128(%%rsp,%%rcx,8)\n inc %%ecx\n cmp $16, %%ecx\n jne 1b\n"
        "lea -4096(%%rsp), %%rsp\n pushfq\n pop %%rdx\n lea 4096(%%rsp), %%rsp\n"
        "or $0x40401, %%rdx\n"
        "lea -4096(%%rsp), %%rsp\n push %%rdx\n popfq\n lea 4096(%%rsp), %%rsp\n std\n"
        "lea -4096(%%rsp), %%rsp\n pushfq\n popq before_flags(%%rip)\n lea 4096(%%rsp), %%rsp\n"
        ".byte 0xf3,0x0f,0xc7,0xf0\n"
        "after_send:\n"
        "lea -4096(%%rsp), %%rsp\n pushfq\n popq after_flags(%%rip)\n lea 4096(%%rsp), %%rsp\n"
        "cld\n mov %%rsp, after_rsp(%%rip)\n"
        "lea -4096(%%rsp), %%rsp\n pushfq\n andq $~0x40000, (%%rsp)\n popfq\n lea 4096(%%rsp), %%rsp\n"
        "xor %%ecx, %%ecx\n lea red(%%rip), %%rdi\n"
        "1: mov -128(%%rsp,%%rcx,8), %%rdx\n mov %%rdx, (%%rdi,%%rcx,8)\n inc %%ecx\n"
        "cmp $16, %%ecx\n jne 1b\n"
        :: "a"(index) : "rcx", "rdx", "rdi", "memory", "cc");
}

static void stui_inside(unsigned long vector)
{
    CHECK(!testui());
    if (vector == 2) {
        SENDUIPI(self[9]);
        IS(count, 1); /* UIF is clear: the second one waits */
        STUI();
        IS(count, 2);
        IS(order[1], 9);
    }
}

static void deepen(unsigned long vector)
{
    if (count < 5) {
        SENDUIPI(self[1]);
        STUI();
    }
}

static void no_effect(unsigned long vector) {}

int main(void)
{
    CHECK(!testui());
    STUI();
    CHECK(testui());
    CLUI();
    CHECK(!testui());

    MUST(register_handler(handler, 0) == 0);
    for (int vector = 0; vector < 64; vector++)
        MUST((self[vector] = register_self(vector, 0)) == vector);

    /* The frame. */
    STUI();
    framed(self[33]);
    IS(count, 1);
    IS(last.vector, 33);
    IS(last.rip, (unsigned long)after_send);
    IS(last.old_rsp, before_rsp);
    IS(last.rsp, ((before_rsp - 128) & ~15ul) - 32);
    IS(last.saved_flags, before_flags);
    IS(last.flags & 0x40400, 0x40400); /* AC and DF are inherited */
    IS(last.flags & 0x10100, 0);
    IS(after_flags, before_flags);
    IS(after_rsp, before_rsp);
    for (int i = 0; i < 16; i++)
        IS(red[i], i);
    CHECK(testui());

    /* The highest vector first, each once, each at STUI or UIRET. */
    count = 0;
    CLUI();
    static const int posted[] = {3, 40, 63, 0, 40, 3};
    for (int i = 0; i < 6; i++)
        SENDUIPI(self[posted[i]]);
    IS(count, 0);
    STUI();
    IS(count, 4);
    IS(order[0], 63);
    IS(order[1], 40);
    IS(order[2], 3);
    IS(order[3], 0);
    IS(last.rsp % 16, 0);

    /* stui; clui lets one in. */
    count = 0;
    CLUI();
    SENDUIPI(self[5]);
    SENDUIPI(self[6]);
    __asm__ volatile(".byte 0xf3,0x0f,0x01,0xef,0xf3,0x0f,0x01,0xee" ::: "memory");
    IS(count, 2); /* UIRET sets UIF: both come before clui */
    CHECK(!testui());

    /* Nested, and recursive. */
    count = 0;
    in_handler = stui_inside;
    STUI();
    SENDUIPI(self[2]);
    IS(count, 2);
    CHECK(testui());
    count = 0;
    in_handler = deepen;
    SENDUIPI(self[1]);
    IS(count, 5);

    /* Millions would take long; thousands come out even. */
    count = 0;
    in_handler = no_effect;
    for (int i = 0; i < 3000; i++)
        SENDUIPI(self[i % 64]);
    IS(count, 3000);
    return done();
}
