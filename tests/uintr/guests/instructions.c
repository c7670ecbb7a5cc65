// arch: x86_64
// Encodings, flags and faults of the five instructions.
#include "uintr_test.h"

static unsigned long flags_out;
extern char target[], uiret_at[], send_at[];

#define FLAGS_OF(bytes)                                                              \
    __asm__ volatile("sub $128, %%rsp\n push %1\n popfq\n .byte " bytes "\n pushfq\n pop %0\n" \
                     "cld\n add $128, %%rsp"                                         \
                     : "=r"(flags_out) : "r"(flags_in) : "cc", "memory")
#define BYTES(bytes) __asm__ volatile(".byte " bytes ::"a"(index_) : "memory")

unsigned long uiret_flags, uiret_rsp;
unsigned long frame[3];

__attribute__((noinline, noclone)) static void uiret_to(unsigned long rip, unsigned long flags)
{
    frame[0] = rip;
    frame[1] = flags;
    __asm__ volatile(
        "sub $128, %%rsp\n mov %%rsp, frame+16(%%rip)\n mov %%rsp, %%rbx\n"
        "lea frame(%%rip), %%rsp\n"
        "uiret_at: .byte 0xf3,0x0f,0x01,0xec\n"
        "ud2\n"
        "target: mov %%rsp, uiret_rsp(%%rip)\n pushfq\n popq uiret_flags(%%rip)\n"
        "push $0x202\n popfq\n add $128, %%rsp"
        ::: "rbx", "memory", "cc");
}

static void with_stack(unsigned long rsp)
{
    __asm__ volatile("mov %%rsp, %%rbx\n mov %0, %%rsp\n .byte 0xf3,0x0f,0x01,0xec\n mov %%rbx, %%rsp"
                     ::"r"(rsp) : "rbx", "memory", "cc");
}

__attribute__((noinline, noclone)) static void post(unsigned long index)
{
    __asm__ volatile("send_at: .byte 0xf3,0x0f,0xc7,0xf0" ::"a"(index) : "memory");
}

int main(void)
{
    unsigned long flags_in, index_ = 0;

    catch_faults();

    /* TESTUI: CF = UIF, the other arithmetic flags 0, DF stays. CLUI and STUI touch none. */
    flags_in = 0x202 | 0x400 | 0x8d5;
    FLAGS_OF("0xf3,0x0f,0x01,0xed");
    IS(flags_out & 0xcd5, 0x400);
    FLAGS_OF("0xf3,0x0f,0x01,0xef");
    IS(flags_out & 0xcd5, 0xcd5);
    flags_in = 0x202;
    FLAGS_OF("0xf3,0x0f,0x01,0xed");
    IS(flags_out & 0xcd5, 1);
    FLAGS_OF("0xf3,0x0f,0x01,0xee");
    IS(flags_out & 0xcd5, 0);
    CHECK(!testui());

    /* Prefixes in any order; REX and 66 do not matter. */
    BYTES("0x66,0xf3,0x0f,0x01,0xef");
    CHECK(testui());
    BYTES("0xf3,0x66,0x48,0x0f,0x01,0xee");
    CHECK(!testui());
    BYTES("0xf3,0x4f,0x0f,0x01,0xef");
    CHECK(testui());
    BYTES("0x3e,0xf3,0x67,0x0f,0x01,0xee");
    CHECK(!testui());

    /* LOCK is an illegal instruction. */
    STUI();
    FAULT(BYTES("0xf0,0xf3,0x0f,0x01,0xee"));
    IS(caught.signo, SIGILL);
    IS(caught.code, ILL_ILLOPN);
    IS(caught.addr, caught.rip);
    CHECK(testui());
    FAULT(BYTES("0xf3,0xf0,0x0f,0xc7,0xf0"));
    IS(caught.signo, SIGILL);
    FAULT(BYTES("0xf3,0xf0,0x0f,0x01,0xed"));
    IS(caught.signo, SIGILL);
    FAULT(BYTES("0xf0,0xf3,0x0f,0x01,0xec"));
    IS(caught.signo, SIGILL);

    /* SENDUIPI without a table. */
    FAULT(post(0));
    IS(caught.signo, SIGILL);
    IS(caught.code, ILL_ILLOPN);
    IS(caught.addr, (unsigned long)send_at);
    IS(caught.rip, (unsigned long)send_at);

    /* SENDUIPI with a bad index. */
    MUST(register_handler(handler, 0) == 0);
    MUST(register_self(7, 0) == 0);
    static const unsigned long bad[] = {1, 255, 256, 1ul << 32, 1ul << 63, ~0ul};
    for (int i = 0; i < 6; i++) {
        FAULT(post(bad[i]));
        IS(caught.signo, SIGSEGV);
        IS(caught.code, 0x80);
        IS(caught.addr, 0);
        IS(caught.rip, (unsigned long)send_at);
    }
    IS(count, 0);
    post(0);
    IS(count, 1);
    IS(last.vector, 7);

    /* Every register, flags untouched. */
    count = 0;
#define REGISTER(reg, bytes) \
    __asm__ volatile("xor %%" reg ", %%" reg "\n .byte " bytes ::: "memory", "cc", reg)
    REGISTER("rax", "0xf3,0x0f,0xc7,0xf0");
    REGISTER("rcx", "0xf3,0x0f,0xc7,0xf1");
    REGISTER("rdx", "0xf3,0x0f,0xc7,0xf2");
    REGISTER("rsi", "0xf3,0x0f,0xc7,0xf6");
    REGISTER("rdi", "0xf3,0x48,0x0f,0xc7,0xf7");
    REGISTER("r8", "0xf3,0x41,0x0f,0xc7,0xf0");
    REGISTER("r12", "0xf3,0x41,0x0f,0xc7,0xf4");
    REGISTER("r13", "0xf3,0x49,0x0f,0xc7,0xf5");
    REGISTER("r15", "0x66,0xf3,0x41,0x0f,0xc7,0xf7");
    IS(count, 9);
    FAULT(__asm__ volatile("mov $1, %%r9d\n xor %%ecx, %%ecx\n .byte 0xf3,0x41,0x0f,0xc7,0xf1"
                           ::: "r9", "rcx", "memory", "cc"));
    IS(caught.signo, SIGSEGV);
    __asm__ volatile("sub $128, %%rsp\n push $0xad7\n popfq\n mov $0, %%ecx\n"
                     ".byte 0xf3,0x0f,0xc7,0xf1\n pushfq\n pop %0\n add $128, %%rsp"
                     : "=r"(flags_out)::"rcx", "cc", "memory");
    IS(flags_out & 0xcd5, 0x8d5);

    /* After the table's last entry is gone the table is still there. */
    IS(unregister_sender(0, 0), 0);
    FAULT(post(0));
    IS(caught.signo, SIGSEGV);

    /* UIRET as a jump: flags by mask, UIF set. */
    CLUI();
    uiret_to((unsigned long)target, 0x202 | 0xcd5 | 0x40000);
    IS(uiret_flags & 0x40cd5, 0x40cd5);
    IS(uiret_rsp, frame[2]);
    CHECK(testui());
    CLUI();
    uiret_to((unsigned long)target, 0);
    IS(uiret_flags & 0x40cd5, 0);
    IS(uiret_flags & 0x200, 0x200); /* IF is not taken */
    CHECK(testui());

    /* UIRET's faults change nothing. */
    CLUI();
    FAULT(uiret_to(1ul << 47, 0x202));
    IS(caught.signo, SIGSEGV);
    IS(caught.code, 0x80);
    IS(caught.addr, 0);
    IS(caught.rip, (unsigned long)uiret_at);
    IS(caught.rsp, (unsigned long)frame);
    CHECK(!testui());
    FAULT(uiret_to(0xffff800000000000ul, 0x202)); /* canonical: the fetch faults */
    IS(caught.signo, SIGSEGV);
    IS(caught.rip, 0xffff800000000000ul);
    CHECK(testui());

    char *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(mprotect(two + 4096, 4096, PROT_NONE) == 0);
    CLUI();
    FAULT(with_stack((unsigned long)two + 4096 - 8));
    IS(caught.signo, SIGSEGV);
    IS(caught.code, SEGV_ACCERR);
    IS(caught.addr, (unsigned long)two + 4096);
    IS(caught.rsp, (unsigned long)two + 4096 - 8);
    FAULT(with_stack((unsigned long)two + 4096 - 12));
    IS(caught.addr, (unsigned long)two + 4096);
    MUST(munmap(two, 8192) == 0);
    FAULT(with_stack((unsigned long)two));
    IS(caught.code, SEGV_MAPERR);
    IS(caught.addr, (unsigned long)two);
    CHECK(!testui());
    return done();
}
