"""Where MIPS branches go: for what Linux does in place of the instruction in their slot."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_FCC = (23, *range(25, 32))  # bits of FCSR that BC1F and BC1T look at


def follow(t: Thread, insn: int, pc: int) -> int | None:
    """Do the branch `insn` at `pc`; where it goes, or None when it is none (or has no slot now).

    The registers are those before the instruction in its slot.
    """
    op, rt, mask = insn >> 26, insn >> 16 & 31, (1 << 8 * t.arch.model.register) - 1
    if op in (2, 3):
        if op == 3:
            t.cpu.write("r31", pc + 8)
        return (pc + 4) & ~0xFFFFFFF | (insn & 0x3FFFFFF) << 2
    if op == 0 and insn & 0x3E == 8:
        target = _register(t, insn >> 21 & 31)
        if insn & 1 and insn >> 11 & 31:
            t.cpu.write(f"r{insn >> 11 & 31}", pc + 8)
        return target
    taken = _taken(t, insn, op, rt)
    if taken is None:
        return None
    if op == 1 and rt & 0x10:
        t.cpu.write("r31", pc + 8)
    offset = (insn & 0xFFFF) - (insn & 0x8000) * 2
    return (pc + 4 + (offset * 4 if taken else 4)) & mask


def _taken(t: Thread, insn: int, op: int, rt: int) -> bool | None:
    if op == 17 and insn >> 21 & 31 == 8:  # BC1F, BC1T and their likely forms
        return bool(t.cpu.read("fcsr") >> _FCC[rt >> 2] & 1) is bool(rt & 1)
    top = 1 << 8 * t.arch.model.register - 1
    left = (_register(t, insn >> 21 & 31) ^ top) - top
    if op == 1 and rt & 0xC == 0:  # BLTZ, BGEZ, with link and likely
        return (left < 0) is not bool(rt & 1)
    kind = op - 16 if 20 <= op < 24 else op  # likely ones are like the others here
    if kind in (4, 5):
        return (left == (_register(t, rt) ^ top) - top) is (kind == 4)
    if kind in (6, 7):
        return (left <= 0) is (kind == 6)
    return None


def _register(t: Thread, number: int) -> int:
    return t.cpu.read(f"r{number}") if number else 0
