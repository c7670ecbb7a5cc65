"""Register sets of MIPS for ptrace(2): <asm/ptrace.h>, <asm/reg.h>."""

from __future__ import annotations

from ..abi.ptrace import NT_PRFPREG, NT_PRSTATUS
from .mips_frames import R, get_floats, set_floats
from .regsets import POINTED, REQUESTS, USER_DEBUG, USER_SIZE, RegisterSet, hit, repeatable, watched

__all__ = ("POINTED", "REQUESTS", "SETS", "USER_DEBUG", "USER_SIZE", "hit", "repeatable", "watched")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_HEAD = 6  # words before the registers in o32
_NAMES = ("lo", "hi", "pc")


def _pack(t: Thread, words: list[int], size: int) -> bytes:
    order = "big" if t.arch.model.order == ">" else "little"
    return b"".join(word.to_bytes(size, order) for word in words)  # type: ignore[arg-type]


def _unpack(t: Thread, data: bytes, size: int) -> list[int]:
    order = "big" if t.arch.model.order == ">" else "little"
    return [
        int.from_bytes(data[at : at + size], order)  # type: ignore[arg-type]
        for at in range(0, len(data), size)
    ]


def _head(t: Thread) -> int:
    return 0 if t.arch.model.word == 8 else _HEAD


def _get(t: Thread, _: int) -> bytes:
    lo, hi, pc = (t.cpu.read(name) for name in _NAMES)
    words = [0] * _head(t) + [0, *t.cpu.bank(*R[1:]).get(), lo, hi, pc, 0, t.cpu.read("cp0_status")]
    return _pack(t, [*words, 0, *([0] * (45 - 1 - len(words)))], t.arch.model.word)


def _set(t: Thread, data: bytes) -> None:
    words = _unpack(t, data, t.arch.model.word)[_head(t) :]
    t.cpu.bank(*R[1:]).set(words[1:32])
    for name, value in zip(_NAMES, words[32:35], strict=False):
        t.cpu.write(name, value)


def _get_fp(t: Thread, _: int) -> bytes:
    control = t.cpu.read("fcsr") | (0 << 32)
    return _pack(t, list(get_floats(t)), 8) + _pack(t, [control & 0xFFFFFFFF, 0], 4)


def _set_fp(t: Thread, data: bytes) -> None:
    set_floats(t, tuple(_unpack(t, data[:256], 8)))
    t.cpu.write("fcsr", _unpack(t, data[256:260], 4)[0])


SETS = {NT_PRSTATUS: RegisterSet(_get, _set), NT_PRFPREG: RegisterSet(_get_fp, _set_fp)}
