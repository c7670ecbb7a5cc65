"""Register sets of 64-bit RISC-V for ptrace(2): <asm/ptrace.h>."""

from __future__ import annotations

from ..abi.layout import U64, Array, CStruct, ULong
from ..abi.ptrace import NT_PRFPREG, NT_PRSTATUS
from .regsets import POINTED, REQUESTS, USER_DEBUG, USER_SIZE, RegisterSet, hit, repeatable, watched
from .riscv64 import F, X

__all__ = ("POINTED", "REQUESTS", "SETS", "USER_DEBUG", "USER_SIZE", "hit", "repeatable", "watched")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread


class UserRegs(CStruct):
    """struct user_regs_struct: PC and x1 to x31."""

    regs: tuple[int, ...] = Array(ULong, 32)


class FpState(CStruct):
    """struct __riscv_d_ext_state."""

    f: tuple[int, ...] = Array(U64, 32)
    fcsr: U64


def _get(t: Thread, _: int) -> bytes:
    return UserRegs(regs=tuple(t.cpu.bank("pc", *X).get())).pack(t.arch.model)


def _set(t: Thread, data: bytes) -> int | None:
    regs = UserRegs.unpack(t.arch.model, data).regs
    t.cpu.bank("pc", *X).set(regs)
    if t.traced is None or t.traced.number < 0:
        return None
    number = regs[17] & 0xFFFFFFFF  # a7; 0 is PC
    return number - (number >> 31 << 32)


def _get_fp(t: Thread, _: int) -> bytes:
    return FpState(f=tuple(t.cpu.bank(*F).get()), fcsr=t.cpu.read("fcsr")).pack(t.arch.model)


def _set_fp(t: Thread, data: bytes) -> None:
    new = FpState.unpack(t.arch.model, data)
    t.cpu.bank(*F).set(new.f)
    t.cpu.write("fcsr", new.fcsr & 0xFF)


SETS = {
    NT_PRSTATUS: RegisterSet(_get, _set),
    NT_PRFPREG: RegisterSet(_get_fp, _set_fp),
}
