"""Register sets of AArch64 for ptrace(2): <asm/ptrace.h>."""

from __future__ import annotations

from ..abi.layout import S32, U32, U64, Array, Bytes, CStruct
from ..abi.ptrace import (
    NT_ARM_HW_BREAK,
    NT_ARM_HW_WATCH,
    NT_ARM_SYSTEM_CALL,
    NT_ARM_TLS,
    NT_PRFPREG,
    NT_PRSTATUS,
)
from .aarch64 import ARCH, PSTATE, byte_order
from .aarch64_debug import (
    BREAKPOINTS,
    DEBUG_WORDS,
    TRAPS_BEFORE,
    WATCHPOINTS,
    hit,
    repeatable,
    watched,
)
from .regsets import POINTED, REQUESTS, USER_DEBUG, USER_SIZE, RegisterSet

__all__ = (
    "DEBUG_WORDS", "POINTED", "REQUESTS", "SETS", "TRAPS_BEFORE", "USER_DEBUG", "USER_SIZE", "hit",
    "repeatable", "watched",
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_X = ARCH.registers.general[:31]
_VECTOR = ARCH.registers.vector


class UserRegs(CStruct):
    """struct user_pt_regs."""

    regs: tuple[int, ...] = Array(U64, 31)
    sp: U64
    pc: U64
    pstate: U64


class FpSimdState(CStruct):
    """struct user_fpsimd_state."""

    vregs: bytes = Bytes(512)
    fpsr: U32
    fpcr: U32
    reserved: bytes = Bytes(8)


class SystemCall(CStruct):
    """The number of NT_ARM_SYSTEM_CALL."""

    number: S32


def _get(t: Thread, _: int) -> bytes:
    *regs, sp, pc, pstate = t.cpu.bank(*_X, "sp", "pc", "pstate").get()
    return UserRegs(regs=tuple(regs), sp=sp, pc=pc, pstate=pstate).pack(t.arch.model)


def _set(t: Thread, data: bytes) -> None:
    new = UserRegs.unpack(t.arch.model, data)
    pstate = t.cpu.read("pstate") & ~PSTATE | new.pstate & PSTATE
    t.cpu.bank(*_X, "sp", "pc", "pstate").set((*new.regs, new.sp, new.pc, pstate))


def _get_fp(t: Thread, _: int) -> bytes:
    fpsr, fpcr = t.cpu.bank("fpsr", "fpcr").get()
    vregs = b"".join(
        value.to_bytes(16, byte_order(t.arch.model)) for value in t.cpu.bank(*_VECTOR).get()
    )
    return FpSimdState(vregs=vregs, fpsr=fpsr, fpcr=fpcr).pack(t.arch.model)


def _set_fp(t: Thread, data: bytes) -> None:
    new = FpSimdState.unpack(t.arch.model, data)
    order = byte_order(t.arch.model)
    values = [int.from_bytes(new.vregs[16 * n : 16 * n + 16], order) for n in range(32)]
    t.cpu.bank(*_VECTOR).set(values)
    t.cpu.bank("fpsr", "fpcr").set((new.fpsr, new.fpcr))


def _get_tls(t: Thread, _: int) -> bytes:
    return t.cpu.read("tpidr_el0").to_bytes(8, byte_order(t.arch.model))


def _set_tls(t: Thread, data: bytes) -> None:
    t.cpu.write("tpidr_el0", int.from_bytes(data, byte_order(t.arch.model)))


def _get_call(t: Thread, number: int) -> bytes:
    return SystemCall(number=number).pack(t.arch.model)


def _set_call(t: Thread, data: bytes) -> int:
    return SystemCall.unpack(t.arch.model, data).number


SETS = {
    NT_PRSTATUS: RegisterSet(_get, _set),
    NT_PRFPREG: RegisterSet(_get_fp, _set_fp, 4),
    NT_ARM_TLS: RegisterSet(_get_tls, _set_tls),
    NT_ARM_HW_BREAK: BREAKPOINTS,
    NT_ARM_HW_WATCH: WATCHPOINTS,
    NT_ARM_SYSTEM_CALL: RegisterSet(_get_call, _set_call, 4),
}
