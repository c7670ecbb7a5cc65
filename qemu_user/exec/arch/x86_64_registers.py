"""Register sets of x86-64 for ptrace(2): <sys/user.h>, and PEEKUSER's struct user."""

from __future__ import annotations

from errno import EINVAL, EIO

from ..abi.layout import U64, CStruct
from ..abi.ptrace import NT_PRFPREG, NT_PRSTATUS, NT_X86_XSTATE
from ..errors import LinuxError
from .regsets import RegisterSet
from .x86_64 import ARCH, CS, FLAGS, SS
from .x86_64_fp import FpState, fp_state, restore_fp, set_upper_halves, upper_halves, wide_vectors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_FXSAVE = 512  # bytes
_XCR0_AT = 464  # in the area: what the kernel says of the state components in use
_XSAVE = _FXSAVE + 64
_X87_AND_SSE, _AVX = 3, 4
_UPPER = 256  # bytes of the vectors' upper halves
_ADDRESS_LIMIT = (1 << 47) - 4096


class UserRegs(CStruct):
    """struct user_regs_struct."""

    r15: U64
    r14: U64
    r13: U64
    r12: U64
    rbp: U64
    rbx: U64
    r11: U64
    r10: U64
    r9: U64
    r8: U64
    rax: U64
    rcx: U64
    rdx: U64
    rsi: U64
    rdi: U64
    orig_rax: U64
    rip: U64
    cs: U64
    eflags: U64
    rsp: U64
    ss: U64
    fs_base: U64
    gs_base: U64
    ds: U64
    es: U64
    fs: U64
    gs: U64


_FIXED = ("orig_rax", "cs", "ss", "ds", "es", "fs", "gs")
_NAMES = tuple(n for n in UserRegs.layout(ARCH.model).offsets if n not in _FIXED)


def _get(t: Thread, number: int) -> bytes:
    values = dict(zip(_NAMES, t.cpu.bank(*_NAMES).get(), strict=True))
    regs = UserRegs(orig_rax=number & (1 << 64) - 1, cs=CS, ss=SS, **values)
    return regs.pack(ARCH.model)


def _set(t: Thread, data: bytes) -> int:
    regs = UserRegs.unpack(ARCH.model, data)
    if regs.fs_base >= _ADDRESS_LIMIT or regs.gs_base >= _ADDRESS_LIMIT:
        raise LinuxError(EIO)
    regs.eflags = t.cpu.read("eflags") & ~FLAGS | regs.eflags & FLAGS
    t.cpu.bank(*_NAMES).set([getattr(regs, name) for name in _NAMES])
    number = regs.orig_rax & 0xFFFFFFFF
    return number - (number >> 31 << 32)


def _fp(t: Thread) -> bytes:
    return fp_state(t.cpu).pack(ARCH.model)[:_XCR0_AT].ljust(_FXSAVE, b"\0")


def _get_fp(t: Thread, _: int) -> bytes:
    return _fp(t)


def _set_fp(t: Thread, data: bytes) -> None:
    state = FpState.unpack(ARCH.model, data.ljust(FpState.size(ARCH.model), b"\0"))
    if state.mxcsr & ~0xFFFF:
        raise LinuxError(EINVAL)
    restore_fp(t.cpu, state)


def _get_xstate(t: Thread, _: int) -> bytes:
    wide = wide_vectors(t.cpu)
    components = (_X87_AND_SSE | (_AVX if wide else 0)).to_bytes(8, "little")
    upper = upper_halves(t.cpu) if wide else b""
    return _fp(t)[:_XCR0_AT] + components + bytes(40) + components + bytes(56) + upper


def _set_xstate(t: Thread, data: bytes) -> None:
    if len(data) < _XSAVE:
        raise LinuxError(EINVAL)
    _set_fp(t, data[:_FXSAVE])
    if wide_vectors(t.cpu) and len(data) >= _XSAVE + _UPPER:
        there = data[_FXSAVE] & _AVX
        set_upper_halves(t.cpu, data[_XSAVE : _XSAVE + _UPPER] if there else bytes(_UPPER))


SETS = {
    NT_PRSTATUS: RegisterSet(_get, _set),
    NT_PRFPREG: RegisterSet(_get_fp, _set_fp),
    NT_X86_XSTATE: RegisterSet(_get_xstate, _set_xstate),
}
# Requests for a whole set -> its note, and whether they set it.
REQUESTS = {
    12: (NT_PRSTATUS, False),  # PTRACE_GETREGS
    13: (NT_PRSTATUS, True),
    14: (NT_PRFPREG, False),  # PTRACE_GETFPREGS
    15: (NT_PRFPREG, True),
}
USER_SIZE = 928  # sizeof(struct user); what lies behind the registers reads as zeros
USER_DEBUG = (848, 912)  # u_debugreg
DEBUG_WORDS = 8
TRAPS_BEFORE = False
_DR6, _DR7 = 6, 7
_WRITE = 1  # R/W field of DR7; 0: execution (SDM volume 3, 18.2.4)
_SIZES = (1, 2, 8, 4)  # by LEN field


def watched(words: list[int]) -> list[tuple[int, int, int]]:
    """(number, address, bytes) that DR7 enables, 0 bytes for execution; EINVAL for reads."""
    found = []
    for n in range(4):
        if words[_DR7] >> 2 * n & 3:
            kind = words[_DR7] >> 16 + 4 * n & 3
            size = _SIZES[words[_DR7] >> 18 + 4 * n & 3]
            if kind > _WRITE or (kind == 0 and size != 1) or words[n] >= _ADDRESS_LIMIT:
                raise LinuxError(EINVAL)
            found.append((n, words[n], size if kind else 0))
    return found


def hit(words: list[int], number: int) -> None:
    """Note in DR6 which one it was."""
    words[_DR6] |= 1 << number


_OFFSETS = UserRegs.layout(ARCH.model).offsets
# (PTRACE_ARCH_PRCTL, code) -> the word of struct user that it asks for.
POINTED = {(30, 0x1003): _OFFSETS["fs_base"], (30, 0x1004): _OFFSETS["gs_base"]}
