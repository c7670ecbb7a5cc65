"""Every supplied vector instruction computes, faults and traps as the host's processor does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qemu_user.exec.arch import x86_64_legacy as legacy
from qemu_user.exec.arch import x86_64_vex as vex
from qemu_user.exec.arch.x86_64_features import needed
from tests import programs

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
    unsigned char ymm[16][32];
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, flags, mxcsr;
} state;
static struct { unsigned char code[16]; int32_t offset; } cases[10000];
static sigjmp_buf back;
static char *data;
static volatile long where, trap;

void run(struct state *s, void *code);
asm("run: push %rbx; push %rbp; push %r14; push %r15; push %r13\n"
    "mov %rdi, %r15; mov %rsi, %r14\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
    "vmovdqu \\n*32(%r15), %ymm\\n\n"
    ".endr\n"
    "ldmxcsr 568(%r15)\n"
    "mov 512(%r15), %rax; mov 520(%r15), %rbx; mov 528(%r15), %rcx; mov 536(%r15), %rdx\n"
    "mov 544(%r15), %rsi; mov 552(%r15), %rdi\n"
    "pushq $0x202; popfq\n"
    "call *%r14\n"
    "pushfq; pop 560(%r15)\n"
    "mov %rax, 512(%r15); mov %rbx, 520(%r15); mov %rcx, 528(%r15); mov %rdx, 536(%r15)\n"
    "mov %rsi, 544(%r15); mov %rdi, 552(%r15)\n"
    "stmxcsr 568(%r15)\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
    "vmovdqu %ymm\\n, \\n*32(%r15)\n"
    ".endr\n"
    "vzeroupper\n"
    "pop %r13; pop %r15; pop %r14; pop %rbp; pop %rbx; ret");

static void handler(int signo, siginfo_t *info, void *context)
{
    trap = ((ucontext_t *)context)->uc_mcontext.gregs[REG_TRAPNO];
    where = trap == 14 ? (char *)info->si_addr - data : info->si_code;
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

static void fill(void *to, size_t size)
{
    static const uint32_t special[] = {0, 0x7fc00000, 0x7f800001, 0xff800000, 1, 0x7ff00000,
                                       0x80000000, 0x3f800000, 0x40490fdb, 0xffffffff};
    uint32_t *words = to;
    for (size_t i = 0; i < size / 4; i++) {
        uint32_t r = next();
        words[i] = r % 4 == 0   ? special[next() % 10]
                   : r % 4 == 1 ? 0x3f000000 + next() % 0x3000000
                                : next();
    }
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSEGV, &action, 0);
    sigaction(SIGILL, &action, 0);
    sigaction(SIGFPE, &action, 0);
    int count = fread(cases, sizeof *cases, 10000, stdin);
    unsigned char *code = mmap(0, count * 32 + 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < count; i++)
        memcpy(code + 32 * i, cases[i].code, 16);
    mprotect(code, count * 32 + 4096, PROT_READ | PROT_EXEC);
    data = mmap(0, 8192, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(data + 4096, 4096, 0);
    for (int i = 0; i < count; i++) {
        seed = i;
        fill(data + 4096 - 256, 256);
        fill(&state, sizeof state);
        state.rcx = state.rdi = (uint64_t)data + 4096 + cases[i].offset;
        state.flags = 0;
        state.mxcsr = 0x1f80 | (next() % 4) << 13;
        int signo = sigsetjmp(back, 0);
        if (signo) {
            printf("%d signal %d trap %ld at %ld\n", i, signo, trap, where);
            continue;
        }
        run(&state, code + 32 * i);
        state.flags &= 0x8d5;
        if (state.rcx - (uint64_t)data < 8192)
            state.rcx = 0;
        state.rdi = 0;
        uint64_t h = hash(hash(1469598103934665603ull, &state, sizeof state), data + 3840, 256);
        printf("%d %016lx\n", i, (long)h);
    }
}
"""
RECORD = 20  # bytes: code, and the operand's offset from the end of a page


MANDATORY = ("", "66", "f3", "f2")
ESCAPES = {1: "0f", 2: "0f38", 3: "0f3a"}
SHA = bytes.fromhex("450f38c8ff")  # sha1nexte xmm15, xmm15: what follows it runs with it
BESIDE = ("90", "0f1f4000", "8d1c2500112233", "488d5c9010", "678d5c9010", "8d5c9010")


def encodings() -> Iterator[tuple[str, vex.Insn, bytes]]:
    """(form, instruction, code) of every form, by registers and by memory."""
    for (map_, pp, opcode), form in vex.FORMS.items():
        if "G" in form or "c" in form:
            continue  # they have tests of their own
        for wide, long, vvvv, modrm, imm in (
            (w, long_, v, m, i)
            for w in (0, 1)
            for long_ in (0, 1)
            for v in (0, 2)
            for m in (0x19, 0xDE, 0xD6)
            for i in ((0x5D, 0xA7) if "i" in form or "k" in form else (0,))
        ):
            last = wide << 7 | (~vvvv & 15) << 3 | long << 2 | pp
            code = bytes((0xC4, 0xE0 | map_, last, opcode, modrm, imm))
            insn = vex.decode(code.ljust(16, b"\0"))
            if insn is not None and not (vvvv == 0 and "v" in form):
                yield form, insn, code
    for (map_, pp, opcode), form in (legacy.NEW | legacy.SSE).items():
        for rex, modrm, imm in (
            (r, m, i)
            for r in ("", "44", "41")
            for m in (0x19, 0xDE, 0xD6)
            for i in ((0x5D, 0xA7, 3) if "i" in form else (0,))
        ):
            if rex == "41" and modrm == 0x19:
                continue  # R9 holds no address
            code = bytes.fromhex(MANDATORY[pp] + rex + ESCAPES[map_]) + bytes((opcode, modrm, imm))
            insn = legacy.decode(code, 64, sse=True)
            if insn is not None:
                yield form, insn, code


def cases(features: set[str]) -> Iterator[tuple[str, bytes]]:
    """(name, record) of each, with memory that just fits and with too much of it."""
    for form, insn, code in encodings():
        if not features.issuperset(needed(insn)):
            continue
        code = code[: insn.length] + b"\xc3"
        # Processors differ in what an operand of SHA that isn't aligned means.
        far = 16 if insn.legacy and "a" in form else 1
        for beyond in (0, far) if insn.rm < 0 else (0,):
            offset = (beyond - insn.size).to_bytes(4, "little", signed=True)
            yield f"{code.hex()} {form} {beyond}", code.ljust(16, b"\xcc") + offset
            if insn.legacy and "sha_ni" in features:
                yield f"sha {code.hex()} {form} {beyond}", (SHA + code).ljust(16, b"\xcc") + offset
    for text in BESIDE if "sha_ni" in features else ():
        code = SHA + bytes.fromhex(text) + b"\xc3"
        yield f"sha {text}", code.ljust(16, b"\xcc") + bytes(4)


def test_every_instruction(build_c: Callable[..., Path]) -> None:
    features = set(programs.processor())
    lacking = {"avx", "avx2", "fma", "f16c", "aes", "pclmulqdq"} - features
    if lacking:
        pytest.skip(f"this processor has no {' '.join(sorted(lacking))}")
    path = build_c(RUNNER, "x86_64", "glibc", "-mavx2")
    found = list(cases(features))
    blob = b"".join(record for _, record in found)
    assert all(len(record) == RECORD for _, record in found)
    native = programs.run([path], input=blob)
    ours = programs.run_ours(path, input=blob)
    assert (native.status, ours.status) == (0, 0), ours.err
    pairs = zip(found, native.text.splitlines(), ours.text.splitlines(), strict=True)
    differ = [f"{case[0]}: {right} / {got}" for case, right, got in pairs if right != got]
    assert not differ, "\n".join(differ)
    assert not any("signal 4" in line for line in native.text.splitlines())
