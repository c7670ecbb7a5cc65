"""Instructions of z14 and z15 that the engine, a z13, lacks: those that compilers emit.

The clock is here as well, which stands in the engine. Of the miscellaneous-instruction-extensions
facilities 2 and 3 and the vector-enhancements facilities, decimals and byte-reversed loads are not
(Principles of Operation, SA22-7832-12). Exceptions of floating point set their flags; that they may
be unmasked is not looked at.
"""

from __future__ import annotations

from time import time_ns

from ..cpu import READ, WRITE, Fault
from ..errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..cpu import Trap
    from ..thread import Thread

_WORD, _LONG, _ALL = (1 << 32) - 1, (1 << 64) - 1, (1 << 128) - 1
_EPOCH = 0x7D91048BCA000000  # 1970 by the clock
_CC_AT = 44  # of the condition code in the PSW


def signed(value: int, bits: int = 64) -> int:
    """Two's complement."""
    value &= (1 << bits) - 1
    return value - (value >> bits - 1 << bits)


def condition(t: Thread) -> int:
    """The condition code."""
    return t.cpu.read("pswm") >> _CC_AT & 3


def set_condition(t: Thread, code: int) -> None:
    """Set it."""
    t.cpu.write("pswm", t.cpu.read("pswm") & ~(3 << _CC_AT) | code << _CC_AT)


def vector(t: Thread, number: int) -> int:
    """A vector register, its leftmost element highest."""
    halves = t.cpu.read(f"v{number}")
    return (halves & _LONG) << 64 | halves >> 64


def set_vector(t: Thread, number: int, value: int) -> None:
    """Set it."""
    t.cpu.write(f"v{number}", (value & _LONG) << 64 | value >> 64 & _LONG)


def _general(t: Thread, number: int) -> int:
    return t.cpu.read(f"r{number}")


def _set_arithmetic(t: Thread, target: int, result: int, bits: int) -> None:
    """A result whose condition code is its sign, 3 if it overflows."""
    kept = signed(result, bits)
    before = _general(t, target) if bits == 32 else 0
    t.cpu.write(f"r{target}", before & ~_WORD & _LONG | kept & (1 << bits) - 1)
    set_condition(t, 3 if kept != result else (kept > 0) * 2 + (kept < 0))


def _set_logical(t: Thread, target: int, result: int, wide: bool) -> None:
    mask = _LONG if wide else _WORD
    before = 0 if wide else _general(t, target) & ~_WORD & _LONG
    t.cpu.write(f"r{target}", before | result & mask)
    set_condition(t, int(result & mask != 0))


_LOGICAL: dict[int, Callable[[int, int], int]] = {  # low half of the opcode, & 0xF
    4: lambda a, b: ~(a & b),  # NNRK, NNGRK
    5: lambda a, b: a | ~b,  # OCRK
    6: lambda a, b: ~(a | b),  # NORK
    7: lambda a, b: ~(a ^ b),  # NXRK
}


def _registers(t: Thread, code: bytes) -> bool:
    """Formats RRF: opcodes B9xx."""
    operation, third, mask = code[1], code[2] >> 4, code[2] & 15
    target, second = code[3] >> 4, code[3] & 15
    a, b = _general(t, second), _general(t, third)
    if operation == 0xEC:  # MGRK
        product = signed(a) * signed(b)
        t.cpu.write(f"r{target & 14}", product >> 64 & _LONG)
        t.cpu.write(f"r{target | 1}", product & _LONG)
    elif operation == 0xFD:  # MSRKC
        _set_arithmetic(t, target, signed(a, 32) * signed(b, 32), 32)
    elif operation == 0xED:  # MSGRKC
        _set_arithmetic(t, target, signed(a) * signed(b), 64)
    elif operation in (0xF5, 0xE5):  # NCRK, NCGRK
        _set_logical(t, target, a & ~b, operation == 0xE5)
    elif operation >> 4 in (6, 7) and operation & 15 in _LOGICAL:
        _set_logical(t, target, _LOGICAL[operation & 15](a, b), operation >> 4 == 6)
    elif operation == 0xE1:  # POPCNT, of the register or of its bytes
        counts = a.bit_count()
        if not third & 8:
            counts = int.from_bytes(bytes(byte.bit_count() for byte in a.to_bytes(8)))
        t.cpu.write(f"r{target}", counts)
        set_condition(t, int(counts > 0))
    elif operation in (0xF0, 0xE3, 0xC0):  # SELR, SELGR, SELFHR
        chosen = a if mask >> 3 - condition(t) & 1 else b
        before = _general(t, target)
        if operation == 0xF0:
            chosen = before & ~_WORD | chosen & _WORD
        elif operation == 0xC0:
            chosen = chosen & ~_WORD | before & _WORD
        t.cpu.write(f"r{target}", chosen & _LONG)
    else:
        return False
    return True


def _load(t: Thread, addr: int, size: int) -> int:
    """A signed number in memory; LinuxError."""
    return int.from_bytes(t.memory.read(addr, size), "big", signed=True)


def _address(t: Thread, code: bytes) -> int:
    """Format RXY: base, index and a signed displacement of 20 bits."""
    base, index = code[2] >> 4, code[1] & 15
    displacement = signed(code[4] << 12 | (code[2] & 15) << 8 | code[3], 20)
    at = displacement + (_general(t, base) if base else 0) + (_general(t, index) if index else 0)
    return at & _LONG


_SIZES = {0x38: 2, 0x39: 2, 0x3C: 2, 0x84: 8, 0x53: 4, 0x83: 8, 0x47: 8}


def _from_memory(t: Thread, code: bytes) -> bool | Trap:
    """Formats RXY: opcodes E3xx."""
    operation, target = code[5], code[1] >> 4
    size = _SIZES.get(operation)
    if size is None:
        return False
    addr = _address(t, code)
    try:
        b = _load(t, addr, size)
    except LinuxError:
        return Fault(addr, READ)
    a = signed(_general(t, target))
    if operation == 0x38:  # AGH
        _set_arithmetic(t, target, a + b, 64)
    elif operation == 0x39:  # SGH
        _set_arithmetic(t, target, a - b, 64)
    elif operation == 0x3C:  # MGH
        t.cpu.write(f"r{target}", a * b & _LONG)
    elif operation == 0x84:  # MG
        product = signed(_general(t, target | 1)) * b
        t.cpu.write(f"r{target & 14}", product >> 64 & _LONG)
        t.cpu.write(f"r{target | 1}", product & _LONG)
    elif operation == 0x53:  # MSC
        _set_arithmetic(t, target, signed(a, 32) * b, 32)
    elif operation == 0x83:  # MSGC
        _set_arithmetic(t, target, a * b, 64)
    else:  # BIC
        taken = target >> 3 - condition(t) & 1
        t.cpu.write("pc", (b & _LONG) - len(code) if taken else t.cpu.read("pc"))
    return True


def _clock(t: Thread, code: bytes) -> bool | Trap:
    """STCK, STCKF and STCKE: microseconds since 1900, from bit 51 on."""
    if code[1] not in (0x05, 0x7C, 0x78):
        return False
    base = code[2] >> 4
    addr = (code[2] & 15) << 8 | code[3]
    addr = addr + (_general(t, base) if base else 0) & _LONG
    clock = (_EPOCH + time_ns() * 512 // 125 & _LONG).to_bytes(8)
    if code[1] == 0x78:
        clock = b"\0" + clock + bytes(7)
    try:
        t.memory.write(addr, clock)
    except LinuxError:
        return Fault(addr, WRITE)
    set_condition(t, 0)
    return True


def _elements(value: int, bits: int) -> list[int]:
    """From the left."""
    mask = (1 << bits) - 1
    return [value >> at & mask for at in range(128 - bits, -1, -bits)]


def _permute_bits(a: int, b: int) -> int:
    """VBPERM: the bits of `a` that the bytes of `b` number."""
    bits = 0
    for number in _elements(b, 8):
        bits = bits << 1 | (a >> 127 - number & 1 if number < 128 else 0)
    return bits << 64


def _multiply_sum(a: int, b: int, c: int, shifts: int) -> int:
    """VMSL."""
    even, odd = (x * y for x, y in zip(_elements(a, 64), _elements(b, 64), strict=True))
    return (even << (shifts >> 3 & 1)) + (odd << (shifts >> 2 & 1)) + c & _ALL


_VECTORS: dict[int, Callable[[int, int], int]] = {
    0x6E: lambda a, b: ~(a & b) & _ALL,  # VNN
    0x6C: lambda a, b: ~(a ^ b) & _ALL,  # VNX
    0x6F: lambda a, b: a | ~b & _ALL,  # VOC
    0x85: _permute_bits,
}


def fields(code: bytes) -> tuple[int, int, int, int]:
    """The numbers of up to four vector registers, RXB's bits included."""
    more = code[4] & 15
    first, second = code[1] >> 4 | more << 1 & 16, code[1] & 15 | more << 2 & 16
    return first, second, code[2] >> 4 | more << 3 & 16, code[4] >> 4 | more << 4 & 16


def _vectors(t: Thread, code: bytes) -> bool:
    """Opcodes E7xx."""
    operation = code[5]
    target, second, third, fourth = fields(code)
    a = vector(t, second)
    if operation in _VECTORS:
        result = _VECTORS[operation](a, vector(t, third))
    elif operation == 0xB8 and code[2] & 15 == 3:  # VMSL
        result = _multiply_sum(a, vector(t, third), vector(t, fourth), code[3] >> 4)
    elif operation == 0x50 and code[4] >> 4 < 4:  # VPOPCT
        bits = 8 << (code[4] >> 4)
        result = 0
        for element in _elements(a, bits):
            result = result << bits | element.bit_count()
    elif operation in (0x86, 0x87):  # VSLD, VSRD
        both, count = a << 128 | vector(t, third), code[3] & 7
        result = (both << count >> 128 if operation == 0x86 else both >> count) & _ALL
    else:
        from .s390x_floats import floats

        return floats(t, code)
    set_vector(t, target, result)
    return True


def emulate(t: Thread) -> bool | Trap:
    """Do the instruction at PC if it is one of these."""
    pc = t.cpu.read("pc")
    try:
        first = t.memory.read(pc, 1)[0]
        code = t.memory.read(pc, (2, 4, 4, 6)[first >> 6])
    except LinuxError:
        return False
    handler = {0xB2: _clock, 0xB9: _registers, 0xE3: _from_memory, 0xE7: _vectors}.get(first)
    done = handler is not None and handler(t, code)
    if done is True:
        t.cpu.write("pc", t.cpu.read("pc") + len(code) & _LONG)
    return done
