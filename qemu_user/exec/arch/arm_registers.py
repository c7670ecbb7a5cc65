"""Register sets of 32-bit Arm for ptrace(2): <asm/ptrace.h>, and PEEKUSER's struct user."""

from __future__ import annotations

from ..abi.layout import S32, U32, U64, Array, CStruct
from ..abi.ptrace import NT_ARM_SYSTEM_CALL, NT_ARM_TLS, NT_ARM_VFP, NT_PRFPREG, NT_PRSTATUS
from .arm import TLS
from .arm_frames import DOUBLES, SAVED, set_psr, vfp_state
from .regsets import POINTED, USER_DEBUG, RegisterSet, hit, watched

__all__ = ("POINTED", "REQUESTS", "SETS", "USER_DEBUG", "USER_SIZE", "hit", "watched")

_FPA_SIZE = 116  # bytes of struct user_fp, registers of a coprocessor that there is no more

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ..thread import Thread


class UserRegs(CStruct):
    """struct pt_regs: r0 to r15, CPSR, and r0 as the call under way got it."""

    regs: tuple[int, ...] = Array(U32, 16)
    cpsr: U32
    orig_r0: U32


class VfpState(CStruct):
    """struct user_vfp."""

    fpregs: tuple[int, ...] = Array(U64, 32)
    fpscr: U32


class SystemCall(CStruct):
    """The number of NT_ARM_SYSTEM_CALL."""

    number: S32


def _get(t: Thread, number: int) -> bytes:
    regs = tuple(t.cpu.bank(*SAVED).get())
    first = t.words[0] if number >= 0 and t.words else 0xFFFFFFFF
    return UserRegs(regs=regs, cpsr=t.cpu.read("cpsr"), orig_r0=first).pack(t.arch.model)


def _set(t: Thread, data: bytes) -> None:
    new = UserRegs.unpack(t.arch.model, data)
    set_psr(t, new.cpsr)
    t.cpu.bank(*SAVED).set(new.regs)


def _get_fpa(_t: Thread, _: int) -> bytes:
    return bytes(_FPA_SIZE)


def _set_fpa(_t: Thread, _: bytes) -> None:
    """Nothing reads them."""


def _get_vfp(t: Thread, _: int) -> bytes:
    doubles, fpscr = vfp_state(t.cpu)
    return VfpState(fpregs=doubles, fpscr=fpscr).pack(t.arch.model)[:260]


def _set_vfp(t: Thread, data: bytes) -> None:
    new = VfpState.unpack(t.arch.model, data.ljust(VfpState.size(t.arch.model), b"\0"))
    t.cpu.bank(*DOUBLES).set(new.fpregs)
    t.cpu.write("fpscr", new.fpscr)


def _order(t: Thread) -> Literal["little", "big"]:
    return "little" if t.arch.model.order == "<" else "big"


def _get_tls(t: Thread, _: int) -> bytes:
    return t.cpu.read(TLS).to_bytes(4, _order(t))


def _set_tls(t: Thread, data: bytes) -> None:
    t.cpu.write(TLS, int.from_bytes(data[:4], _order(t)))


def _get_call(t: Thread, number: int) -> bytes:
    return SystemCall(number=number).pack(t.arch.model)


def _set_call(t: Thread, data: bytes) -> int:
    return SystemCall.unpack(t.arch.model, data).number


SETS = {
    NT_PRSTATUS: RegisterSet(_get, _set, 4),
    NT_PRFPREG: RegisterSet(_get_fpa, _set_fpa, 4),
    NT_ARM_VFP: RegisterSet(_get_vfp, _set_vfp, 4),
    NT_ARM_TLS: RegisterSet(_get_tls, _set_tls, 4),
    NT_ARM_SYSTEM_CALL: RegisterSet(_get_call, _set_call, 4),
}
# Requests for a whole set -> its note, and whether they set it.
REQUESTS = {
    12: (NT_PRSTATUS, False),  # PTRACE_GETREGS
    13: (NT_PRSTATUS, True),
    27: (NT_ARM_VFP, False),  # PTRACE_GETVFPREGS
    28: (NT_ARM_VFP, True),
}
SETTERS = {23: NT_ARM_SYSTEM_CALL}  # PTRACE_SET_SYSCALL: requests with a value -> its note
USER_SIZE = 296  # sizeof(struct user); what lies behind the registers reads as zeros
