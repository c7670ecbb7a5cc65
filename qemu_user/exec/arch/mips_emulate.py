"""What Linux does for MIPS programs in place of the processor: misaligned accesses, RDHWR."""

from __future__ import annotations

from time import monotonic_ns

from ..cpu import READ, WRITE, Fault, Raised
from ..errors import LinuxError
from .mips_branches import follow
from .mips_calls import mends
from .mips_frames import R

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
_LX = {0: (4, True), 4: (2, True)}  # LWX and LHX of DSP, by the operation
_RDHWR, _LAST = 0x7C00003B, 3  # and the last of its registers that it is about here
# Loads and stores by opcode, LL and SC among them
_MEMORY = (*range(0x20, 0x2F), *range(0x30, 0x33), *range(0x34, 0x3B), *range(0x3C, 0x40))


def emulate(t: Thread) -> bool | Trap:
    """Do the instruction at PC, or in the slot of the branch there, if it is one of these.

    Else how it traps. PC is still the branch's where it does.
    """
    pc = t.cpu.read("pc")
    if pc % 4:
        return Raised(_LOAD)
    try:
        insn = instruction(t, pc)
        slot = instruction(t, pc + 4) if _branches(insn) else None
    except LinuxError:
        return Raised(_LOAD)
    if slot is None:
        done = _do(t, insn)
        if done is True:
            t.cpu.write("pc", pc + 4)
        return done
    before = t.cpu.bank(*R[1:]).get()
    target = follow(t, insn, pc)
    done = _do(t, slot) if target is not None else False
    if done is True and target is not None:
        t.cpu.write("pc", target)
    else:
        t.cpu.bank(*R[1:]).set(before)
    return done


def _do(t: Thread, insn: int) -> bool | Trap:
    if insn & 0xFFE007FF == _RDHWR:
        return _rdhwr(t, insn)
    moved = _access(t, insn) if mends(t) else None
    if moved is not None:
        return moved
    indexed = insn >> 26 == 0x13 and insn & 0x3F in (*_INDEXED, 5, 13)  # LUXC1, SUXC1
    return Raised(_LOAD) if indexed or insn >> 26 in _MEMORY else False


def instruction(t: Thread, pc: int) -> int:
    """The instruction at an address; LinuxError where nothing can be read."""
    return int.from_bytes(t.memory.read(pc, 4), _order(t))


def _order(t: Thread) -> Literal["little", "big"]:
    return "big" if t.arch.model.order == ">" else "little"


def _branches(insn: int) -> bool:
    """Whether what failed may be in the slot behind it."""
    op = insn >> 26
    return op in range(1, 8) or op in range(20, 24) or (op == 0 and insn & 0x3E == 8) or op == 17


def _rdhwr(t: Thread, insn: int) -> bool:
    """The processor, SYNCI's step, and a counter of 100 MHz that counts every second cycle."""
    number, target = insn >> 11 & 31, insn >> 16 & 31
    if number > _LAST:
        return False
    value = (t.processor(), 32, monotonic_ns() // 10 & 0xFFFFFFFF, 2)[number]
    if value >> 31 and t.arch.model.register == 8:
        value |= 0xFFFFFFFF << 32
    if target:
        t.cpu.write(f"r{target}", value)
    return True


def _access(t: Thread, insn: int) -> bool | Trap | None:
    """Load or store; None when it does neither."""
    op, target, mask = insn >> 26, insn >> 16 & 31, (1 << 8 * t.arch.model.register) - 1
    base = t.cpu.read(f"r{insn >> 21 & 31}")
    addr = base + (insn & 0xFFFF) - (insn & 0x8000) * 2 & mask
    if op == 0x13 and insn & 0x3F in _INDEXED:
        addr = base + t.cpu.read(f"r{target}") & mask
        op, _ = _INDEXED[insn & 0x3F]
        target = insn >> (6 if op < 0x38 else 11) & 31
    load = _LOADS.get(op)
    if insn & 0xFC00003F == 0x7C00000A:
        load = _LX.get(insn >> 6 & 31)
        addr, target = base + t.cpu.read(f"r{target}") & mask, insn >> 11 & 31
    if load is not None:
        size, signed = load
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
    pair = size == 8 and t.arch.model.register == 4
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
