"""Registers and signal frames of 64-bit SPARC: struct rt_signal_frame."""

from __future__ import annotations

import struct
from errno import EFAULT

from ..abi.layout import U32, U64, Addr, Array, CStruct, SigSet, ULong
from ..abi.signals import SigAltStack
from ..errors import LinuxError
from .frames import frame_top, restore_altstack, save_altstack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Window = tuple[int, Sequence[int]]
    from ..signals import Action, SigInfo
    from ..thread import Thread

G = tuple(f"g{n}" for n in range(1, 8))
O = tuple(f"o{n}" for n in range(8))  # noqa: E741
L = tuple(f"l{n}" for n in range(8))
I = tuple(f"i{n}" for n in range(8))  # noqa: E741
BIAS = 2047
_MAGIC = 0x57AC6C00
_STATE = 0x82 << 24 | 0x12 << 8  # of TSTATE: ASI, and of PSTATE interrupts and the FPU enabled
_FPU_DIRTY = 4  # FPRS.FEF
_MASK = (1 << 64) - 1
# How the engine says that flags are still to be computed (by kind: what of)
_ADDS, _SUBTRACTS = (3, 4, 5, 6), (7, 8, 9, 10)
_AS_THEY_ARE, _DIVIDE = 1, 2
_ROUNDING = (0, 3, 2, 1)  # the engine's numbers


class PtRegs(CStruct):
    """struct pt_regs: globals and outs, then what traps save."""

    u_regs: tuple[int, ...] = Array(U64, 16)
    tstate: U64
    tpc: U64
    tnpc: U64
    y: U32
    magic: U32


class FpuState(CStruct):
    """__siginfo_fpu_t."""

    regs: tuple[int, ...] = Array(U64, 32)
    fsr: U64
    gsr: U64
    fprs: U64


class After(CStruct):
    """struct rt_signal_frame behind its siginfo."""

    regs: PtRegs
    fpu_save: Addr
    stack: SigAltStack
    mask: SigSet
    rwin_save: Addr
    _pad: ULong
    fpu: FpuState


class Kept(CStruct):
    """__siginfo_rwin_t: windows whose stack could not be written."""

    windows: tuple[int, ...] = Array(U64, 7 * 16)
    stkptrs: tuple[int, ...] = Array(U64, 7)
    wsaved: U32
    _pad: U32


_INFO_AT = 192  # behind struct sparc_stackf
_AFTER_AT = _INFO_AT + 128


class Frame:
    """struct rt_signal_frame; handlers get the siginfo as their third argument, too."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        cpu, memory, model = t.cpu, t.memory, t.arch.model
        left = flushed(t)
        size = _AFTER_AT + After.size(model)
        at = (frame_top(t, action, -BIAS) - size - (Kept.size(model) if left else 0)) & ~15
        after = After(
            regs=pt_regs(t),
            stack=save_altstack(t),
            mask=mask,
            fpu_save=at + size - FpuState.size(model),
            rwin_save=at + size if left else 0,
            fpu=fpu_state(t),
        )
        window = _packed(cpu.windows.current()[1]).ljust(_INFO_AT, b"\0")
        kept = _kept(left).pack(model) if left else b""
        memory.write(at, window + info.pack(model) + after.pack(model) + kept)
        place, number = at + _INFO_AT, model.signal_to_guest(info.signo)
        cpu.bank("o0", "o1", "o2", "o6", "o7").set(
            (number, place, place, at - BIAS & _MASK, action.restorer)
        )
        set_pc(t, action.handler)

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        at = t.cpu.read("o6") + BIAS & _MASK
        after = t.memory.load(at + _AFTER_AT, After)
        if (after.regs.tpc | after.regs.tnpc) & 3:
            raise LinuxError(EFAULT)
        if after.fpu_save:
            set_fpu_state(t, t.memory.load(after.fpu_save, FpuState))
        flush(t)
        set_pt_regs(t, after.regs)
        if after.rwin_save:
            _put_back(t, t.memory.load(after.rwin_save, Kept))
        else:
            reload(t)
        restore_altstack(t, after.stack)
        return after.mask


def set_pc(t: Thread, pc: int, npc: int | None = None) -> None:
    """Go on at `pc`, then at `npc`, if it is not the next instruction."""
    t.cpu.write("pc", pc)
    t.cpu.write("npc", pc + 4 if npc is None else npc)
    t.cpu.write("delayed", 0 if npc in (None, pc + 4) else pc)


def flush(t: Thread) -> None:
    """All windows are in memory afterwards. EFAULT."""
    if flushed(t):
        raise LinuxError(EFAULT)


def flushed(t: Thread) -> list[Window]:
    """Write all windows to their stacks; those where that can't be done."""
    windows, left = t.cpu.windows, []
    for at, words in (*windows.take_out(), windows.current()):
        try:
            store_window(t, at, words)
        except LinuxError:
            left.append((at, words))
    return left[-7:]


def _kept(left: list[Window]) -> Kept:
    words = [word for _, window in left for word in window]
    places = [at - BIAS & _MASK for at, _ in left]
    return Kept(
        windows=tuple(words + [0] * (112 - len(words))),
        stkptrs=tuple(places + [0] * (7 - len(places))),
        wsaved=len(left),
    )


def _put_back(t: Thread, kept: Kept) -> None:
    """Store the windows of a frame, the innermost in the registers. EFAULT."""
    count = min(kept.wsaved, 7)
    for number in range(count):
        words = kept.windows[16 * number : 16 * number + 16]
        at = kept.stkptrs[number] + BIAS & _MASK
        if at == t.cpu.windows.current()[0]:
            t.cpu.windows.put(words)
        else:
            store_window(t, at, words)


def _packed(words: Sequence[int]) -> bytes:
    return struct.pack(">16Q", *words)


def store_window(t: Thread, at: int, words: Sequence[int]) -> None:
    """Write a window to its place on the stack. EFAULT."""
    t.memory.write(at, _packed(words))


def reload(t: Thread) -> None:
    """Take the locals and ins from memory. EFAULT."""
    at, _ = t.cpu.windows.current()
    t.cpu.windows.put(struct.unpack(">16Q", t.memory.read(at, 128)))


def pt_regs(t: Thread) -> PtRegs:
    """The registers as frames and ptrace(2) have them."""
    cpu = t.cpu
    pc, npc = cpu.read("pc"), cpu.read("npc")
    if cpu.read("delayed") != pc:
        npc = pc + 4
    return PtRegs(
        u_regs=(0, *cpu.bank(*G, *O).get()),
        tstate=flags(t) << 32 | _STATE,
        tpc=pc,
        tnpc=npc,
        y=cpu.read("y") & 0xFFFFFFFF,
        magic=_MAGIC,
    )


def set_pt_regs(t: Thread, regs: PtRegs) -> None:
    """Take them back."""
    t.cpu.bank(*G, *O).set(regs.u_regs[1:])
    t.cpu.write("y", regs.y)
    set_flags(t, regs.tstate >> 32 & 0xFF)
    set_pc(t, regs.tpc, regs.tnpc)


def fpu_state(t: Thread) -> FpuState:
    """The floating-point registers."""
    data = t.cpu.read("fpr").to_bytes(256, "little")
    regs = tuple(int.from_bytes(data[at : at + 8], "little") for at in range(0, 256, 8))
    fsr, gsr = t.cpu.read("fsr"), t.cpu.read("gsr")
    return FpuState(regs=regs, fsr=fsr, gsr=gsr, fprs=_FPU_DIRTY)


def set_fpu_state(t: Thread, state: FpuState) -> None:
    """Take them back."""
    data = b"".join(word.to_bytes(8, "little") for word in state.regs)
    t.cpu.write("fpr", int.from_bytes(data, "little"))
    t.cpu.write("fsr", state.fsr)
    t.cpu.write("rounding", _ROUNDING[state.fsr >> 30 & 3])
    t.cpu.write("gsr", state.gsr)


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
