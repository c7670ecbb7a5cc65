"""What Linux does for MIPS programs in place of the processor: misaligned accesses, RDHWR."""

from __future__ import annotations

from time import monotonic_ns

from ..cpu import READ, WRITE, Fault, Raised
from ..errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ..cpu import Trap
    from ..thread import Thread

_LOAD, _STORE = 12, 13  # exceptions
# Opcode -> size, sign-extended
_LOADS = {0x21: (2, True), 0x23: (4, True), 0x25: (2, False), 0x27: (4, False), 0x37: (8, False)}
_STORES = {0x29: 2, 0x2B: 4, 0x3F: 8}
_FLOATS = {0x31: 4, 0x35: 8, 0x39: 4, 0x3D: 8}  # lwc1, ldc1, swc1, sdc1
_INDEXED = {0: (0x31, 4), 1: (0x35, 8), 8: (0x39, 4), 9: (0x3D, 8)}  # of COP1X
_RDHWR = 0x7C00003B


def emulate(t: Thread) -> bool | Trap:
    """Do the instruction at PC if it is one of these; else how it traps."""
    pc = t.cpu.read("pc")
    try:
        insn = instruction(t, pc)
    except LinuxError:
        return Raised(_LOAD)
    if insn & 0xFFE007FF == _RDHWR:
        return _rdhwr(t, insn, pc)
    moved = _access(t, insn)
    if moved is True:
        t.cpu.write("pc", pc + 4)
    if moved is None:
        aligned = insn >> 26 not in (0x30, 0x34, 0x38, 0x3C) and pc % 4 == 0
        return False if aligned and not _branches(insn) else Raised(_LOAD)
    return moved


def instruction(t: Thread, pc: int) -> int:
    """The instruction at an address; LinuxError where nothing can be read."""
    return int.from_bytes(t.memory.read(pc, 4), _order(t))


def _order(t: Thread) -> Literal["little", "big"]:
    return "big" if t.arch.model.order == ">" else "little"


def _branches(insn: int) -> bool:
    """Whether what failed may be in the slot behind it."""
    op = insn >> 26
    return op in range(1, 8) or op in range(20, 24) or (op == 0 and insn & 0x3E == 8) or op == 17


def _rdhwr(t: Thread, insn: int, pc: int) -> bool:
    values = {0: 0, 1: 32, 2: monotonic_ns() // 10 & 0xFFFFFFFF, 3: 1}
    number, target = insn >> 11 & 31, insn >> 16 & 31
    if number not in values:
        return False
    if target:
        t.cpu.write(f"r{target}", values[number])
    t.cpu.write("pc", pc + 4)
    return True


def _access(t: Thread, insn: int) -> bool | Trap | None:
    """Load or store; None when it does neither."""
    op, target, mask = insn >> 26, insn >> 16 & 31, (1 << 8 * t.arch.model.word) - 1
    base = t.cpu.read(f"r{insn >> 21 & 31}")
    addr = base + (insn & 0xFFFF) - (insn & 0x8000) * 2 & mask
    if op == 0x13 and insn & 0x3F in _INDEXED:
        addr = base + t.cpu.read(f"r{target}") & mask
        op, _ = _INDEXED[insn & 0x3F]
        target = insn >> (6 if op < 0x38 else 11) & 31
    if op in _LOADS:
        size, signed = _LOADS[op]
        value = _load(t, addr, size)
        if isinstance(value, Fault):
            return value
        if signed and value >> 8 * size - 1:
            value -= 1 << 8 * size
        if target:
            t.cpu.write(f"r{target}", value & mask)
        return True
    if op in _STORES:
        return _store(t, addr, _STORES[op], t.cpu.read(f"r{target}"))
    if op in _FLOATS:
        return _float(t, op, addr, target)
    return None


def _float(t: Thread, op: int, addr: int, target: int) -> bool | Trap:
    size = _FLOATS[op]
    pair = size == 8 and t.arch.model.word == 4
    names = (f"f{target & ~1}", f"f{target | 1}") if pair else (f"f{target}",)
    if op < 0x38:
        value = _load(t, addr, size)
        if isinstance(value, Fault):
            return value
        for name in names:
            t.cpu.write(name, value & 0xFFFFFFFF if pair or size == 4 else value)
            value >>= 32
        return True
    value = sum((t.cpu.read(name) & 0xFFFFFFFF) << 32 * n for n, name in enumerate(names))
    return _store(t, addr, size, value if pair else t.cpu.read(names[0]))


def _load(t: Thread, addr: int, size: int) -> int | Fault:
    try:
        return int.from_bytes(t.memory.read(addr, size), _order(t))
    except LinuxError:
        return Fault(_first_bad(t, addr, size, READ), READ)


def _store(t: Thread, addr: int, size: int, value: int) -> bool | Trap:
    try:
        t.memory.write(addr, (value & (1 << 8 * size) - 1).to_bytes(size, _order(t)))
    except LinuxError:
        return Fault(_first_bad(t, addr, size, WRITE), WRITE)
    return True


def _first_bad(t: Thread, addr: int, size: int, access: int) -> int:
    return addr + t.memory.permitted(addr, size, access)
