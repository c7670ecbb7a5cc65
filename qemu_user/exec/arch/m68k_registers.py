"""Register sets of m68k for ptrace(2): struct user_regs_struct and user_m68kfp_struct."""

from __future__ import annotations

from ..abi.layout import U16, U32, Array, Bytes, CStruct
from ..abi.ptrace import NT_PRFPREG, NT_PRSTATUS
from .m68k import ARCH
from .m68k_frames import (
    FP_CONTROL,
    fp_registers,
    set_fp_control,
    set_fp_registers,
    vector_of,
)
from .regsets import POINTED, USER_DEBUG, RegisterSet, hit, repeatable, watched

__all__ = ("POINTED", "REQUESTS", "SETS", "USER_DEBUG", "USER_SIZE", "hit", "repeatable", "watched")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_NAMES = (*(f"d{n}" for n in range(1, 8)), *(f"a{n}" for n in range(7)), "d0", "a7")


class UserRegs(CStruct):
    """struct user_regs_struct: d1 to d7, a0 to a6, d0, usp, then the exception's words."""

    regs: tuple[int, ...] = Array(U32, 16)
    orig_d0: U32
    stkadj: U16
    sr: U16
    pc: U32
    fmtvec: U16
    _fill: U16


class UserFp(CStruct):
    """struct user_m68kfp_struct."""

    fpregs: bytes = Bytes(96)
    fpcntl: tuple[int, ...] = Array(U32, 3)


def _get(t: Thread, number: int) -> bytes:
    return UserRegs(
        regs=tuple(t.cpu.bank(*_NAMES).get()),
        orig_d0=number & 0xFFFFFFFF,
        sr=t.cpu.read("sr"),
        pc=t.cpu.read("pc"),
        fmtvec=vector_of(t),
    ).pack(ARCH.model)


def _set(t: Thread, data: bytes) -> int:
    new = UserRegs.unpack(ARCH.model, data)
    t.cpu.write("sr", new.sr & 0xFF)
    t.cpu.bank(*_NAMES, "pc").set((*new.regs, new.pc))
    return (new.orig_d0 ^ 1 << 31) - (1 << 31)


def _get_fp(t: Thread, _: int) -> bytes:
    control = (*t.cpu.bank(*FP_CONTROL).get(), 0)
    return UserFp(fpregs=fp_registers(t), fpcntl=control).pack(ARCH.model)


def _set_fp(t: Thread, data: bytes) -> None:
    new = UserFp.unpack(ARCH.model, data)
    set_fp_registers(t, new.fpregs)
    set_fp_control(t, new.fpcntl[0], new.fpcntl[1])


SETS = {
    NT_PRSTATUS: RegisterSet(_get, _set, 4),
    NT_PRFPREG: RegisterSet(_get_fp, _set_fp, 4),
}
# Requests for a whole set -> its note, and whether they set it.
REQUESTS = {
    12: (NT_PRSTATUS, False),  # PTRACE_GETREGS
    13: (NT_PRSTATUS, True),
    14: (NT_PRFPREG, False),  # PTRACE_GETFPREGS
    15: (NT_PRFPREG, True),
}
USER_SIZE = 80  # of struct user_regs_struct, with which struct user begins
