"""Quad floating point of SPARC V9, which no processor has: Linux does the instructions."""

from __future__ import annotations

from ..cpu import EXEC, READ, WRITE, Fault, Raised
from ..errors import LinuxError
from .ieee import (
    EXTENDED,
    INEXACT,
    INVALID,
    LONG,
    OVERFLOW,
    SHORT,
    TO_ZERO,
    UNDERFLOW,
    ZERO_DIVIDE,
    divide_power,
)
from .sparc_state import operand, set_fsr, set_pc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..thread import Thread
    from .ieee import Format, Result

    Operation = Callable[[int, int, int], Result]

_FTT, _UNIMPLEMENTED, _IEEE, _CAUSES = 7 << 14, 3 << 14, 1 << 14, 31  # of FSR
_FLAGS = ((INVALID, 16), (OVERFLOW, 8), (UNDERFLOW, 4), (ZERO_DIVIDE, 2), (INEXACT, 1))
_LOAD, _STORE, _OPERATE, _COMPARE = (3, 0x22), (3, 0x26), (2, 0x34), (2, 0x35)
_NAN = EXTENDED.sign - 1  # what an invalid operation gives
_CODES_AT = (10, 32, 34, 36)  # the four condition codes in FSR
_EQUAL, _LESS, _GREATER, _UNORDERED = range(4)
_MISALIGNED = 0x34
_LOW = (1 << 64) - 1


class _Floats:
    """The floating-point registers while an instruction is done."""

    def __init__(self, t: Thread) -> None:
        self._t = t
        self._all = t.cpu.read("fpr")  # 64 bits each, the first lowest
        self.fsr = t.cpu.read("fsr")
        self.mode = self.fsr >> 30 & 3

    @staticmethod
    def _place(number: int, bits: int) -> int:
        """Of which bit on a register is that a field of an instruction names; quads in two."""
        if bits == 32:
            return 32 * (number ^ 1)
        return 32 * (number & (30 if bits == 64 else 28) | (number & 1) << 5)

    def get(self, number: int, bits: int) -> int:
        """A register's value."""
        found = self._all >> self._place(number, bits) & (1 << bits) - 1
        return (found & _LOW) << 64 | found >> 64 if bits == 128 else found

    def set(self, number: int, bits: int, value: int) -> None:
        """Set one."""
        place = self._place(number, bits)
        value = (value & _LOW) << 64 | value >> 64 if bits == 128 else value
        self._all = self._all & ~((1 << bits) - 1 << place) | value << place

    def finish(self, flags: int) -> bool:
        """Store everything; False where the program wants to know of an exception."""
        causes = sum(bit for flag, bit in _FLAGS if flags & flag)
        fsr = self.fsr & ~(_FTT | _CAUSES) | causes
        if causes & fsr >> 23:
            set_fsr(self._t, fsr | _IEEE)
            return False
        set_fsr(self._t, fsr | causes << 5)
        self._t.cpu.write("fpr", self._all)
        set_pc(self._t, self._t.cpu.read("npc"))
        return True


def enter(t: Thread) -> bool:
    """Do the instruction that the engine lacks, if it is one of these."""
    floats = _Floats(t)
    if floats.fsr & _FTT != _UNIMPLEMENTED:
        return False
    pc = t.cpu.read("pc")
    code = int.from_bytes(b"".join(t.memory.views(pc, 4, EXEC)), "big")
    kind = code >> 30, code >> 19 & 0x3F
    if kind in (_LOAD, _STORE):
        return _move(t, floats, code, kind == _STORE)
    target, operation = code >> 25 & 31, code >> 5 & 0x1FF
    if kind == _COMPARE and operation in (0x53, 0x57):
        return floats.finish(_compare(floats, code, operation == 0x57))
    if kind != _OPERATE or operation not in _OPERATIONS:
        return False
    widths, operate = _OPERATIONS[operation]
    a, b = (floats.get(code >> at & 31, bits) for at, bits in zip((14, 0), widths, strict=False))
    result, flags = operate(a, b, floats.mode)
    floats.set(target, widths[2], result)
    return floats.finish(flags)


def _move(t: Thread, floats: _Floats, code: int, store: bool) -> bool:
    addr, register = operand(t, code), code >> 25 & 31
    if addr & 3:
        t.process.trap(t, Raised(_MISALIGNED))
        return True
    try:
        if store:
            t.memory.write(addr, floats.get(register, 128).to_bytes(16, "big"))
        else:
            floats.set(register, 128, int.from_bytes(t.memory.read(addr, 16), "big"))
    except LinuxError:
        access = WRITE if store else READ
        t.process.trap(t, Fault(_lacking(t, addr, access), access))
        return True
    return floats.finish(0)


def _lacking(t: Thread, addr: int, access: int) -> int:
    """Where the first of 16 bytes is that can't be accessed."""
    try:
        t.memory.views(addr, 1, access)
    except LinuxError:
        return addr
    return addr + 15 & -4096


def _compare(floats: _Floats, code: int, signals: bool) -> int:
    a, b = (floats.get(code >> at & 31, 128) for at in (14, 0))
    flags = 0
    if EXTENDED.is_nan(a) or EXTENDED.is_nan(b):
        found = _UNORDERED
        bad = signals or EXTENDED.is_signaling(a) or EXTENDED.is_signaling(b)
        flags = INVALID if bad else 0
    else:
        left, right = EXTENDED.order(a), EXTENDED.order(b)
        found = _EQUAL if left == right else _LESS if left < right else _GREATER
    place = _CODES_AT[code >> 25 & 3]
    floats.fsr = floats.fsr & ~(3 << place) | found << place
    return flags


def _arithmetic(operate: Operation) -> Operation:
    """An operation on quads with the NaNs of SPARC: the second operand's before the first's."""

    def done(a: int, b: int, mode: int) -> Result:
        nan = EXTENDED.not_a_number(b, a)
        if nan is not None:
            return nan
        result, flags = operate(a, b, mode)
        return (_NAN if flags & INVALID else result), flags

    return done


def _root(_: int, b: int, mode: int) -> Result:
    if EXTENDED.is_nan(b):
        return EXTENDED.square_root(b, mode)
    result, flags = EXTENDED.square_root(b, mode)
    return (_NAN if flags & INVALID else result), flags


def _product(a: int, b: int, mode: int) -> Result:
    """Of doubles, as a quad."""
    return _MULTIPLY(LONG.to(EXTENDED, a, mode)[0], LONG.to(EXTENDED, b, mode)[0], mode)


def _between(source: Format, target: Format) -> Operation:
    return lambda _, b, mode: source.to(target, b, mode)


def _from_integer(bits: int) -> Operation:
    def done(_: int, b: int, mode: int) -> Result:
        negative = b >> bits - 1
        return EXTENDED.rounded((negative, (1 << bits) - b if negative else b, 0), mode)

    return done


def _to_integer(bits: int) -> Operation:
    """Towards 0; what has no place is the nearest that has one."""

    def done(_: int, b: int, __: int) -> Result:
        most, mask = (1 << bits - 1) - 1, (1 << bits) - 1
        negative = b >= EXTENDED.sign
        if b & EXTENDED.sign - 1 >= EXTENDED.infinity:
            return (most + 1 if negative else most), INVALID
        _, integer, power = EXTENDED.exact(b)
        whole = divide_power(0, integer, -power, TO_ZERO)
        if whole > most + negative:
            return (most + 1 if negative else most), INVALID
        exact = power >= 0 or whole << -power == integer
        return (-whole if negative else whole) & mask, 0 if exact else INEXACT

    return done


_MULTIPLY = _arithmetic(EXTENDED.multiply)
_QUADS = 128, 128, 128
# By opf: the bits of both operands and the result, and what is done
_OPERATIONS: dict[int, tuple[tuple[int, int, int], Operation]] = {
    0x03: (_QUADS, lambda _, b, __: (b, 0)),
    0x07: (_QUADS, lambda _, b, __: (b ^ EXTENDED.sign, 0)),
    0x0B: (_QUADS, lambda _, b, __: (b & EXTENDED.sign - 1, 0)),
    0x2B: (_QUADS, _root),
    0x43: (_QUADS, _arithmetic(EXTENDED.add)),
    0x47: (_QUADS, _arithmetic(lambda a, b, mode: EXTENDED.add(a, b ^ EXTENDED.sign, mode))),
    0x4B: (_QUADS, _MULTIPLY),
    0x4F: (_QUADS, _arithmetic(EXTENDED.divide)),
    0x6E: ((64, 64, 128), _product),
    0x83: ((128, 128, 64), _to_integer(64)),
    0x8C: ((64, 64, 128), _from_integer(64)),
    0xC7: ((128, 128, 32), _between(EXTENDED, SHORT)),
    0xCB: ((128, 128, 64), _between(EXTENDED, LONG)),
    0xCC: ((32, 32, 128), _from_integer(32)),
    0xCD: ((32, 32, 128), _between(SHORT, EXTENDED)),
    0xCE: ((64, 64, 128), _between(LONG, EXTENDED)),
    0xD3: ((128, 128, 32), _to_integer(32)),
}
