"""Signal frames of 32-bit programs on 64-bit SPARC: struct signal_frame32, rt_signal_frame32."""

from __future__ import annotations

from errno import EFAULT

from ..abi import signals as abi
from ..abi.layout import U32, Addr, Array, Bytes, CStruct, SigSet
from ..abi.signals import SigAltStack
from ..abi.signames import mask_to
from ..errors import LinuxError
from .frames import frame_top, restore_altstack, save_altstack
from .sparc_state import (
    FpuState,
    G,
    O,
    flags,
    fpu_state,
    pcs,
    set_flags,
    set_fpu_state,
    set_pc,
)
from .sparc_windows import Kept, flush, flushed, keep, packed, put_back, reload, stack_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..signals import Action, SigInfo
    from ..thread import Thread

PSR_V8PLUS = 0xFF000000  # what makes the upper halves and xcc valid
_PSR = PSR_V8PLUS | 0x1080  # and the FPU enabled, supervisor
_UPPER = 0x130E269  # SIGINFO_EXTRA_V8PLUS_MAGIC
_ASI = 0x82
_LOW = 0xFFFFFFFF
_TRAP = 0x91D02010  # t 0x10
_SIGRETURN, _RT_SIGRETURN = 0x821020D8, 0x82102065  # mov number, %g1


class PtRegs32(CStruct):
    """struct pt_regs32: what traps save, globals and outs."""

    psr: U32
    pc: Addr
    npc: Addr
    y: U32
    u_regs: tuple[int, ...] = Array(U32, 16)


class Upper(CStruct):
    """siginfo_extra_v8plus_t: upper halves of globals (instead of %g0's a number) and outs."""

    halves: tuple[int, ...] = Array(U32, 16)
    asi: U32


class OldFrame(CStruct):
    """struct signal_frame32 behind its struct sparc_stackf32."""

    regs: PtRegs32
    mask: U32
    fpu_save: Addr
    insns: tuple[int, ...] = Array(U32, 2)
    extramask: U32
    extra_size: U32
    upper: Upper
    rwin_save: Addr


class RtFrame(CStruct):
    """struct rt_signal_frame32, likewise."""

    info: bytes = Bytes(128)
    regs: PtRegs32
    mask: SigSet
    fpu_save: Addr
    insns: tuple[int, ...] = Array(U32, 2)
    stack: SigAltStack
    extra_size: U32
    upper: Upper
    rwin_save: Addr
    _pad: U32


_FRAME_AT = 96  # behind struct sparc_stackf32
_INSNS_AT = {OldFrame: _FRAME_AT + 88, RtFrame: _FRAME_AT + 220}


class Frame:
    """A frame of either kind, as SA_SIGINFO says; the floating-point registers lie behind it."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        cpu, memory, model = t.cpu, t.memory, t.arch.model
        cpu.write("o6", cpu.read("o6") & _LOW)
        left = flushed(t)
        shape = RtFrame if action.flags & abi.SA_SIGINFO else OldFrame
        fpu_at = _FRAME_AT + shape.size(model)
        size = fpu_at + FpuState.size(model)
        at = (frame_top(t, action) - size - (Kept.size(model) if left else 0)) & ~15
        places = (at + fpu_at, at + size if left else 0)
        if shape is RtFrame:
            behind = _rt_frame(t, info, mask, places).pack(model)
        else:
            behind = _old_frame(t, mask, places).pack(model)
        window = packed(t, cpu.windows.current()[1]).ljust(_FRAME_AT, b"\0")
        kept = keep(t, left).pack(model) if left else b""
        memory.write(at, window + behind + fpu_state(t).pack(model) + kept)
        restorer = action.restorer or at + _INSNS_AT[shape] - 8
        place = at + _FRAME_AT
        context = place + 128 if shape is RtFrame else place
        number = model.signal_to_guest(info.signo)
        cpu.bank("o0", "o1", "o2", "o6", "o7").set((number, place, context, at, restorer))
        set_pc(t, action.handler & _LOW)

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        frame = t.memory.load(_frame(t), RtFrame)
        _restore(t, frame)
        restore_altstack(t, frame.stack)
        return frame.mask

    def restore_old(self, t: Thread) -> int:
        """Sigreturn, of the frames without siginfo."""
        frame = t.memory.load(_frame(t), OldFrame)
        _restore(t, frame)
        return mask_to(t.arch.model.signals, frame.mask | frame.extramask << 32, 1)


def _frame(t: Thread) -> int:
    at = stack_of(t)
    if at & 15:
        raise LinuxError(EFAULT)
    return at + _FRAME_AT


def _old_frame(t: Thread, mask: int, places: tuple[int, int]) -> OldFrame:
    bits = mask_to(t.arch.model.signals, mask, 0)
    return OldFrame(
        regs=pt_regs(t),
        mask=bits & _LOW,
        fpu_save=places[0],
        insns=(_SIGRETURN, _TRAP),
        extramask=bits >> 32,
        extra_size=Upper.size(t.arch.model),
        upper=upper(t),
        rwin_save=places[1],
    )


def _rt_frame(t: Thread, info: SigInfo, mask: int, places: tuple[int, int]) -> RtFrame:
    return RtFrame(
        info=info.pack(t.arch.model),
        regs=pt_regs(t),
        mask=mask,
        fpu_save=places[0],
        insns=(_RT_SIGRETURN, _TRAP),
        stack=save_altstack(t),
        extra_size=Upper.size(t.arch.model),
        upper=upper(t),
        rwin_save=places[1],
    )


def _restore(t: Thread, frame: OldFrame | RtFrame) -> None:
    regs = frame.regs
    if (regs.pc | regs.npc) & 3 or regs.u_regs[14] & 7:
        raise LinuxError(EFAULT)
    if frame.fpu_save:
        set_fpu_state(t, t.memory.load(frame.fpu_save, FpuState))
    flush(t)
    wide = regs.psr & PSR_V8PLUS == PSR_V8PLUS and frame.upper.halves[0] == _UPPER
    set_pt_regs(t, regs, frame.upper.halves if wide else None)
    if frame.rwin_save:
        put_back(t, t.memory.load(frame.rwin_save, Kept))
    else:
        reload(t)


def psr(t: Thread) -> int:
    """The processor state register as a processor of V8 would have it, and xcc."""
    codes = flags(t)
    return _PSR | (codes & 15) << 20 | (codes >> 4) << 16


def pt_regs(t: Thread) -> PtRegs32:
    """The registers as frames and ptrace(2) have them."""
    pc, npc = pcs(t)
    return PtRegs32(
        psr=psr(t),
        pc=pc & _LOW,
        npc=npc & _LOW,
        y=t.cpu.read("y") & _LOW,
        u_regs=(0, *[word & _LOW for word in t.cpu.bank(*G, *O).get()]),
    )


def upper(t: Thread) -> Upper:
    """What 32-bit programs may have in the upper halves of registers."""
    return Upper(halves=(_UPPER, *[word >> 32 for word in t.cpu.bank(*G, *O).get()]), asi=_ASI)


def set_pt_regs(t: Thread, regs: PtRegs32, halves: Sequence[int] | None = None) -> None:
    """Take them back; without `halves` those above the registers are 0."""
    words = regs.u_regs
    if halves is not None:
        words = tuple(low | high << 32 for low, high in zip(words, halves, strict=True))
    t.cpu.bank(*G, *O).set(words[1:])
    t.cpu.write("y", regs.y)
    wide = regs.psr & PSR_V8PLUS == PSR_V8PLUS
    set_flags(t, (regs.psr >> 16 & 15) << 4 | regs.psr >> 20 & 15 if wide else regs.psr >> 20 & 15)
    set_pc(t, regs.pc, regs.npc)
