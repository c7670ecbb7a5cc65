"""What exceptions of x86 mean where their number does not tell (SDM volume 3, chapter 6)."""

from __future__ import annotations

from ..cpu import READ, Raised
from ..errors import LinuxError
from .x86_64 import SI_KERNEL, SIGFPE, SIGSEGV, SIGTRAP, Coded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

    Signal = tuple[int, int, int]

# Flags of MXCSR and of x87 -> FPE_FLTINV, FPE_FLTDIV, FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES
_FP_CODES = ((0x01, 7), (0x04, 3), (0x08, 4), (0x12, 5), (0x20, 6))
_X87, _SIMD = 16, 19
_DB, _BP, _OF, _GP = 1, 3, 4, 13
_CODED = (10, 11, 12, 13)
_TRAP_BRKPT = 1
_ILLEGAL = -1
_INT_SIZE = 2
_ICEBP = 0xF1
_PRIVILEGED = (0x33, 0x07, 0x35)  # RDPMC, SYSRET, SYSEXIT behind 0F: the engine says illegal


def exception(t: Thread, number: int) -> Signal | None:
    """Signal, si_code and si_addr; None: as the architecture's table says."""
    cpu = t.cpu
    soft, error = cpu.read("soft"), cpu.read("error_code")
    cpu.write("soft", 0)
    cpu.write("error_code", 0)
    if soft and number < 32 and number not in (_BP, _OF):
        return _interrupt(t, number)
    if number == _SIMD:
        mxcsr = cpu.read("mxcsr")
        return _floating(t, mxcsr & ~(mxcsr >> 7))
    if number == _X87:
        return _floating(t, cpu.read("fpsw") & ~cpu.read("fpcw"))
    if number == _ILLEGAL:
        return _refused(t, cpu.read(t.arch.registers.pc))
    if number in _CODED and error:
        t.last_trap = Coded(number, error & 0xFFFF)
    return None


def _floating(t: Thread, raised: int) -> Signal:
    code = next((code for bits, code in _FP_CODES if raised & bits), 0)
    return SIGFPE, code, t.cpu.read(t.arch.registers.pc)


def _interrupt(t: Thread, number: int) -> Signal:
    """INT, for which user code has no gate."""
    cpu = t.cpu
    number = 6 if number == _ILLEGAL else number
    cpu.write(t.arch.registers.pc, cpu.read("next") - _INT_SIZE)
    t.last_trap = Coded(_GP, number * 8 + 2)
    return SIGSEGV, SI_KERNEL, 0


def _refused(t: Thread, pc: int) -> Signal | None:
    """Instructions that are illegal for the engine only."""
    try:
        code = t.memory.read(pc, t.memory.permitted(pc, 2, READ))
    except LinuxError:
        return None
    if code[:1] == bytes((_ICEBP,)):
        t.cpu.write(t.arch.registers.pc, pc + 1)
        t.last_trap = Raised(_DB)
        return SIGTRAP, _TRAP_BRKPT, pc + 1
    if code[:1] == b"\x0f" and code[1:] and code[1] in _PRIVILEGED:
        t.last_trap = Raised(_GP)
        return SIGSEGV, SI_KERNEL, 0
    return None
