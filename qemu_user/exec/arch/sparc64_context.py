"""Traps 0x6e and 0x6f of 64-bit SPARC: getcontext(3) and setcontext(3), which setjmp(3) uses."""

from __future__ import annotations

from ..abi import signals as abi
from ..abi.layout import U64, Array, CStruct, SigSet
from ..cpu import EXEC
from ..errors import LinuxError
from .sparc64_frames import BIAS
from .sparc_state import G, O, flags, set_flags, set_pc
from .sparc_windows import flush, reload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_GET, _SET = 0x91D0206E, 0x91D0206F
_MASK = (1 << 64) - 1
_UNBLOCKABLE = 1 << abi.SIGKILL - 1 | 1 << abi.SIGSTOP - 1
_WINDOW_FP = 112  # of %i6 and %i7 in the save area of a window


class Context(CStruct):
    """struct ucontext up to its general registers."""

    uc_link: U64
    uc_flags: U64
    uc_sigmask: SigSet
    _pad: U64
    mc_tstate: U64
    mc_pc: U64
    mc_npc: U64
    mc_y: U64
    mc_regs: tuple[int, ...] = Array(U64, 15)
    mc_fp: U64
    mc_i7: U64


def emulate(t: Thread) -> bool:
    """Do the trap at PC, if it is one of them; a bad address is not, and ends as SIGILL."""
    pc = t.cpu.read("pc")
    word = int.from_bytes(b"".join(t.memory.views(pc, 4, EXEC)), "big")
    try:
        if word == _GET:
            _get(t)
        elif word == _SET:
            _set(t)
        else:
            return False
    except LinuxError:
        return False
    return True


def _get(t: Thread) -> None:
    cpu, memory = t.cpu, t.memory
    flush(t)
    npc = cpu.read("npc")
    at = cpu.read("o0")
    sp = cpu.read("o6") + BIAS & _MASK
    context = Context(
        uc_sigmask=t.mask,
        mc_tstate=flags(t) << 32,
        mc_pc=npc,
        mc_npc=npc + 4,
        mc_y=cpu.read("y"),
        mc_regs=tuple(cpu.bank(*G, *O).get()),
        mc_fp=memory.word(sp + _WINDOW_FP),
        mc_i7=memory.word(sp + _WINDOW_FP + 8),
    )
    memory.write(at, context.pack(t.arch.model))
    set_pc(t, npc)


def _set(t: Thread) -> None:
    cpu, memory = t.cpu, t.memory
    flush(t)
    context = memory.load(cpu.read("o0"), Context)
    if cpu.read("o1"):
        t.mask = context.uc_sigmask & ~_UNBLOCKABLE
    g7 = cpu.read("g7")
    cpu.bank(*G, *O).set(context.mc_regs)
    cpu.write("g7", g7)
    cpu.write("y", context.mc_y)
    set_flags(t, context.mc_tstate >> 32 & 0xFF)
    sp = cpu.read("o6") + BIAS & _MASK
    memory.set_word(sp + _WINDOW_FP, context.mc_fp)
    memory.set_word(sp + _WINDOW_FP + 8, context.mc_i7)
    reload(t)
    set_pc(t, context.mc_pc, context.mc_npc)
