"""Register sets of 32-bit SPARC for ptrace(2)."""

from __future__ import annotations

from ..abi.layout import U32, Addr, Array, CStruct
from ..abi.ptrace import NT_PRFPREG, NT_PRSTATUS
from .regsets import POINTED, REQUESTS, USER_DEBUG, USER_SIZE, RegisterSet, hit, repeatable, watched
from .sparc32_frames import PtRegs32, pt_regs, set_pt_regs
from .sparc32plus import ARCH
from .sparc_state import set_fsr

__all__ = ("POINTED", "REQUESTS", "SETS", "USER_DEBUG", "USER_SIZE", "hit", "repeatable", "watched")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_LOW = 0xFFFFFFFF
_FLOATS = 128  # bytes of %f0 to %f31, two to a word of the engine's
_FPU_STATE = 1 << 8 | 8 << 16  # enabled, and the size of an entry of its queue


class GeneralRegs(CStruct):
    """Globals and outs, locals and ins, then what traps save."""

    u_regs: tuple[int, ...] = Array(U32, 16)
    window: tuple[int, ...] = Array(U32, 16)
    psr: U32
    pc: Addr
    npc: Addr
    y: U32
    wim: U32
    tbr: U32


class FloatRegs(CStruct):
    """Registers of V8, and its floating-point queue, which is empty."""

    regs: tuple[int, ...] = Array(U32, 32)
    _pad: U32
    fsr: U32
    flags: U32
    queue: tuple[int, ...] = Array(U32, 64)


def _get(t: Thread, _: int) -> bytes:
    now = pt_regs(t)
    window = tuple(word & _LOW for word in t.cpu.windows.current()[1])
    return GeneralRegs(
        u_regs=now.u_regs, window=window, psr=now.psr, pc=now.pc, npc=now.npc, y=now.y
    ).pack(ARCH.model)


def _set(t: Thread, data: bytes) -> None:
    new = GeneralRegs.unpack(ARCH.model, data)
    regs = PtRegs32(u_regs=new.u_regs, psr=new.psr, pc=new.pc, npc=new.npc, y=new.y)
    set_pt_regs(t, regs)
    t.cpu.windows.put(new.window)


def _get_fp(t: Thread, _: int) -> bytes:
    state = t.cpu.read("fpr").to_bytes(256, "little")
    words = [int.from_bytes(state[at : at + 8], "little") for at in range(0, _FLOATS, 8)]
    regs = tuple(half for word in words for half in (word >> 32, word & _LOW))
    fsr = t.cpu.read("fsr") & _LOW
    return FloatRegs(regs=regs, fsr=fsr, flags=_FPU_STATE).pack(ARCH.model)


def _set_fp(t: Thread, data: bytes) -> None:
    new = FloatRegs.unpack(ARCH.model, data)
    pairs = zip(new.regs[::2], new.regs[1::2], strict=True)
    low = b"".join((high << 32 | low).to_bytes(8, "little") for high, low in pairs)
    rest = t.cpu.read("fpr") >> 8 * _FLOATS << 8 * _FLOATS
    t.cpu.write("fpr", rest | int.from_bytes(low, "little"))
    set_fsr(t, t.cpu.read("fsr") & ~_LOW | new.fsr)


SETS = {NT_PRSTATUS: RegisterSet(_get, _set, 4), NT_PRFPREG: RegisterSet(_get_fp, _set_fp, 4)}
