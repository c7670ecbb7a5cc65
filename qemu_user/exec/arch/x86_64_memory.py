"""VEX instructions that reach memory in ways of their own, element by element."""

from __future__ import annotations

from ..cpu import WRITE
from .x86_64_vex import Insn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .x86_64_supply import Supply


def gather(supply: Supply, pc: int, insn: Insn) -> None:
    """VGATHER, VPGATHER: elements done before a fault are done, and their mask bits clear."""
    size = 8 if insn.wide else 4
    step = 4 if insn.opcode in (0x90, 0x92) else 8  # bytes of an index
    whole = 32 if insn.long else 16
    count = whole // max(size, step)
    indices = supply.vector(insn.index)
    mask, result = bytearray(supply.vector(insn.vvvv)), bytearray(supply.vector(insn.reg))
    base = supply.address(pc, insn)
    used = min(whole, count * size)
    mask[used:] = bytes(32 - used)
    result[used:] = bytes(32 - used)
    for at in range(0, used, size):  # what the rest of each element is decides its highest bit
        mask[at : at + size] = (b"\xff" if mask[at + size - 1] & 0x80 else b"\0") * size
    try:
        for n in range(count):
            at = n * size
            if mask[at]:
                index = int.from_bytes(indices[n * step : n * step + step], "little", signed=True)
                place = base + (index << insn.scale) & (0xFFFFFFFF if insn.narrow else _ALL)
                result[at : at + size] = supply.load(place, size)
                mask[at : at + size] = bytes(size)
    finally:
        supply.set_vector(insn.reg, result)
        supply.set_vector(insn.vvvv, mask)


def store_bytes(supply: Supply, _pc: int, insn: Insn) -> None:
    """VMASKMOVDQU: the bytes whose mask has its highest bit set, to where RDI points.

    A fault is at the first byte that can't be written, whether it was to be or not.
    """
    address = supply.cpu.read(supply.general[7])
    if insn.segment:
        address += supply.cpu.read(insn.segment)
    data, mask = supply.vector(insn.reg), supply.vector(insn.rm)
    places = [(at, 1) for at in range(16) if mask[at] & 0x80]
    if any(supply.memory.permitted(address + at, 1, WRITE) < 1 for at, _ in places):
        supply.check(address, 16, WRITE)
    supply.masked_store(address, places, memoryview(data))


def control(supply: Supply, pc: int, insn: Insn) -> None:
    """VLDMXCSR and VSTMXCSR."""
    address = supply.address(pc, insn)
    if insn.ext == 3:
        supply.store(address, supply.cpu.read("mxcsr").to_bytes(4, "little"))
        return
    value = int.from_bytes(supply.load(address, 4), "little")
    if value >> 16:
        supply.refuse(_GP)
    supply.cpu.write("mxcsr", value)


_ALL = (1 << 64) - 1
_GP = 13
ODD: dict[str, Callable[[Supply, int, Insn], None]] = {
    "G": gather,
    "q": store_bytes,
    "c": control,
}
