"""Register sets of 32-bit PowerPC for ptrace(2): <asm/ptrace.h>."""

from __future__ import annotations

from ..abi.layout import U32, U64, Array, CStruct
from ..abi.ptrace import NT_PPC_VMX, NT_PRFPREG, NT_PRSTATUS
from .powerpc import FPR, pt_regs, set_traced_regs, set_vector_image, vector_image
from .regsets import POINTED, USER_DEBUG, RegisterSet, hit, repeatable, watched

__all__ = ("POINTED", "REQUESTS", "SETS", "USER_DEBUG", "USER_SIZE", "hit", "repeatable", "watched")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_VMX_SIZE = 33 * 16 + 4  # VRSAVE is the last word


class PtRegs(CStruct):
    """struct pt_regs, with what ELF_NGREG adds."""

    words: tuple[int, ...] = Array(U32, 48)


class FpRegs(CStruct):
    """The floating-point registers and FPSCR."""

    words: tuple[int, ...] = Array(U64, 33)


def _get(t: Thread, _: int) -> bytes:
    first = t.words[0] if t.words else None
    return PtRegs(words=pt_regs(t, first)).pack(t.arch.model)


def _set(t: Thread, data: bytes) -> int | None:
    return set_traced_regs(t, PtRegs.unpack(t.arch.model, data).words)


def _get_fp(t: Thread, _: int) -> bytes:
    words = (*t.cpu.bank(*FPR).get(), t.cpu.read("fpscr"))
    return FpRegs(words=words).pack(t.arch.model)


def _set_fp(t: Thread, data: bytes) -> None:
    *registers, fpscr = FpRegs.unpack(t.arch.model, data).words
    t.cpu.bank(*FPR).set(registers)
    t.cpu.write("fpscr", fpscr & 0xFFFFFFFF)


def _get_vmx(t: Thread, _: int) -> bytes:
    return vector_image(t)[:_VMX_SIZE]


def _set_vmx(t: Thread, data: bytes) -> None:
    set_vector_image(t, data)


SETS = {
    NT_PRSTATUS: RegisterSet(_get, _set, 4),
    NT_PRFPREG: RegisterSet(_get_fp, _set_fp),
    NT_PPC_VMX: RegisterSet(_get_vmx, _set_vmx, 4),
}
# Requests for a whole set -> its note, and whether they set it.
REQUESTS = {
    12: (NT_PRSTATUS, False),  # PTRACE_GETREGS
    13: (NT_PRSTATUS, True),
    14: (NT_PRFPREG, False),  # PTRACE_GETFPREGS
    15: (NT_PRFPREG, True),
    18: (NT_PPC_VMX, False),  # PTRACE_GETVRREGS
    19: (NT_PPC_VMX, True),
}
USER_SIZE = 176  # words of pt_regs; PEEKUSER's floating-point registers are refused with EIO
