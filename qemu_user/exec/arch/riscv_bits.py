"""RISC-V instructions that the engine lacks: bit manipulation, conditional zero, the time.

Zba, Zbb, Zbc and Zbs (RISC-V Bit-Manipulation ISA-extensions 1.0), Zicond, and RDTIME of Zicntr,
which Linux lets programs read. Neither AT_HWCAP nor hwprobe names them: each costs a trap.
"""

from __future__ import annotations

from time import monotonic_ns

from ..errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..thread import Thread

_TICK = 100  # nanoseconds of the time's unit: 10 MHz, as QEMU's boards have
_TIME, _TIMEH = 0xC0102073, 0xC8102073  # CSRRS rd, time or timeh, x0
_OP, _OP_32, _IMM, _IMM_32 = 0x33, 0x3B, 0x13, 0x1B
_HALF = (1 << 32) - 1


def _signed(value: int, bits: int) -> int:
    return value - (value >> bits - 1 << bits)


def _rotate(value: int, count: int, bits: int) -> int:
    """To the right."""
    count %= bits
    return value >> count | value << bits - count & (1 << bits) - 1


def _carryless(a: int, b: int) -> int:
    product = 0
    while b:
        low = b & -b
        product ^= a * low
        b ^= low
    return product


# (funct7, funct3) -> result of rs1, rs2 and the bits of a register; what exceeds them is cut off
_REGISTERS: dict[tuple[int, int], Callable[[int, int, int], int]] = {
    (0x20, 7): lambda a, b, _: a & ~b,  # andn
    (0x20, 6): lambda a, b, _: a | ~b,  # orn
    (0x20, 4): lambda a, b, _: ~(a ^ b),  # xnor
    (0x05, 4): lambda a, b, n: min(_signed(a, n), _signed(b, n)),
    (0x05, 5): lambda a, b, _: min(a, b),  # minu
    (0x05, 6): lambda a, b, n: max(_signed(a, n), _signed(b, n)),
    (0x05, 7): lambda a, b, _: max(a, b),  # maxu
    (0x05, 1): lambda a, b, _: _carryless(a, b),  # clmul
    (0x05, 2): lambda a, b, n: _carryless(a, b) >> n - 1,  # clmulr
    (0x05, 3): lambda a, b, n: _carryless(a, b) >> n,  # clmulh
    (0x30, 1): lambda a, b, n: _rotate(a, -b, n),  # rol
    (0x30, 5): _rotate,  # ror
    (0x10, 2): lambda a, b, _: (a << 1) + b,  # sh1add
    (0x10, 4): lambda a, b, _: (a << 2) + b,
    (0x10, 6): lambda a, b, _: (a << 3) + b,
    (0x24, 1): lambda a, b, n: a & ~(1 << b % n),  # bclr
    (0x24, 5): lambda a, b, n: a >> b % n & 1,  # bext
    (0x34, 1): lambda a, b, n: a ^ 1 << b % n,  # binv
    (0x14, 1): lambda a, b, n: a | 1 << b % n,  # bset
    (0x07, 5): lambda a, b, _: a if b else 0,  # czero.eqz
    (0x07, 7): lambda a, b, _: 0 if b else a,  # czero.nez
}
_WORDS: dict[tuple[int, int], Callable[[int, int], int]] = {
    (0x04, 0): lambda a, b: (a & _HALF) + b,  # add.uw
    (0x10, 2): lambda a, b: ((a & _HALF) << 1) + b,  # sh1add.uw
    (0x10, 4): lambda a, b: ((a & _HALF) << 2) + b,
    (0x10, 6): lambda a, b: ((a & _HALF) << 3) + b,
    (0x30, 1): lambda a, b: _signed(_rotate(a & _HALF, -(b & 31), 32), 32),  # rolw
    (0x30, 5): lambda a, b: _signed(_rotate(a & _HALF, b & 31, 32), 32),  # rorw
}
_ONE: dict[int, Callable[[int, int], int]] = {  # immediate of SLLI's encoding
    0x600: lambda a, n: n - a.bit_length(),  # clz
    0x601: lambda a, n: (a & -a).bit_length() - 1 if a else n,  # ctz
    0x602: lambda a, _: a.bit_count(),  # cpop
    0x604: lambda a, _: _signed(a & 0xFF, 8),  # sext.b
    0x605: lambda a, _: _signed(a & 0xFFFF, 16),  # sext.h
}
_OR_BYTES, _REVERSED = 0x287, {32: 0x698, 64: 0x6B8}  # of SRLI's


def _of_registers(opcode: int, insn: int, a: int, b: int, bits: int) -> int | None:
    key = (insn >> 25, insn >> 12 & 7)
    wide = bits == 64
    if key == (0x04, 4) and not insn >> 20 & 31 and opcode == (_OP_32 if wide else _OP):
        return a & 0xFFFF  # zext.h
    if opcode == _OP:
        function = _REGISTERS.get(key)
        return None if function is None else function(a, b, bits)
    narrow = _WORDS.get(key) if wide else None
    return None if narrow is None else narrow(a, b)


def _of_immediate(insn: int, a: int, bits: int) -> int | None:
    immediate, kind = insn >> 20, insn >> 12 & 7
    if kind == 1 and immediate in _ONE:
        return _ONE[immediate](a, bits)
    if kind == 5 and immediate == _OR_BYTES:
        return int.from_bytes(bytes(255 * (byte > 0) for byte in a.to_bytes(bits // 8)))
    if kind == 5 and immediate == _REVERSED[bits]:
        return int.from_bytes(a.to_bytes(bits // 8, "little"))
    function, count = (immediate >> 6 << 1, kind), immediate & 63
    if count >= bits or function not in ((0x24, 1), (0x24, 5), (0x34, 1), (0x14, 1), (0x30, 5)):
        return None
    return _REGISTERS[function](a, count, bits)


def _of_immediate_word(insn: int, a: int) -> int | None:
    immediate, kind = insn >> 20, insn >> 12 & 7
    if kind == 1 and 0x600 <= immediate <= 0x602:
        return _ONE[immediate](a & _HALF, 32)
    if kind == 1 and immediate >> 6 == 2:
        return (a & _HALF) << (immediate & 63)  # slli.uw
    if kind == 5 and immediate >> 5 == 0x30:
        return _signed(_rotate(a & _HALF, immediate & 31, 32), 32)  # roriw
    return None


def _result(t: Thread, insn: int, bits: int) -> int | None:
    if insn & 0xFFFFF07F == _TIME:
        return monotonic_ns() // _TICK
    if insn & 0xFFFFF07F == _TIMEH and bits == 32:
        return monotonic_ns() // _TICK >> 32
    opcode, first, second = insn & 0x7F, insn >> 15 & 31, insn >> 20 & 31
    a = t.cpu.read(f"x{first}") if first else 0
    if opcode in (_OP, _OP_32):
        b = t.cpu.read(f"x{second}") if second else 0
        return _of_registers(opcode, insn, a, b, bits)
    if opcode == _IMM:
        return _of_immediate(insn, a, bits)
    return _of_immediate_word(insn, a) if opcode == _IMM_32 and bits == 64 else None


def emulate(t: Thread) -> bool:
    """Do the instruction at PC if it is one of these."""
    pc, bits = t.cpu.read("pc"), 8 * t.arch.model.word
    try:
        insn = int.from_bytes(t.memory.read(pc, 4), "little")
    except LinuxError:
        return False
    result = _result(t, insn, bits)
    if result is None:
        return False
    if target := insn >> 7 & 31:
        t.cpu.write(f"x{target}", result & (1 << bits) - 1)
    t.cpu.write("pc", pc + 4)
    return True
