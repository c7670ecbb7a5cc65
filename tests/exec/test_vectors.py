"""SSE, MMX, x87 and bit instructions compute, set flags and trap as the host's processor does."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import programs

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="another processor")

RUNNER = r"""
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

static struct state {
    unsigned char fx[512];
    uint64_t rax, rcx, rdx, flags;
} state __attribute__((aligned(16)));
static struct { unsigned char code[14], kind, mask; } cases[20000];
static sigjmp_buf back;
static unsigned char data[512] __attribute__((aligned(16)));
static struct _libx87 { uint16_t cwd, swd, twd, fop; uint64_t rip, rdp; uint32_t mxcsr; } trapped;
static int code_of_trap;

void run(struct state *s, void *code, void *data);
asm("run: push %rbx; push %r15; push %r14; push %r13\n"
    "mov %rdi, %r15; mov %rsi, %r14; mov %rdx, %rdi\n"
    "fxrstor64 (%r15)\n"
    "mov 512(%r15), %rax; mov 520(%r15), %rcx; mov 528(%r15), %rdx\n"
    "mov %rcx, %rbx; xor %esi, %esi\n"
    "pushq 536(%r15); popfq\n"
    "call *%r14\n"
    "pushfq; pop 536(%r15)\n"
    "mov %rax, 512(%r15); mov %rcx, 520(%r15); mov %rdx, 528(%r15)\n"
    "fxsave64 (%r15); fninit\n"
    "pushq $0x1f80; ldmxcsr (%rsp); pop %rcx\n"
    "pop %r13; pop %r14; pop %r15; pop %rbx; ret");

static void handler(int signo, siginfo_t *info, void *context)
{
    memcpy(&trapped, ((ucontext_t *)context)->uc_mcontext.fpregs, sizeof trapped);
    code_of_trap = info->si_code;
    siglongjmp(back, signo);
}

static uint64_t seed;

static uint32_t next(void)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return seed >> 32;
}

static uint64_t hash(uint64_t h, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        h = (h ^ ((const unsigned char *)bytes)[i]) * 1099511628211ull;
    return h;
}

static void floats(unsigned char *to, int wide)
{
    static const uint32_t special[] = {0, 0x7fc00000, 0x7f800001, 0xff800000, 1, 0x7f800000,
                                       0x80000000, 0x3f800000, 0x40490fdb, 0x00800000,
                                       0xcf000000, 0x5f000000, 0x7f7fffff, 0x4effffff};
    static const uint64_t doubles[] = {0, 0x7ff8000000000000, 0x7ff0000000000001,
                                       0xfff0000000000000, 1, 0x7ff0000000000000,
                                       0x8000000000000000, 0x3ff0000000000000,
                                       0x400921fb54442d18, 0x0010000000000000,
                                       0xc1e0000000000000, 0x43e0000000000000,
                                       0x7fefffffffffffff, 0x41dfffffffe00000};
    for (int i = 0; i < 16; i += wide ? 8 : 4) {
        uint32_t r = next();
        uint32_t word = r % 3 == 0   ? special[next() % 14]
                        : r % 3 == 1 ? 0x3e000000 + next() % 0x4000000
                                     : next();
        uint64_t both = (uint64_t)next() << 32 | word;
        if (wide)
            both = r % 3 == 0   ? doubles[next() % 14]
                   : r % 3 == 1 ? both % 0x0400000000000000 + 0x3e00000000000000
                                : both;
        memcpy(to + i, &both, wide ? 8 : 4);
    }
}

/* Ten bytes that a processor makes: zeros, small numbers, infinities, NaN, denormal ones. */
static void extended(unsigned char *to)
{
    static const uint16_t exponents[] = {0, 0x7fff, 0xffff, 0x3fff, 0xbfff, 1, 0x7ffe, 0x403e};
    uint32_t r = next();
    uint64_t mantissa = (uint64_t)next() << 32 | next();
    uint16_t exponent = r % 4 == 0 ? exponents[next() % 8] : 0x3ff0 + next() % 0x30;
    if (r % 4 == 1)
        exponent = next();
    if (r % 8 >= 6)
        mantissa = next() % 3 * 0x4000000000000000;
    if (exponent & 0x7fff)
        mantissa |= 1ull << 63;
    else
        mantissa &= ~(1ull << 63);
    memcpy(to, &mantissa, 8);
    memcpy(to + 8, &exponent, 2);
    memset(to + 10, 0, 6);
}

static void prepare(int kind, int mask)
{
    int wide = next() % 2, top = next() % 8;
    memset(state.fx, 0, sizeof state.fx);
    *(uint16_t *)state.fx = 0x37f & ~(mask & 1 ? next() & 0x3f : 0);
    if (kind != 'm')
        *(uint16_t *)state.fx |= next() % 4 << 10;
    if (next() % 4 == 0 && kind != 'm')
        *(uint16_t *)state.fx &= ~0x100;
    *(uint16_t *)(state.fx + 2) = top << 11 | (next() & 0x3f & *(uint16_t *)state.fx);
    state.fx[4] = kind == '8' && next() % 4 == 0 ? next() : kind == 'p' ? 0x7f & ~(1 << top) : 255;
    if (kind == 'p')
        state.fx[4] = 0xff & ~(1 << ((top + 7) % 8));
    *(uint32_t *)(state.fx + 24) =
        (0x1f80 & ~(mask & 2 ? next() & 0x1780 : 0)) | next() % 4 << 13 |
        (next() % 4 == 0 ? next() & 0x8040 : 0) | (next() % 2 ? next() & 0x3f : 0);
    *(uint32_t *)(state.fx + 24) &= ~(~*(uint32_t *)(state.fx + 24) >> 7 & 0x3f);
    *(uint32_t *)(state.fx + 28) = 0xffff;
    for (int i = 0; i < 8; i++)
        if (kind == 'm') {
            uint64_t value[2] = {(uint64_t)next() << 32 | next(), 0xffff};
            memcpy(state.fx + 32 + 16 * i, value, 16);
        } else
            extended(state.fx + 32 + 16 * i);
    for (int i = 0; i < 16; i++)
        floats(state.fx + 160 + 16 * i, wide);
    if (kind == 's')  /* strings: few letters, an end here and there */
        for (int i = 0; i < 64; i++)
            state.fx[160 + i] = next() % 12 ? 'a' + next() % 3 : 0;
    if (kind == 'c') {  /* counts of shifts */
        memset(state.fx + 176, 0, 16);
        state.fx[176] = next() % 70;
    }
    for (int i = 0; i < 128; i += 16) {
        floats(data + i, wide);
        if (kind == 'x' || kind == 'p')
            extended(data + i);
    }
    state.rax = next() % 2 ? (int32_t)(next() % 40 - 20) : (uint64_t)next() << 32 | next();
    state.rdx = next() % 2 ? (int32_t)(next() % 40 - 20) : (uint64_t)next() << 32 | next();
    state.rcx = next() % 4 ? (uint64_t)next() << 32 | next() : 0;
    if (kind == 'b')
        state.rdx = next() % 80 | next() % 80 << 8;
    state.flags = 0x202 | (next() & 0x8d5);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSEGV, &action, 0);
    sigaction(SIGILL, &action, 0);
    sigaction(SIGFPE, &action, 0);
    int count = fread(cases, sizeof *cases, 20000, stdin);
    unsigned char *code = mmap(0, count * 32 + 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < count; i++)
        memcpy(code + 32 * i, cases[i].code, 14);
    mprotect(code, count * 32 + 4096, PROT_READ | PROT_EXEC);
    for (int i = 0; i < count; i++) {
        uint64_t h = 1469598103934665603ull;
        for (int turn = 0; turn < TURNS; turn++) {
            seed = 1000 * i + turn;
            prepare(cases[i].kind, turn % 3 ? 0 : cases[i].mask);
            int signo = sigsetjmp(back, 0);
            if (signo) {
                asm("fninit");
                uint32_t found[] = {signo, code_of_trap, trapped.cwd, trapped.swd, trapped.mxcsr};
                h = hash(h, found, sizeof found);
                continue;
            }
            run(&state, code + 32 * i, data);
            state.flags &= cases[i].kind == 'b' ? 0x841 : cases[i].kind == 'z' ? 0x41 : 0x8d5;
            memset(state.fx + 6, 0, 18);
            memset(state.fx + 28, 0, 4);
            memset(state.fx + 416, 0, 96);
            for (int n = 0; n < 8; n++)
                memset(state.fx + 32 + 16 * n + 10, 0, 6);
            h = hash(hash(h, &state, sizeof state), data, 128);
        }
        printf("%d %016lx\n", i, (long)h);
    }
}
"""

# (what of the state is random, exceptions that may be unmasked): kinds are those of `prepare`.
# A line is the bytes of an instruction without operands, opcodes as ranges, and what follows.
SSE = """
    x 2 . 0f 51,52,53,58,59,5c-5f c1|x 2 66 0f 51,58,59,5c-5f c1|x 2 f3 0f 51-53,58,59,5c-5f c1
    x 2 f2 0f 51,58,59,5c-5f c1|x 2 . 0f 5a,5b c1|x 2 66 0f 5a,5b,e6 c1|x 2 f3 0f 5a,5b,e6 c1
    x 2 f2 0f 5a,e6 c1|x 2 f3 0f 2c,2d c1|x 2 f2 0f 2c,2d c1|x 2 f3 48 0f 2c,2d c1
    x 2 f2 48 0f 2c,2d c1|x 2 f3 0f 2a c1|x 2 f2 0f 2a c1|x 2 f3 48 0f 2a c1|x 2 f2 48 0f 2a c1
    x 2 . 0f 2e,2f c1|x 2 66 0f 2e,2f c1|x 2 66 0f 7c,7d,d0 c1|x 2 f2 0f 7c,7d,d0 c1
    x 2 . 0f 58,5e,51 07|x 2 f2 0f 58,5e,51,5a,2d 07|x 2 f3 0f 58,5e,51,5a,2d 07
    x 2 . 0f c2 c1 00-07|x 2 66 0f c2 c1 00-07|x 2 f3 0f c2 c1 00-07|x 2 f2 0f c2 c1 00-07
    x 2 66 0f 3a 08-0b c1 00-0f|x 0 66 0f 3a 40,41 c1 00,31,71,f3,ff,5a|m 2 . 0f 2a,2c,2d c1
    m 2 66 0f 2a,2c,2d c1|s 0 66 0f 3a 60-63 c1 00-7f|s 0 66 48 0f 3a 60,61 c1 00,0c,1a,44
    m 0 66 0f 38 00-0b,1c-1e,20-25,28,29,2b,30-35,37-41 c1|m 0 66 0f 38 10,14,15,17 c1
    m 0 . 0f 38 00-0b,1c-1e c1|x 0 66 0f 38 db-df c1|x 0 66 0f 3a df c1 00,1b,80
    x 0 66 0f 3a 44 c1 00,01,10,11|m 0 66 0f 3a 0c-0f,42 c1 00,03,0a,11,1f,20,ff
    m 0 . 0f 3a 0f c1 00-10|m 0 66 0f 60-6d,74-76,d1-d5,d7-df,e0-e5,e8-ef,f1-f6,f8-fe c1
    m 0 . 0f 60-6b,74-76,d1-d5,d7-df,e0-e5,e8-ef,f1-f6,f8-fe c1|c 0 66 0f d1-d3,e1,e2,f1-f3 c1
    m 0 66 0f 73 d8,f8 00-11|m 0 66 0f 71-73 d1,f1 00,07,10,1f,20,40
    m 0 . 0f 71-73 d1,f1 00,07,10,1f,20,40|m 0 . 0f 70 c1 00,1b,e4|m 0 66 0f 70 c1 00,1b,e4
    b 0 c4 e2 70 f3 c9,d1,d9|b 0 c4 e2 f0 f3 c9,d1,d9|b 0 c4 e2 68 f7 c1|b 0 c4 e2 e8 f7 c1
    b 0 c4 e2 68 f5 c1|b 0 c4 e2 e8 f5 c1|b 0 c4 e2 6b f5 c1|b 0 c4 e2 ea f5 c1
    z 0 f3 0f bc,bd c1
"""
X87 = """
    x 1 . d8 c1,c9,d1,d9,e1,e9,f1,f9|x 1 . dc c1,c9,e1,e9,f1,f9|x 1 . de c1,c9,e1,e9,f1,f9,d9
    p 1 . d9 c1|x 1 . d9 c9,d0,e0,e1,e4,e5,fa,fc,fd,f8,f5|x 1 . dd c1,d1,d9,e1,e9|x 1 . db e9,f1
    x 1 . df e9,f1|x 1 . da e9|x 0 . d9 f0,f1,f3,f9|p 1 . d9 e8-ee|p 0 . d9 f2,f4,fb
    x 0 . d9 fe,ff,f6,f7|x 1 . d8 07,0f,17,1f,27,2f,37,3f|x 1 . dc 07,0f,17,1f,27,2f,37,3f
    x 1 . da 07,0f,17,1f,27,2f,37,3f|x 1 . de 07,0f,17,1f,27,2f,37,3f|p 1 . d9,db,dd,df 07
    p 1 . db,df 2f|x 0 . d9 17,1f|x 0 . dd 0f,17,1f|x 0 . db 0f,17,1f,3f|x 0 . df 0f,17,1f,3f,37
    x 1 . d9 2f,3f|x 1 . dd 3f|x 1 . da,db c1,c9,d1,d9
"""


def _values(word: str) -> list[int]:
    found = []
    for part in word.split(","):
        first, _, last = part.partition("-")
        found += range(int(first, 16), int(last or first, 16) + 1)
    return found


def cases(lines: str) -> Iterator[bytes]:
    """Records: 14 bytes of code, the kind, the mask."""
    for line in "|".join(lines.strip().splitlines()).split("|"):
        kind, mask, *words = line.split()
        codes = [b""]
        for word in words:
            if word != ".":
                codes = [code + bytes((value,)) for code in codes for value in _values(word)]
        for code in codes:
            yield (code + b"\xc3").ljust(14, b"\xcc") + kind.encode() + bytes((int(mask),))


@pytest.mark.parametrize("lines", [SSE, X87], ids=["sse", "x87"])
def test_instructions(build_c: Callable[..., Path], lines: str) -> None:
    lacking = {"sse4_2", "aes", "pclmulqdq", "bmi1", "bmi2"} - programs.processor()
    if lacking:
        pytest.skip(f"this processor has no {' '.join(sorted(lacking))}")
    found = list(cases(lines))
    path = build_c(RUNNER, "x86_64", "glibc", "-DTURNS=24")
    blob = b"".join(found)
    native = programs.run([path], input=blob)
    ours = programs.run_ours(path, input=blob)
    assert (native.status, ours.status) == (0, 0), ours.err
    pairs = zip(found, native.text.splitlines(), ours.text.splitlines(), strict=True)
    assert [case.hex() for case, right, got in pairs if right != got] == []
