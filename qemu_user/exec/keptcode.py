"""Translations that outlive execve: of files that the next program maps at the same place.

What a program does first is much what its parent did: the dynamic linker and the C library, at the
same addresses. So execve leaves translations of mapped files alone and notes whose they are. They
are of use again when the same bytes of the same, unchanged file are mapped there executable,
privately and by mmap itself; whatever else may become executable there drops them first.
"""

from __future__ import annotations

from stat import S_ISREG
from time import time_ns

from .arena import LAZY, PAGE
from .cpu import EXEC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import stat_result

    from .memory import AddressSpace
    from .vma import Vma

    Source = tuple[int, int, int, int]
    Piece = tuple[int, int, Source, int]  # addresses from and up to, file, offset in it

# ns: a file that changed less long ago may change again without its ctime showing that.
_SETTLED = 3_000_000_000


def source(status: stat_result) -> Source | None:
    """What tells a file's content from others' and from its own after a change; None: nothing."""
    changed = status.st_ctime_ns
    if not S_ISREG(status.st_mode) or time_ns() - changed < _SETTLED:
        return None
    return status.st_dev, status.st_ino, status.st_size, changed


def keep(space: AddressSpace) -> None:
    """At execve, before areas are forgotten: note whose translations are left, drop the others."""
    for start, end, _, _ in space.kept:
        space.cpu.discard(start, end - start)
    space.kept = kept = []
    for vma in space.vmas:
        if not vma.prot & EXEC:
            continue
        backing = vma.backing
        if vma.source is None or backing is None or backing.aliased or backing.foreign:
            space.discard(vma.start, vma.end)
        else:
            kept.append((vma.start, vma.end, vma.source, vma.offset))


def settle(space: AddressSpace, vma: Vma, start: int, end: int, shown: int, mapped: bool) -> None:
    """The part [start, end) of `vma` is about to be shown; `mapped`: it is new from mmap."""
    new = mapped and (end - start) // PAGE < LAZY
    left = []
    for piece in space.kept:
        first, last, what, offset = piece
        low, high = max(first, start), min(last, end)
        if low >= high:
            left.append(piece)
            continue
        if first < low:
            left.append((first, low, what, offset))
        if high < last:
            left.append((high, last, what, offset + high - first))
        same = new and vma.source == what and vma.offset - vma.start == offset - first
        if same and not vma.prot & EXEC:  # ld.so first maps all of a library to be read
            left.append((low, high, what, offset + low - first))
        elif not (same and shown & EXEC):
            space.cpu.discard(low, high - low)
    space.kept = left
