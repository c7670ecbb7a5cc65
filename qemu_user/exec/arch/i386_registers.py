"""Register sets of i386 for ptrace(2): <sys/user.h>, and PEEKUSER's struct user."""

from __future__ import annotations

from errno import EINVAL

from ..abi.layout import S32, U32, CStruct
from ..abi.ptrace import NT_386_TLS, NT_PRFPREG, NT_PRSTATUS, NT_PRXFPREG, NT_X86_XSTATE
from ..errors import LinuxError
from .i386 import ARCH
from .i386_frames import LEGACY_FP, legacy_fp, restore_legacy_fp
from .i386_segments import CS, DS, SELECTORS, load, set_tls_entries, tls_entries
from .regsets import RegisterSet
from .x86_64 import FLAGS
from .x86_64_fp import FpState, fp_state, restore_fp
from .x86_64_registers import DEBUG_WORDS, TRAPS_BEFORE, hit, watched

__all__ = (
    "DEBUG_WORDS",
    "POINTED",
    "REQUESTS",
    "SETS",
    "TRAPS_BEFORE",
    "USER_DEBUG",
    "USER_SIZE",
    "hit",
    "watched",
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_FXSAVE = 512  # bytes
_XCR0_AT = 464  # in the area: what the kernel says of the state components in use
_XSAVE = _FXSAVE + 64
_X87_AND_SSE = 3


class UserRegs(CStruct):
    """struct user_regs_struct."""

    ebx: U32
    ecx: U32
    edx: U32
    esi: U32
    edi: U32
    ebp: U32
    eax: U32
    ds: U32
    es: U32
    fs: U32
    gs: U32
    orig_eax: S32
    eip: U32
    cs: U32
    eflags: U32
    esp: U32
    ss: U32


_FIXED = ("orig_eax", "cs", "ss", *SELECTORS)
_NAMES = tuple(n for n in UserRegs.layout(ARCH.model).offsets if n not in _FIXED)


def _get(t: Thread, number: int) -> bytes:
    values = dict(zip(_NAMES, t.cpu.bank(*_NAMES).get(), strict=True))
    values |= {name: t.cpu.read(name) for name in SELECTORS}
    return UserRegs(orig_eax=number, cs=CS, ss=DS, **values).pack(ARCH.model)


def _set(t: Thread, data: bytes) -> int:
    regs = UserRegs.unpack(ARCH.model, data)
    regs.eflags = t.cpu.read("eflags") & ~FLAGS | regs.eflags & FLAGS
    t.cpu.bank(*_NAMES).set([getattr(regs, name) for name in _NAMES])
    for name in SELECTORS:
        load(t, name, getattr(regs, name) & 0xFFFF)
    return regs.orig_eax


def _get_fp(t: Thread, _: int) -> bytes:
    return legacy_fp(t.cpu)[:LEGACY_FP]


def _set_fp(t: Thread, data: bytes) -> None:
    restore_legacy_fp(t.cpu, data)


def _fx(t: Thread) -> bytes:
    return fp_state(t.cpu).pack(ARCH.model)[:_XCR0_AT].ljust(_FXSAVE, b"\0")


def _get_fx(t: Thread, _: int) -> bytes:
    return _fx(t)


def _set_fx(t: Thread, data: bytes) -> None:
    state = FpState.unpack(ARCH.model, data.ljust(FpState.size(ARCH.model), b"\0"))
    if state.mxcsr & ~0xFFFF:
        raise LinuxError(EINVAL)
    restore_fp(t.cpu, state)


def _get_xstate(t: Thread, _: int) -> bytes:
    components = _X87_AND_SSE.to_bytes(8, "little")
    return _fx(t)[:_XCR0_AT] + components + bytes(40) + components + bytes(56)


def _set_xstate(t: Thread, data: bytes) -> None:
    if len(data) < _XSAVE:
        raise LinuxError(EINVAL)
    _set_fx(t, data[:_FXSAVE])


def _get_tls(t: Thread, _: int) -> bytes:
    return tls_entries(t)


SETS = {
    NT_PRSTATUS: RegisterSet(_get, _set, 4),
    NT_PRFPREG: RegisterSet(_get_fp, _set_fp, 4),
    NT_PRXFPREG: RegisterSet(_get_fx, _set_fx, 4),
    NT_X86_XSTATE: RegisterSet(_get_xstate, _set_xstate),
    NT_386_TLS: RegisterSet(_get_tls, set_tls_entries, 16),
}
# Requests for a whole set -> its note, and whether they set it.
REQUESTS = {
    12: (NT_PRSTATUS, False),  # PTRACE_GETREGS
    13: (NT_PRSTATUS, True),
    14: (NT_PRFPREG, False),  # PTRACE_GETFPREGS
    15: (NT_PRFPREG, True),
    18: (NT_PRXFPREG, False),  # PTRACE_GETFPXREGS
    19: (NT_PRXFPREG, True),
}
USER_SIZE = 284  # sizeof(struct user); what lies behind the registers reads as zeros
USER_DEBUG = (252, 284)  # u_debugreg
POINTED: dict[tuple[int, int], int] = {}
