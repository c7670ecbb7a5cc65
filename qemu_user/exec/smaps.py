"""/proc/<pid>/smaps and smaps_rollup: what is resident of the guest's areas (man 5 proc).

The host's page map says it; shares of pages (Pss) and references are in no such table of the
guest's areas, and these lines are left out.
"""

from __future__ import annotations

import os
from array import array

from .arena import PAGE
from .procfs import heading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .thread import Thread
    from .vma import Vma

_PRESENT, _SWAPPED, _OF_FILE, _EXCLUSIVE = 1 << 63, 1 << 62, 1 << 61, 1 << 56
_AT_ONCE = 1 << 16  # entries of the page map that are read together
_NAMES = (
    *("Rss", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty"),
    *("Anonymous", "Swap", "Locked"),
)
_GROWSDOWN = 0x100


def _resident(pagemap: int, base: int, vma: Vma) -> list[int]:
    """Kilobytes of each of `_NAMES`; a page that was changed is one without a file, or shared."""
    kinds: dict[int, int] = {}
    at, end = (base + vma.start) // PAGE, (base + vma.end) // PAGE
    while vma.prot and at < end:
        entries = array("Q", os.pread(pagemap, 8 * min(_AT_ONCE, end - at), 8 * at))
        if not entries:
            break
        at += len(entries)
        for entry in entries:
            if entry:
                kind = entry & (_PRESENT | _SWAPPED | _OF_FILE | _EXCLUSIVE)
                kinds[kind] = kinds.get(kind, 0) + PAGE // 1024
    clean = [0, 0]
    dirty = [0, 0]
    anonymous = swapped = 0
    for kind, size in kinds.items():
        own = bool(kind & _EXCLUSIVE)
        if kind & _SWAPPED:
            swapped += size
        elif kind & _OF_FILE and not (vma.shared and vma.prot & 2):
            clean[own] += size
        elif kind & _PRESENT:
            dirty[own] += size
            anonymous += 0 if kind & _OF_FILE else size
    rss = sum(clean) + sum(dirty)
    figures = [rss, clean[0], dirty[0], clean[1], dirty[1], anonymous, swapped]
    return [*figures, rss if vma.locked else 0]


def _flags(vma: Vma) -> str:
    letters = [name for bit, name in ((1, "rd"), (2, "wr"), (4, "ex")) if vma.prot & bit]
    letters += ["sh"] if vma.shared else []
    letters += ["mr", *(["mw"] if vma.may_write else []), "me", *(["ms"] if vma.shared else [])]
    letters += ["gd"] if vma.flags & _GROWSDOWN or vma.name == b"[stack]" else []
    letters += ["lo"] if vma.locked else []
    letters += ["dc"] if vma.no_fork else []
    return " ".join((*letters, ""))


def _lines(figures: list[int]) -> str:
    return "".join(f"{name + ':':15} {kb:8} kB\n" for name, kb in zip(_NAMES, figures, strict=True))


def _areas(t: Thread) -> list[tuple[Vma, list[int]]]:
    pagemap = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return [(vma, _resident(pagemap, t.memory.base, vma)) for vma in t.memory.vmas]
    finally:
        os.close(pagemap)


def smaps(t: Thread) -> bytes:
    """/proc/pid/smaps."""
    out = []
    for vma, figures in _areas(t):
        sizes = (("Size", vma.end - vma.start), ("KernelPageSize", PAGE), ("MMUPageSize", PAGE))
        head = "".join(f"{name + ':':15} {size // 1024:8} kB\n" for name, size in sizes)
        flags = f"VmFlags: {_flags(vma)}\n"
        out.append(heading(vma) + (head + _lines(figures) + flags).encode())
    return b"".join(out)


def smaps_rollup(t: Thread) -> bytes:
    """/proc/pid/smaps_rollup: the sums."""
    areas = _areas(t)
    sums = [sum(column) for column in zip(*(figures for _, figures in areas), strict=True)]
    first, last = areas[0][0].start, areas[-1][0].end
    head = f"{first:08x}-{last:08x} ---p 00000000 00:00 0 ".ljust(73) + "[rollup]\n"
    return (head + _lines(sums)).encode()
