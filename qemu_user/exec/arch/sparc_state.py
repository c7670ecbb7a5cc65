"""Registers of SPARC V9: program counters, floating point, condition codes."""

from __future__ import annotations

from ..abi.layout import U64, Array, CStruct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

G = tuple(f"g{n}" for n in range(1, 8))
O = tuple(f"o{n}" for n in range(8))  # noqa: E741
L = tuple(f"l{n}" for n in range(8))
I = tuple(f"i{n}" for n in range(8))  # noqa: E741
_NAMES = ("", *G, *O, *L, *I)
_SWAPS = (0x3C, 0x3E)  # CASA, CASXA: their address is a register alone
FPU_ENABLED = 4  # FPRS.FEF
# How the engine says that flags are still to be computed (by kind: what of)
_ADDS, _SUBTRACTS = (3, 4, 5, 6), (7, 8, 9, 10)
_AS_THEY_ARE, _DIVIDE = 1, 2
_ROUNDING = (0, 3, 2, 1)  # the engine's numbers


class FpuState(CStruct):
    """__siginfo_fpu_t."""

    regs: tuple[int, ...] = Array(U64, 32)
    fsr: U64
    gsr: U64
    fprs: U64


def operand(t: Thread, code: int) -> int:
    """The address that an instruction accesses or jumps to."""
    first, second = _NAMES[code >> 14 & 31], _NAMES[code & 31]
    mask = (1 << 8 * t.arch.model.word) - 1
    addr = t.cpu.read(first) & mask if first else 0
    if code >> 30 == 3 and code >> 19 & 0x3F in _SWAPS:
        return addr
    if code >> 13 & 1:
        return addr + (code & 0xFFF) - (code & 0x1000) & mask
    return addr + (t.cpu.read(second) if second else 0) & mask


def set_pc(t: Thread, pc: int, npc: int | None = None) -> None:
    """Go on at `pc`, then at `npc`, if it is not the next instruction."""
    t.cpu.write("pc", pc)
    t.cpu.write("npc", pc + 4 if npc is None else npc)
    t.cpu.write("delayed", 0 if npc in (None, pc + 4) else pc)


def pcs(t: Thread) -> tuple[int, int]:
    """PC, and where the program goes on after the instruction there."""
    pc, npc = t.cpu.read("pc"), t.cpu.read("npc")
    return pc, npc if t.cpu.read("delayed") == pc else pc + 4


def fpu_state(t: Thread) -> FpuState:
    """The floating-point registers."""
    data = t.cpu.read("fpr").to_bytes(256, "little")
    regs = tuple(int.from_bytes(data[at : at + 8], "little") for at in range(0, 256, 8))
    fsr, gsr = t.cpu.read("fsr"), t.cpu.read("gsr")
    return FpuState(regs=regs, fsr=fsr, gsr=gsr, fprs=FPU_ENABLED)


def set_fpu_state(t: Thread, state: FpuState) -> None:
    """Take them back."""
    data = b"".join(word.to_bytes(8, "little") for word in state.regs)
    t.cpu.write("fpr", int.from_bytes(data, "little"))
    set_fsr(t, state.fsr)
    t.cpu.write("gsr", state.gsr)


def set_fsr(t: Thread, value: int) -> None:
    """Set the floating-point state register, and how the engine rounds."""
    t.cpu.write("fsr", value)
    t.cpu.write("rounding", _ROUNDING[value >> 30 & 3])


def flags(t: Thread) -> int:
    """The condition code register: xcc, then icc, each N, Z, V, C."""
    kind, first, second, result, icc, xcc = t.cpu.bank(
        "cc_op", "cc_src", "cc_src2", "cc_dst", "icc", "xcc"
    ).get()
    if kind & 0xFF <= _AS_THEY_ARE:
        return (xcc >> 20 & 15) << 4 | icc >> 20 & 15
    wide, narrow = (_flags(kind & 0xFF, first, second, result, bits) for bits in (64, 32))
    return wide << 4 | narrow


def _flags(kind: int, first: int, second: int, result: int, bits: int) -> int:
    top, mask = 1 << bits - 1, (1 << bits) - 1
    overflow = carry = 0
    if kind in _ADDS:
        overflow = ~(first ^ second) & (first ^ result)
        carry = first & second | ~result & (first | second)
    elif kind in _SUBTRACTS:
        overflow = (first ^ second) & (first ^ result)
        carry = ~first & second | result & (~first | second)
    elif kind == _DIVIDE:
        overflow = top if second else 0
    negative, zero = bool(result & top), not result & mask
    return negative << 3 | zero << 2 | bool(overflow & top) << 1 | bool(carry & top)


def set_flags(t: Thread, ccr: int) -> None:
    """Set the condition code register."""
    t.cpu.bank("cc_op", "icc", "xcc").set((_AS_THEY_ARE, (ccr & 15) << 20, (ccr >> 4) << 20))
