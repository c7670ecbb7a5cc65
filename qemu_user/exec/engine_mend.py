"""Functions of the engine's library that are compiled for another processor than they serve.

Where two processors' functions have the same name in the library, only one of them is in it, and it
finds the CPU state's fields where the other processor has them. The distances stand as 32-bit
numbers in its code, and are replaced in this process's memory if the code is exactly what is
expected.
"""

from __future__ import annotations

import ctypes
import os
import struct
from binascii import crc32
from ctypes import c_void_p

from . import host
from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import CDLL

    from .arch import Mend


def mend(library: CDLL, wanted: Mend) -> None:
    """Make the functions find the fields; EngineError where they are not those that are known."""
    if not hasattr(library, wanted.symbol) or os.uname().machine != wanted.machine:
        raise EngineError(_WHY)
    start = (ctypes.cast(getattr(library, wanted.symbol), c_void_p).value or 0) - wanted.before
    code = ctypes.string_at(start, wanted.size)
    found = crc32(code)
    if found == wanted.after:
        return
    if found != wanted.checksum:
        raise EngineError(_WHY)
    before = code
    for old, new in wanted.distances.items():
        code = code.replace(struct.pack("<i", old), struct.pack("<i", new))
    for at in wanted.spared:
        code = code[:at] + before[at : at + 4] + code[at + 4 :]
    first = start & -host.PAGE
    size = (start + wanted.size - first + host.PAGE - 1) & -host.PAGE
    try:
        host.mprotect(first, size, host.READ | host.WRITE | host.EXEC)
    except OSError:
        raise EngineError(_WHY) from None
    ctypes.memmove(start, code, wanted.size)
    host.mprotect(first, size, host.READ | host.EXEC)


_WHY = "this engine's floating point is another processor's, and can't be mended here"
