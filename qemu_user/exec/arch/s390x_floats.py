"""Floating point in vector registers as z14 extended it: three formats, maxima, negated sums."""

from __future__ import annotations

from . import s390x_newer as newer
from .ieee import (
    AWAY,
    DOWN,
    EXTENDED,
    INEXACT,
    INVALID,
    LONG,
    NEAREST,
    ODD,
    SHORT,
    TO_ZERO,
    UP,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..thread import Thread
    from .ieee import Format, Result

_FORMATS = {2: SHORT, 3: LONG, 4: EXTENDED}
_CURRENT = {0: NEAREST, 1: TO_ZERO, 2: UP, 3: DOWN, 7: ODD}  # of FPC
_ROUNDING = {1: AWAY, 3: ODD, 4: NEAREST, 5: TO_ZERO, 6: UP, 7: DOWN}  # of an instruction
_FLAGS_AT = 16  # in FPC
_NO_INEXACT = 4  # a conversion's XxC
_FUSED = (0x8F, 0x8E, 0x9F, 0x9E)  # VFMA, VFMS, VFNMA, VFNMS
_TWO = (0xE3, 0xE2, 0xE7, 0xE5)  # VFA, VFS, VFM, VFD
_GREATEST = (0xEF, 0xEE)  # VFMAX, VFMIN


def _mode(t: Thread, asked: int = 0) -> int:
    current = _CURRENT.get(t.cpu.read("fpc") & 7, NEAREST)
    return _ROUNDING.get(asked, current)


def _store(t: Thread, target: int, bits: int, results: Iterable[Result], single: bool) -> None:
    """Elements from the left, and the flags that go with them."""
    value = flags = 0
    at = 128
    for result, raised in results:
        at -= bits
        value |= result << at
        flags |= raised
        if single:
            break
    newer.set_vector(t, target, value)
    if flags:
        t.cpu.write("fpc", t.cpu.read("fpc") | flags << _FLAGS_AT)


def _elements(t: Thread, number: int, bits: int) -> list[int]:
    value, mask = newer.vector(t, number), (1 << bits) - 1
    return [value >> at & mask for at in range(128 - bits, -1, -bits)]


def _arithmetic(kind: Format, operation: int, a: int, b: int, mode: int) -> Result:
    if operation == 0xE3:
        return kind.add(a, b, mode)
    if operation == 0xE2:
        return kind.add(a, b if kind.is_nan(b) else b ^ kind.sign, mode)
    return kind.multiply(a, b, mode) if operation == 0xE7 else kind.divide(a, b, mode)


def _fused(kind: Format, operation: int, a: int, b: int, c: int, mode: int) -> Result:
    """VFMA, VFMS, VFNMA and VFNMS."""
    if operation & 1 == 0 and not kind.is_nan(c):
        c ^= kind.sign
    result, flags = kind.multiply_add(a, b, c, mode)
    negated = operation & 0x10 and not kind.is_nan(result)
    return result ^ kind.sign if negated else result, flags


def _chosen(kind: Format, function: int, biggest: bool, a: int, b: int) -> Result:
    """VFMAX, VFMIN: NaNs and zeros as IEEE 754-2008, Java, a macro, C++ or C's fmax have them."""
    rule = function & 7
    if function > 8:
        a, b = a & kind.sign - 1, b & kind.sign - 1
    if kind.is_nan(a) or kind.is_nan(b):
        signaling = kind.is_signaling(a) or kind.is_signaling(b)
        return _chosen_nan(kind, rule, a, b), INVALID if signaling or rule in (2, 3) else 0
    first, second = kind.order(a), kind.order(b)
    if function == 8 and abs(first) != abs(second):
        first, second = abs(first), abs(second)
    if first == second == 0 and rule not in (2, 3):
        first, second = -int(a != 0), -int(b != 0)  # +0 is greater
    if first == second:
        return (a if rule == 3 else b), 0
    return (a if (first > second) == biggest else b), 0


def _chosen_nan(kind: Format, rule: int, a: int, b: int) -> int:
    if rule in (2, 3):  # a comparison that does not hold
        return a if rule == 3 else b
    signaling = kind.is_signaling(a) or kind.is_signaling(b)
    both = kind.is_nan(a) and kind.is_nan(b)
    nan = kind.not_a_number(a, b)
    if nan is None or (rule in (0, 4) and not both and (rule == 4 or not signaling)):
        return b if kind.is_nan(a) else a
    return nan[0]


def _compare(t: Thread, code: bytes, kind: Format, single: bool) -> None:
    """VFCE, VFCH and VFCHE."""
    target, second, third, _ = newer.fields(code)
    pairs = zip(_elements(t, second, kind.bits), _elements(t, third, kind.bits), strict=True)
    operation, signals, ones = code[5], code[3] & 4, (1 << kind.bits) - 1
    results, count = [], 0
    for a, b in list(pairs)[: 1 if single else None]:
        if kind.is_nan(a) or kind.is_nan(b):
            bad = signals or kind.is_signaling(a) or kind.is_signaling(b)
            results.append((0, INVALID if bad else 0))
            continue
        x, y = kind.order(a), kind.order(b)
        holds = {0xE8: x == y, 0xEB: x > y, 0xEA: x >= y}[operation]
        count += holds
        results.append((ones * holds, 0))
    _store(t, target, kind.bits, results, single)
    if code[3] >> 4 & 1:
        newer.set_condition(t, 0 if count == len(results) else 1 if count else 3)


def _compare_scalar(t: Thread, code: bytes, kind: Format) -> None:
    """WFC and WFK."""
    first, second, _, _ = newer.fields(code)
    a, b = (_elements(t, number, kind.bits)[0] for number in (first, second))
    if kind.is_nan(a) or kind.is_nan(b):
        if code[5] == 0xCA or kind.is_signaling(a) or kind.is_signaling(b):
            _store_flags(t, INVALID)
        newer.set_condition(t, 3)
        return
    x, y = kind.order(a), kind.order(b)
    newer.set_condition(t, (x < y) + (x > y) * 2)


def _store_flags(t: Thread, flags: int) -> None:
    t.cpu.write("fpc", t.cpu.read("fpc") | flags << _FLAGS_AT)


def _lengthened(t: Thread, code: bytes, kind: Format, single: bool) -> bool:
    """VFLL and VFLR: to the next format."""
    longer = code[5] == 0xC4
    other = {(2, True): LONG, (3, True): EXTENDED, (3, False): SHORT, (4, False): LONG}.get(
        (code[4] >> 4, longer)
    )
    if other is None:
        return False
    target, second, _, _ = newer.fields(code)
    source = _elements(t, second, kind.bits)[:: 2 if longer else 1]
    mode = _mode(t, 0 if longer else code[3] >> 4)
    results = [kind.to(other, a, mode) for a in source]
    if code[3] & _NO_INEXACT and not longer:
        results = [(a, flags & ~INEXACT) for a, flags in results]
    bits = other.bits if longer else kind.bits
    spread = [(a << bits - other.bits, flags) for a, flags in results]
    _store(t, target, bits, spread, single)
    return True


def _class(kind: Format, a: int) -> int:
    """The bit of VFTCI's mask that is about such a number."""
    if kind.is_zero(a):
        bit = 11
    elif kind.is_nan(a):
        bit = 1 if kind.is_signaling(a) else 3
    elif kind.is_infinite(a):
        bit = 5
    else:
        bit = 9 if (a & kind.sign - 1) >> kind.fraction else 7
    return 1 << bit - (a >= kind.sign)


def _test_class(t: Thread, code: bytes, kind: Format, single: bool) -> None:
    """VFTCI."""
    target, second, _, _ = newer.fields(code)
    wanted = code[2] << 4 | code[3] >> 4
    elements = _elements(t, second, kind.bits)[: 1 if single else None]
    found = [bool(_class(kind, a) & wanted) for a in elements]
    ones = (1 << kind.bits) - 1
    _store(t, target, kind.bits, [(ones * is_one, 0) for is_one in found], single)
    newer.set_condition(t, 0 if all(found) else 1 if any(found) else 3)


def _of_one(kind: Format, code: bytes, a: int, mode: int) -> Result | None:
    """VFSQ, VFI and VFPSO."""
    operation, modifier = code[5], code[3] >> 4
    if operation == 0xCE:
        return kind.square_root(a, mode)
    if operation == 0xC7:
        result, flags = kind.integral(a, mode)
        return result, flags & ~INEXACT if code[3] & _NO_INEXACT else flags
    if operation == 0xCC and modifier < 3:
        return (a ^ kind.sign, a | kind.sign, a & ~kind.sign)[modifier], 0
    return None


def _results(t: Thread, code: bytes, kind: Format) -> list[Result | None]:
    """Of what is done to each element."""
    operation, bits, modifier = code[5], kind.bits, code[3] >> 4
    _, *sources = newer.fields(code)
    a, b, c = (_elements(t, number, bits) for number in sources)
    mode = _mode(t)
    if operation in _FUSED:
        return [_fused(kind, operation, *e, mode) for e in zip(a, b, c, strict=True)]
    if operation in _TWO:
        return [_arithmetic(kind, operation, *e, mode) for e in zip(a, b, strict=True)]
    if operation in _GREATEST and modifier & 7 <= 4:
        biggest = operation == 0xEF
        return [_chosen(kind, modifier, biggest, *e) for e in zip(a, b, strict=True)]
    return [_of_one(kind, code, e, _mode(t, modifier if operation == 0xC7 else 0)) for e in a]


def floats(t: Thread, code: bytes) -> bool:
    """Do it if it is one of these."""
    operation = code[5]
    kind = _FORMATS.get(code[2] & 15 if operation in _FUSED else code[4] >> 4)
    if kind is None:
        return False
    single = bool(code[3] & 8) or kind is EXTENDED
    if operation in (0xC4, 0xC5):
        return _lengthened(t, code, kind, single)
    if operation in (0xE8, 0xEB, 0xEA):
        _compare(t, code, kind, single)
    elif operation in (0xCB, 0xCA):
        _compare_scalar(t, code, kind)
    elif operation == 0x4A:
        _test_class(t, code, kind, single)
    else:
        results = [result for result in _results(t, code, kind) if result is not None]
        if results:
            _store(t, newer.fields(code)[0], kind.bits, results, single)
        return bool(results)
    return True
