"""Register sets of s390x for ptrace(2): <asm/ptrace.h>."""

from __future__ import annotations

from ..abi.layout import U32, U64, Array, CStruct
from ..abi.ptrace import NT_PRFPREG, NT_PRSTATUS
from .regsets import POINTED, REQUESTS, USER_DEBUG, USER_SIZE, RegisterSet, hit, repeatable, watched
from .s390x import ARCH, set_floats, set_sig_regs, sig_regs

__all__ = (
    "POINTED",
    "REQUESTS",
    "SETS",
    "USER_DEBUG",
    "USER_SIZE",
    "hit",
    "repeatable",
    "watched",
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread


class Regs(CStruct):
    """s390_regs: PSW, general and access registers, and R2 at the call's beginning."""

    mask: U64
    addr: U64
    gprs: tuple[int, ...] = Array(U64, 16)
    acrs: tuple[int, ...] = Array(U32, 16)
    orig_gpr2: U64


class FpRegs(CStruct):
    """s390_fp_regs."""

    fpc: U32
    _pad0: U32
    fprs: tuple[int, ...] = Array(U64, 16)


def _get(t: Thread, _: int) -> bytes:
    regs = sig_regs(t)
    first = t.words[0] if t.words else regs.gprs[2]
    return Regs(
        mask=regs.mask, addr=regs.addr, gprs=regs.gprs, acrs=regs.acrs, orig_gpr2=first
    ).pack(ARCH.model)


def _set(t: Thread, data: bytes) -> None:
    new, regs = Regs.unpack(ARCH.model, data), sig_regs(t)
    regs.mask, regs.addr, regs.gprs, regs.acrs = new.mask, new.addr, new.gprs, new.acrs
    set_sig_regs(t, regs)


def _get_fp(t: Thread, _: int) -> bytes:
    regs = sig_regs(t)
    return FpRegs(fpc=regs.fpc, fprs=regs.fprs).pack(ARCH.model)


def _set_fp(t: Thread, data: bytes) -> None:
    new = FpRegs.unpack(ARCH.model, data)
    set_floats(t, new.fpc, new.fprs)


SETS = {
    NT_PRSTATUS: RegisterSet(_get, _set),
    NT_PRFPREG: RegisterSet(_get_fp, _set_fp),
}
