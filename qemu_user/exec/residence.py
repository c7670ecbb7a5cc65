"""What of the guest's memory is resident: the host's smaps, where it is about the arena."""

from __future__ import annotations

import os
from array import array

from .arena import PAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .memory import AddressSpace
    from .vma import Vma

_PRESENT, _SWAPPED, _OF_FILE, _EXCLUSIVE = 1 << 63, 1 << 62, 1 << 61, 1 << 56
_AT_ONCE = 1 << 16  # entries of the page map that are read together
_NOT_SUMS = frozenset(
    (b"Size", b"KernelPageSize", b"MMUPageSize", b"VmFlags", b"THPeligible", b"ProtectionKey")
)
_SHARED_MEMORY = (b"/dev/zero", b"/memfd:", b"/SYSV", b"/dev/shm/")


class Area:
    """One of the host's areas, in guest addresses, and its figures in kB."""

    __slots__ = ("end", "figures", "name", "start")

    def __init__(self, start: int, end: int, name: bytes) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.figures: dict[bytes, int] = {}

    @property
    def is_shared_memory(self) -> bool:
        """Whether its pages are neither anonymous nor a file's."""
        return self.name.startswith(_SHARED_MEMORY)


def areas(memory: AddressSpace) -> list[Area]:
    """The host's areas that guest memory consists of, with all figures that the kernel has."""
    base, found = memory.base, []
    limit = base + memory.size
    area: Area | None = None
    with open("/proc/self/smaps", "rb") as file:
        for line in file:
            if not line[:1].isupper():
                fields = line.rstrip(b"\n").split(None, 5)
                start, end = (int(word, 16) for word in fields[0].split(b"-"))
                area = None
                if start >= limit:
                    break  # the kernel need not look at what follows
                if end > base:
                    name = fields[5] if len(fields) == 6 else b""
                    area = Area(max(0, start - base), min(end, limit) - base, name)
                    found.append(area)
            elif area is not None:
                name, _, value = line.partition(b":")
                if name not in _NOT_SUMS:
                    area.figures[name] = int(value.split()[0])
    return found


def totals(memory: AddressSpace) -> dict[bytes, int]:
    """kB resident (RssAnon, RssFile, RssShmem, VmRSS), swapped out (VmSwap) and as stat has it."""
    sums = {b"RssAnon": 0, b"RssFile": 0, b"RssShmem": 0, b"VmSwap": 0}
    for area in areas(memory):
        rss, anonymous = area.figures.get(b"Rss", 0), area.figures.get(b"Anonymous", 0)
        sums[b"RssAnon"] += anonymous
        sums[b"RssShmem" if area.is_shared_memory else b"RssFile"] += rss - anonymous
        sums[b"VmSwap"] += area.figures.get(b"Swap", 0)
    sums[b"VmRSS"] = sums[b"RssAnon"] + sums[b"RssFile"] + sums[b"RssShmem"]
    return sums


def by_area(memory: AddressSpace) -> list[tuple[Vma, dict[bytes, int]]]:
    """Each of the guest's areas with the kernel's figures.

    Where an area of the host is several of the guest's, what is resident of each comes from the
    page map, and the rest of the figures are divided as that is.
    """
    found = areas(memory)
    names = tuple(dict.fromkeys(name for area in found for name in area.figures))
    out, first = [], 0
    for vma in memory.vmas:
        sums = dict.fromkeys(names, 0)
        while first < len(found) and found[first].end <= vma.start:
            first += 1
        at = first
        while at < len(found) and found[at].start < vma.end:
            for name, kb in _part(memory, found[at], vma).items():
                sums[name] += kb
            at += 1
        out.append((vma, sums))
    return out


def _part(memory: AddressSpace, area: Area, vma: Vma) -> dict[bytes, int]:
    """The figures of what `area` and `vma` have in common."""
    whole = area.figures.get(b"Rss", 0) + area.figures.get(b"Swap", 0)
    if not whole or (vma.start <= area.start and area.end <= vma.end):
        return area.figures
    start, end = max(area.start, vma.start), min(area.end, vma.end)
    exact = _from_page_map(memory.base + start, memory.base + end)
    share = (exact[b"Rss"] + exact[b"Swap"]) / whole
    return {name: exact.get(name, int(kb * share)) for name, kb in area.figures.items()}


def _from_page_map(start: int, end: int) -> dict[bytes, int]:
    """kB of the host's pages [start, end); a page that was changed is one without a file."""
    kinds: dict[int, int] = {}
    pagemap = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    try:
        at, stop = start // PAGE, end // PAGE
        while at < stop:
            entries = array("Q", os.pread(pagemap, 8 * min(_AT_ONCE, stop - at), 8 * at))
            if not entries:
                break
            at += len(entries)
            for entry in filter(None, entries):
                kind = entry & (_PRESENT | _SWAPPED | _OF_FILE | _EXCLUSIVE)
                kinds[kind] = kinds.get(kind, 0) + PAGE // 1024
    finally:
        os.close(pagemap)
    names = (b"Rss", b"Swap", b"Anonymous", b"Private_Dirty", b"Private_Clean")
    sums = dict.fromkeys((*names, b"Shared_Clean", b"Shared_Dirty"), 0)
    for kind, kb in kinds.items():
        if kind & _SWAPPED:
            sums[b"Swap"] += kb
        elif kind & _PRESENT:
            owner = b"Private" if kind & _EXCLUSIVE else b"Shared"
            sums[b"Rss"] += kb
            sums[owner + (b"_Clean" if kind & _OF_FILE else b"_Dirty")] += kb
            sums[b"Anonymous"] += 0 if kind & _OF_FILE else kb
    return sums
