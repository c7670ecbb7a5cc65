"""Register sets of MIPS for ptrace(2): <asm/ptrace.h>, <asm/reg.h>."""

from __future__ import annotations

from errno import EIO

from ..abi import ptrace as abi
from ..abi.ptrace import NT_PRFPREG, NT_PRSTATUS
from ..errors import LinuxError
from .mips_frames import R, get_floats, set_floats
from .regsets import USER_DEBUG, USER_SIZE, RegisterSet, hit, repeatable, watched

__all__ = (
    "POINTED",
    "REQUESTS",
    "SETS",
    "SETTERS",
    "USER_DEBUG",
    "USER_SIZE",
    "hit",
    "repeatable",
    "user_place",
    "watched",
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ..abi.model import DataModel
    from ..thread import Thread

_HEAD = 6  # words before the registers in o32
_NAMES = ("lo", "hi", "pc")
_REGS, _TLS = -1, -2  # sets that only requests of their own name
_V0 = 2
_CAUSES = 0x3F000  # of FCSR: to write them is to raise them
_PC, _CSR, _EIR = 64, 69, 70  # addresses of PTRACE_PEEKUSER behind the registers
_AMONG = {_PC: 34, 65: 37, 66: 35, 67: 33, 68: 32}  # EPC, cause, bad address, hi, lo


def _order(t: Thread) -> Literal["little", "big"]:
    return "big" if t.arch.model.order == ">" else "little"


def _pack(t: Thread, words: list[int], size: int) -> bytes:
    return b"".join(word.to_bytes(size, _order(t)) for word in words)


def _unpack(t: Thread, data: bytes, size: int) -> list[int]:
    return [int.from_bytes(data[at : at + size], _order(t)) for at in range(0, len(data), size)]


def _all(t: Thread) -> list[int]:
    """r0 to r31, lo, hi, EPC, the bad address, status and cause."""
    lo, hi, pc = (t.cpu.read(name) for name in _NAMES)
    return [0, *t.cpu.bank(*R[1:]).get(), lo, hi, pc, 0, t.cpu.read("cp0_status"), 0]


def _set_all(t: Thread, words: list[int]) -> int | None:
    """The number of the call that a thread is about to make may be another one then."""
    bits = 8 * t.arch.model.register
    words = [word & (1 << bits) - 1 for word in words]
    t.cpu.bank(*R[1:]).set(words[1:32])
    for name, value in zip(_NAMES, words[32:35], strict=False):
        t.cpu.write(name, value)
    traced, number = t.traced, words[_V0]
    enters = traced and traced.kind == "syscall" and traced.phase == abi.PTRACE_SYSCALL_INFO_ENTRY
    return (number ^ 1 << bits - 1) - (1 << bits - 1) if enters else None


def _get(t: Thread, _: int) -> bytes:
    words = [0] * (0 if t.arch.model.register == 8 else _HEAD) + _all(t)
    return _pack(t, words + [0] * (45 - len(words)), t.arch.model.register)


def _set(t: Thread, data: bytes) -> int | None:
    word = t.arch.model.register
    return _set_all(t, _unpack(t, data, word)[0 if word == 8 else _HEAD :])


def _get_regs(t: Thread, _: int) -> bytes:
    """struct pt_regs, whose members have 64 bits in any ABI."""
    bits = 8 * t.arch.model.register
    extended = [(word ^ 1 << bits - 1) - (1 << bits - 1) & (1 << 64) - 1 for word in _all(t)]
    return _pack(t, extended, 8)


def _set_regs(t: Thread, data: bytes) -> int | None:
    return _set_all(t, _unpack(t, data, 8))


def _get_fp(t: Thread, _: int) -> bytes:
    control = [t.cpu.read("fcsr") & 0xFFFFFFFF, t.cpu.read("fir") & 0xFFFFFFFF]
    return _pack(t, list(get_floats(t)), 8) + _pack(t, control, 4)


def _set_fp(t: Thread, data: bytes) -> None:
    set_floats(t, tuple(_unpack(t, data[:256], 8)))
    t.cpu.write("fcsr", _unpack(t, data[256:260], 4)[0] & ~_CAUSES)


def _get_tls(t: Thread, _: int) -> bytes:
    return _pack(t, [t.cpu.read("cp0_userlocal")], t.arch.model.word)


def _set_tls(t: Thread, data: bytes) -> None:
    t.cpu.write("cp0_userlocal", _unpack(t, data, t.arch.model.word)[0])


def user_place(model: DataModel, at: int) -> tuple[int, int, int]:
    """The set, distance and bytes of what PTRACE_PEEKUSER calls `at`, a number; EIO if nothing."""
    behind = 8 - model.word if model.order == ">" else 0  # of the lower half in 64 bits
    if at in _AMONG or at < 32:
        return _REGS, 8 * _AMONG.get(at, at) + behind, model.word
    if at < 64:
        if model.register == 8:
            return NT_PRFPREG, 8 * (at - 32) + behind, model.word
        half = at & 1 ^ (model.order == ">")  # odd registers are upper halves
        return NT_PRFPREG, 8 * (at - 32 & ~1) + 4 * half, 4
    if at in (_CSR, _EIR):
        return NT_PRFPREG, 256 + 4 * (at - _CSR), 4
    raise LinuxError(EIO)


SETS = {
    NT_PRSTATUS: RegisterSet(_get, _set, 4),
    NT_PRFPREG: RegisterSet(_get_fp, _set_fp, 4),
    _REGS: RegisterSet(_get_regs, _set_regs),
    _TLS: RegisterSet(_get_tls, _set_tls, 4),
}
# Requests for a whole set -> its note, and whether they set it.
REQUESTS = {
    12: (_REGS, False),  # PTRACE_GETREGS
    13: (_REGS, True),
    14: (NT_PRFPREG, False),  # PTRACE_GETFPREGS
    15: (NT_PRFPREG, True),
    25: (_TLS, False),  # PTRACE_GET_THREAD_AREA
}
SETTERS = {26: _TLS}  # PTRACE_SET_THREAD_AREA
POINTED: dict[tuple[int, int], int] = {}
