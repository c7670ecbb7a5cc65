"""Functions of the engine's library that are wrong for the processor they serve.

Where two processors' functions have the same name in the library, only one of them is in it, and it
finds the CPU state's fields where the other processor has them. The distances stand as 32-bit
numbers in its code. Other faults are a few instructions, or fields of the tables that the
translator follows. All are replaced in this process's memory if the bytes are exactly what is
expected.
"""

from __future__ import annotations

import ctypes
import os
import struct
from ctypes import c_void_p

from . import host
from .arch.straight import PRIME
from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import CDLL

    from .arch.mend import Mend


def mend(library: CDLL, wanted: Mend) -> None:
    """Replace what is wrong; EngineError where the code isn't what is known, and has to be."""
    try:
        _mend(library, wanted)
    except EngineError:
        if wanted.required:
            raise


def _mend(library: CDLL, wanted: Mend) -> None:
    if not hasattr(library, wanted.symbol) or os.uname().machine != wanted.machine:
        raise EngineError(_WHY)
    start = (ctypes.cast(getattr(library, wanted.symbol), c_void_p).value or 0) - wanted.before
    code = ctypes.string_at(start, wanted.size)
    if _is_done(code, wanted):
        return
    before = code
    for old, new in wanted.distances.items():
        code = code.replace(struct.pack("<i", old), struct.pack("<i", new))
    for at in wanted.spared:
        code = code[:at] + before[at : at + 4] + code[at + 4 :]
    changed = bytearray(code)
    for at, (_, piece) in wanted.pieces.items():
        changed[at : at + len(piece)] = piece
    for at, (old_place, new_place) in wanted.pointers.items():
        symbol = start + wanted.before
        if changed[at : at + 8] != struct.pack("<Q", symbol + old_place):
            raise EngineError(_WHY)
        changed[at : at + 8] = struct.pack("<Q", symbol + new_place)
    if not host.overwrite([(start, bytes(changed))]):
        raise EngineError(_WHY)


def _is_done(code: bytes, wanted: Mend) -> bool:
    """Whether everything is replaced already; EngineError where the code is another one."""
    if wanted.checksum:
        found = int.from_bytes(code, "little") % PRIME
        if found not in (wanted.checksum, wanted.after):
            raise EngineError(_WHY)
        return found == wanted.after
    for pieces in zip(*wanted.pieces.values(), strict=True):
        if all(code.startswith(p, at) for at, p in zip(wanted.pieces, pieces, strict=True)):
            return pieces != tuple(old for old, _ in wanted.pieces.values())
    raise EngineError(_WHY)


_WHY = "this engine is wrong for the processor, and can't be mended here"
