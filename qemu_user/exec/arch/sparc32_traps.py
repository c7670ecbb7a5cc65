"""Software traps of 32-bit SPARC beside system calls: condition codes and PSR, for code of V8.

And the compare-and-swap of LEON processors, which name the address space of user data (0xb) or
instructions (0xa), to which user code of V9 has no access.
"""

from __future__ import annotations

from ..cpu import EXEC, READ, WRITE, Fault, Raised
from ..errors import LinuxError
from .sparc32_frames import psr
from .sparc_state import G, I, L, O, flags, set_flags, set_pc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..cpu import Trap
    from ..thread import Thread

_GETCC, _SETCC, _GETPSR = 0x120, 0x121, 0x122
_MISALIGNED, _PRIVILEGED = 0x34, 0x37
TRAPS = (_GETCC, _SETCC, _GETPSR, _PRIVILEGED)
_LOW = 0xFFFFFFFF
_CASA, _USER_SPACES = 0x3C, (0x0A, 0x0B)
_NAMES = ("", *G, *O, *L, *I)


def emulate(t: Thread) -> bool | Trap:
    """Do the instruction at PC, if it is one of them."""
    pc = t.cpu.read("pc")
    code = int.from_bytes(b"".join(t.memory.views(pc, 4, EXEC)), "big")
    kind, operation = code >> 30, code >> 19 & 0x3F
    if kind == 2 and operation == 0x3A and code >> 13 & 1:
        return _software(t, 0x100 + (code & 0x7F))
    if kind == 3 and code >> 23 & 3 and not code >> 13 & 1:
        space = code >> 5 & 0xFF
        if operation == _CASA and space in _USER_SPACES:
            return _swap(t, code)
        if space < 0x80:
            return Raised(_PRIVILEGED)
    return False


def _software(t: Thread, number: int) -> bool:
    if number == _GETCC:
        t.cpu.write("g1", flags(t) & 15)
    elif number == _SETCC:
        codes = t.cpu.read("g1") & 15
        set_flags(t, codes)
    elif number == _GETPSR:
        t.cpu.write("g1", psr(t))
    else:
        return False
    return _advance(t)


def _swap(t: Thread, code: int) -> bool | Trap:
    """CASA, or how it traps."""
    where, compared, target = (_NAMES[code >> at & 31] for at in (14, 0, 25))
    addr = t.cpu.read(where) & _LOW if where else 0
    if addr & 3:
        return Raised(_MISALIGNED)
    try:
        found = t.memory.u32(addr)
    except LinuxError:
        return Fault(addr, READ)
    new = t.cpu.read(target) & _LOW if target else 0
    same = found == (t.cpu.read(compared) & _LOW if compared else 0)
    try:
        t.memory.set_u32(addr, new if same else found)
    except LinuxError:
        return Fault(addr, WRITE)
    if target:
        t.cpu.write(target, found)
    return _advance(t)


def _advance(t: Thread) -> bool:
    set_pc(t, t.cpu.read("npc"))
    return True
