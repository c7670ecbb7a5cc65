"""Instructions of POWER9 that the engine does wrong: maxima, minima and classes of numbers.

Power ISA 3.0, book I, chapter 7.
"""

from __future__ import annotations

from .ieee import LONG, SHORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread
    from .ieee import Format

_SNAN, _INVALID, _ANY = 1 << 24, 1 << 29, 1 << 31  # FPSCR: VXSNAN, VX, FX


def _extreme(t: Thread, a: int, b: int, java: bool, biggest: bool) -> int:
    """XSMAXCDP and its relatives."""
    if LONG.is_signaling(a) or LONG.is_signaling(b):
        _raise(t)
    if LONG.is_nan(a) or LONG.is_nan(b):
        return (a if LONG.is_nan(a) else b) if java else b
    first, second = LONG.order(a), LONG.order(b)
    if first == second == 0 and java:
        return a & b if biggest else a | b
    return a if (first >= second if biggest else first < second) else b


def _raise(t: Thread) -> None:
    before = t.cpu.read("fpscr")
    new = _SNAN | _INVALID | (0 if before & _SNAN else _ANY)
    t.cpu.write("fpscr", before | new)


def _class(kind: Format, a: int) -> int:
    """The bit of a mask that is about such a number: NaN, infinities, zeros, denormals."""
    negative = a >= kind.sign
    if kind.is_nan(a):
        return 64
    if kind.is_infinite(a):
        return 16 if negative else 32
    if kind.is_zero(a):
        return 4 if negative else 8
    return 0 if (a & kind.sign - 1) >> kind.fraction else 1 if negative else 2


def _classes(kind: Format, value: int, wanted: int) -> int:
    """XVTSTDCDP and XVTSTDCSP."""
    result, ones = 0, (1 << kind.bits) - 1
    for at in range(0, 128, kind.bits):
        if _class(kind, value >> at & ones) & wanted:
            result |= ones << at
    return result


def supply(t: Thread, code: int) -> bool:
    """Do the instruction if it is one of these."""
    target, second = code >> 21 & 31 | code << 5 & 32, code >> 11 & 31 | code << 4 & 32
    b, kind = t.cpu.read(f"vs{second}"), code >> 6 & 31
    if code >> 26 == 60 and code >> 3 & 0xE7 == 0x80:
        a = t.cpu.read(f"vs{code >> 16 & 31 | code << 3 & 32}")
        result = _extreme(t, a >> 64, b >> 64, kind & 2 > 0, not kind & 1) << 64
    elif code >> 26 == 60 and kind & 0x1A == 0x1A and code >> 3 & 7 == 5:
        wanted = (kind & 1) << 6 | (code >> 2 & 1) << 5 | code >> 16 & 31
        result = _classes(LONG if kind & 4 else SHORT, b, wanted)
    else:
        return False
    t.cpu.write(f"vs{target}", result)
    return True
