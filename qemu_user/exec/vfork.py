"""The memory that a vfork child shares with its parent, which here is a copy (man 2 vfork).

The child notes what it changes and leaves it, when it execs, exits or sleeps, where the suspended
parent finds it: SIGKILL then takes nothing away. Writes are seen by taking them out of the
permission table: the first one to each page faults, whether the guest's code or a system call
does it.
"""

from __future__ import annotations

import marshal
import mmap

from . import host
from .abi.memory import MAP_ANONYMOUS, MAP_FIXED_NOREPLACE, MAP_PRIVATE
from .arena import CHUNK, LAZY, PAGE
from .cpu import WRITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .memory import AddressSpace
    from .vma import Vma

    Range = tuple[int, int]

_ROOM = 256 << 20  # bytes for what a child leaves, twice; they cost nothing until used
_HEAD = 8
_HALF = _ROOM // 2 - _HEAD
_FLAGS = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | host.NORESERVE
_READ_ONLY = bytes(bits & ~WRITE for bits in range(256))


class Loan:
    """Where changes pass from child to parent; made before the fork, used by both sides."""

    def __init__(self, space: AddressSpace) -> None:
        self._space = space
        self._room = mmap.mmap(-1, _ROOM, flags=_FLAGS)
        self._before: dict[int, bytes] = {}  # page -> its bytes before the first write
        self._areas: list[Range] = []
        self._brk = 0
        self._half = 0  # the one that holds what was left last

    def begin(self) -> None:
        """In the child: note changes from now on."""
        space = self._space
        self._areas, self._brk = _areas(space), space.brk_end
        for vma in space.vmas:
            if vma.prot & WRITE and not vma.shared:
                _take_writes(space, vma)
        space.loan = self
        space.cpu.flush_tlb()

    def note(self, page: int) -> None:
        """`page` of private memory is about to be written."""
        if page not in self._before:
            self._before[page] = self._space.bytes[page * PAGE : (page + 1) * PAGE].tobytes()

    def give_back(self) -> None:
        """In the child, at its end: leave the changes for the parent."""
        self.leave()
        self._space.loan = None

    def leave(self) -> None:
        """In the child: leave the changes until now for the parent, in case it is killed."""
        space = self._space
        areas = _areas(space)
        gone, new = _without(self._areas, areas), _without(areas, self._areas)
        made = [
            (max(start, vma.start), min(end, vma.end), vma.prot)
            for start, end in new
            for vma in space.vmas.within(start, end)
            if vma.backing is None
        ]
        runs = [run for page in self._before for run in self._changed(page)]
        brk = space.brk_end if space.brk_end != self._brk else 0
        data = marshal.dumps((gone, made, brk, runs))
        if len(data) <= _HALF:
            self._half ^= 1
            start = _HEAD + self._half * _HALF
            self._room[start : start + len(data)] = data
            self._room[:_HEAD] = (len(data) << 1 | self._half).to_bytes(_HEAD, "little")

    def _changed(self, page: int) -> Iterator[tuple[int, bytes]]:
        """Address and bytes of what differs: other bytes of the page are the parent's threads'."""
        at = page * PAGE
        if self._space.vmas.at(at) is None:
            return
        now = self._space.bytes[at : at + PAGE].tobytes()
        both = int.from_bytes(now, "little") ^ int.from_bytes(self._before[page], "little")
        changes, start = both.to_bytes(PAGE, "little"), 0
        while left := changes[start:].lstrip(b"\0"):
            start = PAGE - len(left)
            size = left.find(b"\0")
            end = PAGE if size < 0 else start + size
            yield at + start, now[start:end]
            start = end

    def take_back(self) -> None:
        """In the parent, when the child has ended or become another program."""
        word = int.from_bytes(self._room[:_HEAD], "little")
        if word:
            start = _HEAD + (word & 1) * _HALF
            gone, made, brk, runs = marshal.loads(self._room[start : start + (word >> 1)])
            self._apply(gone, made, brk, runs)
        self._room.close()

    def _apply(
        self,
        gone: list[Range],
        made: list[tuple[int, int, int]],
        brk: int,
        runs: list[tuple[int, bytes]],
    ) -> None:
        space = self._space
        for start, end in gone:
            space.unmap(start, end)
        if brk:
            space.brk(brk)
        flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE
        for start, end, prot in made:
            if not space.vmas.within(start, end):
                space.mmap(start, end - start, prot, flags)
        for addr, data in runs:
            try:
                space.poke(addr, data)
            except OSError:  # another thread has unmapped it meanwhile
                continue


def _take_writes(space: AddressSpace, vma: Vma) -> None:
    first, last = vma.start // PAGE, vma.end // PAGE
    if last - first < LAZY:
        parts = [(first, last)]
    else:  # what was never shown there takes no memory
        low = (space.perms + first) // PAGE * PAGE
        used = host.mincore(low, (space.perms + last - low + PAGE - 1) // PAGE)
        starts = (low - space.perms + i * PAGE for i, byte in enumerate(used) if byte & 1)
        parts = [(max(start, first), min(start + CHUNK, last)) for start in starts]
    for start, end in parts:
        entries = space.table[start:end].tobytes()
        space.table[start:end] = entries.translate(_READ_ONLY)


def _areas(space: AddressSpace) -> list[Range]:
    """The mapped ranges, those that touch as one."""
    found: list[Range] = []
    for vma in space.vmas:
        if found and found[-1][1] == vma.start:
            found[-1] = found[-1][0], vma.end
        else:
            found.append((vma.start, vma.end))
    return found


def _without(ranges: list[Range], others: list[Range]) -> list[Range]:
    """The parts of sorted `ranges` that no range of sorted `others` covers."""
    if ranges == others:
        return []
    left: list[Range] = []
    for start, end in ranges:
        for low, high in others:
            if high <= start:
                continue
            if low >= end:
                break
            if low > start:
                left.append((start, low))
            start = high
        if start < end:
            left.append((start, end))
    return left
