// arch: x86_64
// The frame, what the handler inherits, what TESTUI and UIRET do to the flags.
#include "guest.h"
#include "uintr/uintr.h"
extern char handler[], after_send[], target[];
uint64_t frame[4], flags_inside, rsp_inside, rsp_before, testui_inside;
__asm__(
    ".text\nhandler:\n"
    "mov %rsp, rsp_inside(%rip)\n"
    "push %rax; pushfq; pop %rax; mov %rax, flags_inside(%rip)\n"
    "mov 8(%rsp), %rax; mov %rax, frame(%rip)\n mov 16(%rsp), %rax; mov %rax, frame+8(%rip)\n"
    "mov 24(%rsp), %rax; mov %rax, frame+16(%rip)\n mov 32(%rsp), %rax; mov %rax, frame+24(%rip)\n"
    "mov $0, %eax; .byte 0xf3,0x0f,0x01,0xed; adc $0, %eax; mov %rax, testui_inside(%rip)\n"
    "pop %rax; add $8, %rsp; .byte 0xf3,0x0f,0x01,0xec\n");
#define DF 0x400
#define STATUS 0x8d5
static uint64_t index_;
__attribute__((noinline)) static void interrupt_with(const char *what, uint64_t set)
{
    uint64_t after;
    __asm__ volatile("mov %%rsp, rsp_before(%%rip)\n push %1; popfq\n .byte 0xf3,0x0f,0xc7,0xf0\n "
                     "after_send: pushfq; pop %0; cld"
                     : "=&r"(after)
                     : "r"(set), "a"(index_)
                     : "cc", "memory");
    printf("%s: saved %03" PRIx64 " inside %03" PRIx64 " after %03" PRIx64 "\n", what,
           frame[2] & (DF | STATUS), flags_inside & (DF | STATUS), after & (DF | STATUS));
}
int main(void)
{
    uint64_t f;

    check(uintr_register_handler(handler, 0), "register_handler");
    index_ = check(uintr_register_self(33, 0), "register_self");
    _stui();
    interrupt_with("no flags", 0x202);
    SHOW(frame[0]);
    SHOW(frame[1] == (uint64_t)after_send);
    SHOW(frame[3] == rsp_before);
    SHOW(rsp_inside == ((rsp_before - 128) & ~15ull) - 32);
    SHOW(frame[2] & 2);
    SHOW((frame[2] >> 16) & 1);
    SHOW(testui_inside);
    SHOW(_testui());
    interrupt_with("all status flags", 0x202 | STATUS);
    interrupt_with("direction", 0x202 | DF);
    for (uint64_t skew = 0; skew < 16; skew += 8) {
        __asm__ volatile("sub %0, %%rsp; mov %%rsp, rsp_before(%%rip)\n"
                         ".byte 0xf3,0x0f,0xc7,0xf0; add %0, %%rsp" ::"r"(skew),
                         "a"(index_)
                         : "memory", "cc");
        SHOW(rsp_inside % 16);
        SHOW(rsp_inside == ((rsp_before - 128) & ~15ull) - 32);
    }

    __asm__ volatile("push $0xad7; popfq; .byte 0xf3,0x0f,0x01,0xed; pushfq; pop %0"
                     : "=r"(f)::"cc");
    printf("TESTUI with UIF set: %03" PRIx64 "\n", f & (DF | STATUS));
    _clui();
    __asm__ volatile("push $0xed7; popfq; .byte 0xf3,0x0f,0x01,0xed; pushfq; pop %0; cld"
                     : "=r"(f)::"cc");
    printf("TESTUI with UIF clear: %03" PRIx64 "\n", f & (DF | STATUS));
    __asm__ volatile(
        "push $0xad7; popfq; .byte 0xf3,0x0f,0x01,0xef,0xf3,0x0f,0x01,0xee; pushfq; pop %0"
        : "=r"(f)::"cc");
    printf("STUI and CLUI change: %03" PRIx64 "\n", (f ^ 0xad7) & (DF | STATUS));

    /* UIRET outside a handler: a jump that loads flags and sets UIF, whatever IF and IOPL say. */
    __asm__ volatile(
        "mov %%rsp, %%rdx; push %%rdx; push $0x30d5; lea target(%%rip), %%rdx; push %%rdx\n"
        ".byte 0xf3,0x0f,0x01,0xec; ud2\n target: pushfq; pop %0"
        : "=r"(f)::"rdx", "cc", "memory");
    printf("UIRET loads %03" PRIx64 ", privilege level %d, interrupts %d, UIF %d\n",
           f & (DF | STATUS), (int)(f >> 12 & 3), (int)(f >> 9 & 1), _testui());
    return 0;
}
