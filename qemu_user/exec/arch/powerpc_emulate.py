"""What Linux does for PowerPC programs in place of the processor (Power ISA book I, 3.3).

Programs may ask for the processor's version, and use instructions that some processors lack.
"""

from __future__ import annotations

from ..cpu import Raised
from ..errors import LinuxError
from .powerpc import PROGRAM, R, order_of, read_xer, write_xer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..cpu import Trap
    from ..thread import Thread

_VERSION = {4: 0x80030102, 8: 0x004E1200}  # of a 7447A and a POWER9, by the size of registers
_MFSPR, _MTSPR, _PVR, _DSCR, _USER_DSCR = 339, 467, 287, 17, 3
_DCBA, _MCRXR, _POPCNTB = 758, 512, 122
_LSWX, _LSWI, _STSWX, _STSWI = 533, 597, 661, 725
# Of opcode 31: MFMSR, MTMSR, MTMSRD, segment registers, translations, DCBI; of 19: returns
_PRIVILEGED = {
    31: (83, 146, 178, 210, 242, 595, 659, 274, 306, 370, 566, 402, 434, 466, 498, 470),
    19: (50, 18, 274, 402, 434, 466, 498, 370),
}


def emulate(t: Thread) -> bool | Trap:
    """Do the instruction at PC if it is one of these, else how it traps."""
    pc = t.cpu.read("pc")
    try:
        code = int.from_bytes(t.memory.read(pc, 4), order_of(t))
        done = code >> 26 == 31 and _do(t, code)
    except LinuxError:
        return False
    if not done and t.arch.model.word == 8:
        from .ppc64_supply import supply

        done = supply(t, code)
    if done:
        t.cpu.write("pc", pc + 4)
        return True
    return Raised(PROGRAM) if _is_program(code) else False


def _is_program(code: int) -> bool:
    """Whether this is a trap or a privileged instruction; the others are illegal."""
    op, extended = code >> 26, code >> 1 & 0x3FF
    if op in (2, 3) or (op == 31 and extended in (4, 68)):
        return True
    if op == 31 and extended in (_MFSPR, _MTSPR):
        return bool(code >> 20 & 1)  # the register's number says it
    return extended in _PRIVILEGED.get(op, ())


def _do(t: Thread, code: int) -> bool:
    extended, target, a = code >> 1 & 0x3FF, code >> 21 & 31, code >> 16 & 31
    special = code >> 16 & 31 | code >> 6 & 0x3E0
    if extended == _MFSPR and special == _PVR:
        t.cpu.write(R[target], _VERSION[t.arch.model.word])
    elif extended == _MCRXR:
        _mcrxr(t, target >> 2)
    elif extended == _POPCNTB:
        counts = (byte.bit_count() for byte in t.cpu.read(R[target]).to_bytes(8))
        mask = (1 << 8 * t.arch.model.word) - 1
        t.cpu.write(R[a], int.from_bytes(bytes(counts)) & mask)
    elif extended & 0x1F == 15:  # ISEL
        _select(t, code)
    else:
        return extended == _DCBA
    return True


def _mcrxr(t: Thread, field: int) -> None:
    """The summaries and the carry go from XER to a field of CR."""
    xer, shift = read_xer(t), 28 - 4 * field
    t.cpu.write("cr", t.cpu.read("cr") & ~(15 << shift) | xer >> 28 << shift)
    write_xer(t, xer & 0x0FFFFFFF)


def _select(t: Thread, code: int) -> None:
    """One of two registers, as a bit of CR says."""
    chosen = code >> 16 & 31
    if not t.cpu.read("cr") >> 31 - (code >> 6 & 31) & 1:
        chosen = code >> 11 & 31
    elif not chosen:
        t.cpu.write(R[code >> 21 & 31], 0)
        return
    t.cpu.write(R[code >> 21 & 31], t.cpu.read(R[chosen]))
