"""Modes of the floating-point unit in o32: 16 registers of 64 bits (FR=0) or 32 (FR=1).

What a program needs stands in its PT_MIPS_ABIFLAGS segment (the o32 FPXX supplement of the ABI).
"""

from __future__ import annotations

from errno import EINVAL, EOPNOTSUPP

from ..abi.elf import AT_PHDR, AT_PHNUM
from ..errors import LinuxError
from .mips_frames import get_floats, set_floats, wide_floats

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..thread import Thread

_SEGMENT = 0x70000003  # PT_MIPS_ABIFLAGS
_FP_ABI = 7  # offset in it
_EITHER, _ANY, _WIDE = (2, 5), 0, (6, 7)  # FPXX and single precision; FP64 and FP64A
_EF_FP64 = 0x200  # of older programs, without the segment
_PR_SET_FP_MODE, _PR_GET_FP_MODE, _PR_FP_MODE_FR = 45, 46, 1
_FR = {"cp0_status": 1 << 26, "hflags": 0x40}


def begin(t: Thread) -> None:
    """The mode that Linux chooses for a program: FR=1 wherever it may be (man 2 prctl)."""
    if t.arch.model.register == 8:
        return
    abi = _abi(t)
    if abi is None:
        _set_mode(t, bool(t.process.image.flags & _EF_FP64))
    else:
        _set_mode(t, abi in (*_EITHER, *_WIDE))


def _abi(t: Thread) -> int | None:
    """The `fp_abi` of the program; None without the segment, or if it can't be read."""
    words = {}
    data, order = t.process.image.auxv, "big" if t.arch.model.order == ">" else "little"
    for at in range(0, len(data), 8):
        words[int.from_bytes(data[at : at + 4], order)] = data[at + 4 : at + 8]  # type: ignore[arg-type]
    headers, count = (
        int.from_bytes(words.get(key, b""), order)  # type: ignore[arg-type]
        for key in (AT_PHDR, AT_PHNUM)
    )
    try:
        for at in range(headers, headers + 32 * count, 32):
            if t.memory.u32(at) == _SEGMENT:
                place = t.memory.u32(at + 8) + t.process.image.bias
                return t.memory.read(place + _FP_ABI, 1)[0]
    except LinuxError:
        pass
    return None


def _set_mode(t: Thread, wide: bool) -> None:
    """Even registers keep 64 bits; what FR=1 has in the odd ones is lost."""
    if wide is wide_floats(t):
        return
    floats = get_floats(t)
    state = t.cpu.read("hflags")
    bits = _FR["cp0_status"]
    t.cpu.write("cp0_status", t.cpu.read("cp0_status") & ~bits | (bits if wide else 0))
    t.cpu.write("hflags", state & ~_FR["hflags"] | (_FR["hflags"] if wide else 0))
    set_floats(t, floats)


def _change(t: Thread, wide: bool) -> Callable[[], None]:
    return lambda: _set_mode(t, wide)


def prctl(t: Thread, option: int, value: int) -> int:
    """PR_GET_FP_MODE and PR_SET_FP_MODE (man 2 prctl); EINVAL for others, EOPNOTSUPP."""
    if option == _PR_GET_FP_MODE:
        return _PR_FP_MODE_FR if wide_floats(t) else 0
    if option != _PR_SET_FP_MODE:
        raise LinuxError(EINVAL)
    if value == (_PR_FP_MODE_FR if wide_floats(t) else 0):
        return 0
    if value & ~_PR_FP_MODE_FR or t.arch.model.register == 8:
        raise LinuxError(EOPNOTSUPP)
    for other in list(t.process.threads.values()):
        t.process.scheduler.with_registers(other, _change(other, bool(value)))
    return 0
