"""Register sets of 64-bit SPARC for ptrace(2)."""

from __future__ import annotations

from ..abi.layout import U64, Array, CStruct
from ..abi.ptrace import NT_PRFPREG, NT_PRSTATUS
from .regsets import POINTED, REQUESTS, USER_DEBUG, USER_SIZE, RegisterSet, hit, repeatable, watched
from .sparc64 import ARCH
from .sparc64_frames import PtRegs, pt_regs, set_pt_regs
from .sparc_state import FpuState, fpu_state, set_fpu_state

__all__ = ("POINTED", "REQUESTS", "SETS", "USER_DEBUG", "USER_SIZE", "hit", "repeatable", "watched")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread


class GeneralRegs(CStruct):
    """Globals and outs, locals and ins, then what traps save."""

    u_regs: tuple[int, ...] = Array(U64, 16)
    window: tuple[int, ...] = Array(U64, 16)
    tstate: U64
    tpc: U64
    tnpc: U64
    y: U64


def _get(t: Thread, _: int) -> bytes:
    now = pt_regs(t)
    _at, window = t.cpu.windows.current()
    return GeneralRegs(
        u_regs=now.u_regs,
        window=window,
        tstate=now.tstate,
        tpc=now.tpc,
        tnpc=now.tnpc,
        y=now.y,
    ).pack(ARCH.model)


def _set(t: Thread, data: bytes) -> None:
    new = GeneralRegs.unpack(ARCH.model, data)
    regs = PtRegs(u_regs=new.u_regs, tstate=new.tstate, tpc=new.tpc, tnpc=new.tnpc, y=new.y)
    set_pt_regs(t, regs)
    t.cpu.windows.put(new.window)


def _get_fp(t: Thread, _: int) -> bytes:
    return fpu_state(t).pack(ARCH.model)


def _set_fp(t: Thread, data: bytes) -> None:
    set_fpu_state(t, FpuState.unpack(ARCH.model, data))


SETS = {NT_PRSTATUS: RegisterSet(_get, _set), NT_PRFPREG: RegisterSet(_get_fp, _set_fp)}
