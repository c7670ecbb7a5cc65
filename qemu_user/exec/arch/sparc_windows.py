"""Register windows of SPARC in memory, where signal frames and switches want them."""

from __future__ import annotations

import struct
from errno import EFAULT

from ..abi.layout import U32, U64, Array, CStruct
from ..errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Window = tuple[int, Sequence[int]]
    from ..abi.layout import DataModel
    from ..thread import Thread

_MASK = (1 << 64) - 1


class Kept(CStruct):
    """__siginfo_rwin_t: windows whose stack could not be written."""

    windows: tuple[int, ...] = Array(U64, 7 * 16)
    stkptrs: tuple[int, ...] = Array(U64, 7)
    wsaved: U32
    _pad: U32


def bias(model: DataModel) -> int:
    """How far a stack's lowest byte is above what %sp says."""
    return 2047 if model.word == 8 else 0


def stack_of(t: Thread) -> int:
    """Where the stack ends, of %sp."""
    mask = (1 << 8 * t.arch.model.word) - 1
    return t.cpu.read("o6") + bias(t.arch.model) & mask


def flush(t: Thread) -> None:
    """All windows are in memory afterwards. EFAULT."""
    if flushed(t):
        raise LinuxError(EFAULT)


def flushed(t: Thread) -> list[Window]:
    """Write all windows to their stacks; those where that can't be done."""
    windows, left = t.cpu.windows, []
    for at, words in (*windows.take_out(), windows.current()):
        try:
            store_window(t, at, words)
        except LinuxError:
            left.append((at, words))
    return left[-7:]


def keep(t: Thread, left: list[Window]) -> Kept:
    """What a frame says of windows that are in no stack."""
    words = [word for _, window in left for word in window]
    places = [at - bias(t.arch.model) & _MASK for at, _ in left]
    return Kept(
        windows=tuple(words + [0] * (112 - len(words))),
        stkptrs=tuple(places + [0] * (7 - len(places))),
        wsaved=len(left),
    )


def put_back(t: Thread, kept: Kept) -> None:
    """Store the windows of a frame, the innermost in the registers. EFAULT."""
    count = min(kept.wsaved, 7)
    for number in range(count):
        words = kept.windows[16 * number : 16 * number + 16]
        at = kept.stkptrs[number] + bias(t.arch.model) & _MASK
        if at == t.cpu.windows.current()[0]:
            t.cpu.windows.put(words)
        else:
            store_window(t, at, words)


def packed(t: Thread, words: Sequence[int]) -> bytes:
    """Locals and ins as a stack has them."""
    if t.arch.model.word == 8:
        return struct.pack(">16Q", *words)
    return struct.pack(">16I", *[word & 0xFFFFFFFF for word in words])


def store_window(t: Thread, at: int, words: Sequence[int]) -> None:
    """Write a window to its place on the stack. EFAULT."""
    t.memory.write(at, packed(t, words))


def reload(t: Thread) -> None:
    """Take the locals and ins from memory. EFAULT."""
    at, _ = t.cpu.windows.current()
    shape = struct.Struct(">16Q" if t.arch.model.word == 8 else ">16I")
    t.cpu.windows.put(shape.unpack(t.memory.read(at, shape.size)))
