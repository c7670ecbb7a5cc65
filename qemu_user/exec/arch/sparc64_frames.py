"""Signal frames of 64-bit SPARC: struct rt_signal_frame."""

from __future__ import annotations

from errno import EFAULT

from ..abi.layout import U32, U64, Addr, Array, CStruct, SigSet, ULong
from ..abi.signals import SigAltStack
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
from .sparc_windows import Kept, flush, flushed, keep, packed, put_back, reload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..signals import Action, SigInfo
    from ..thread import Thread

BIAS = 2047
_MAGIC = 0x57AC6C00
_STATE = 0x82 << 24 | 0x12 << 8  # of TSTATE: ASI, and of PSTATE interrupts and the FPU enabled
_MASK = (1 << 64) - 1


class PtRegs(CStruct):
    """struct pt_regs: globals and outs, then what traps save."""

    u_regs: tuple[int, ...] = Array(U64, 16)
    tstate: U64
    tpc: U64
    tnpc: U64
    y: U32
    magic: U32


class After(CStruct):
    """struct rt_signal_frame behind its siginfo."""

    regs: PtRegs
    fpu_save: Addr
    stack: SigAltStack
    mask: SigSet
    rwin_save: Addr
    _pad: ULong
    fpu: FpuState


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
        window = packed(t, cpu.windows.current()[1]).ljust(_INFO_AT, b"\0")
        kept = keep(t, left).pack(model) if left else b""
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
            put_back(t, t.memory.load(after.rwin_save, Kept))
        else:
            reload(t)
        restore_altstack(t, after.stack)
        return after.mask


def pt_regs(t: Thread) -> PtRegs:
    """The registers as frames and ptrace(2) have them."""
    cpu = t.cpu
    pc, npc = pcs(t)
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
