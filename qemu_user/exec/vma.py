"""Virtual memory areas: what is mapped where, kept sorted, and where there is room."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .keptcode import Source

GUARD = 256 << 12  # a growing stack keeps this distance from what lies below (stack_guard_gap)
GROWSDOWN = 0x100  # MAP_GROWSDOWN


class Backing:
    """An object that several areas may show: a file, or anonymous shared memory."""

    __slots__ = (
        *("aliased", "dev", "executable", "foreign", "inherited", "ino", "page", "size", "vmas"),
    )

    def __init__(self, dev: int, ino: int, size: int | None, page: int = 4096) -> None:
        self.dev = dev
        self.ino = ino
        self.size = size  # bytes that can be touched; None: all of any mapping
        self.page = page  # what private mappings of it are rounded up to
        self.vmas: set[Vma] = set()
        self.executable = False  # some area has been executable
        self.foreign = False  # it may change without a store of ours
        self.inherited = False  # only forked processes have it as well
        self.aliased = False  # writable through one area and executable through another


class Vma:
    """One area: pages [start, end) with the same protection and origin."""

    __slots__ = (
        *("backing", "end", "flags", "locked", "marks", "may_write", "name", "no_fork", "offset"),
        *("plain", "prot", "sealed", "shared", "source", "start"),
    )

    def __init__(
        self,
        start: int,
        end: int,
        prot: int,
        flags: int,
        name: bytes = b"",
        *,
        backing: Backing | None = None,
        offset: int = 0,
        may_write: bool = True,
    ) -> None:
        self.start = start
        self.end = end
        self.prot = prot  # PROT_READ | PROT_WRITE | PROT_EXEC, as asked for
        self.flags = flags  # MAP_*
        self.name = name  # a path, or what /proc/pid/maps shows: b"[heap]"
        self.backing = backing  # None: private anonymous memory
        self.offset = offset  # of `start` in the backing
        self.may_write = may_write  # mprotect may add PROT_WRITE
        self.shared = flags & 3 in (1, 3)
        self.locked = False
        self.no_fork = False  # MADV_DONTFORK
        self.sealed = False  # mseal
        self.marks = 0  # what advice and policies leave: areas that differ in them are not joined
        self.plain = backing is None  # the host's pages are as the arena was reserved
        self.source: Source | None = None  # the file of which it shows exactly the bytes

    @property
    def dev(self) -> int:
        """The device of the file (1: of anonymous shared memory), 0 for private memory."""
        return self.backing.dev if self.backing else 0

    @property
    def ino(self) -> int:
        """The inode there."""
        return self.backing.ino if self.backing else 0

    def copy(self, start: int, end: int) -> Vma:
        """The same kind of area at [start, end); the offset is this one's."""
        other = Vma(
            *(start, end, self.prot, self.flags, self.name),
            backing=self.backing,
            offset=self.offset,
            may_write=self.may_write,
        )
        other.locked, other.no_fork, other.plain = self.locked, self.no_fork, self.plain
        other.source, other.sealed, other.marks = self.source, self.sealed, self.marks
        return other

    def absorb(self, other: Vma) -> None:
        """`other`, which `joins` this one or is joined by it, becomes a part of it."""
        self.plain &= other.plain
        if self.source != other.source:
            self.source = None

    def touchable(self) -> int:
        """The address where touching this area starts to raise SIGBUS; `end` if nowhere."""
        backing = self.backing
        if backing is None or backing.size is None:
            return self.end
        page = 4096 if self.shared else backing.page
        last = self.start + (backing.size - self.offset + page - 1 & -page)
        return max(self.start, min(self.end, last))

    def joins(self, other: Vma) -> bool:
        """Whether `other`, which starts where this ends, is the same area going on."""
        return (
            self.prot == other.prot
            and self.flags == other.flags
            and self.backing is other.backing
            and self.name == other.name
            and self.locked == other.locked
            and self.may_write == other.may_write
            and self.no_fork == other.no_fork
            and self.sealed == other.sealed
            and self.marks == other.marks
            and (self.backing is None or self.offset + self.end - self.start == other.offset)
        )


class Vmas:
    """The areas of an address space; every operation is O(log n) but for moving list slots."""

    def __init__(self, top: int) -> None:
        self._starts: list[int] = []
        self._list: list[Vma] = []
        self._top = top  # gaps above this address are of no interest
        # [k]: no gap of 2**k pages or more lies above this address; never rises with k
        self._none_above = [top] * 64
        self.backings: dict[tuple[int, int], Backing] = {}
        self.pages = 0  # mapped

    def __iter__(self) -> Iterator[Vma]:
        return iter(self._list)

    def __len__(self) -> int:
        return len(self._list)

    def at(self, addr: int) -> Vma | None:
        """The area that holds `addr`."""
        i = bisect_right(self._starts, addr) - 1
        if i >= 0:
            vma = self._list[i]
            if vma.end > addr:
                return vma
        return None

    def above(self, addr: int) -> Vma | None:
        """The first area that starts at `addr` or higher."""
        i = bisect_left(self._starts, addr)
        return self._list[i] if i < len(self._list) else None

    def below(self, addr: int) -> Vma | None:
        """The last area that starts below `addr`."""
        i = bisect_left(self._starts, addr)
        return self._list[i - 1] if i else None

    def within(self, start: int, end: int) -> list[Vma]:
        """All areas that overlap [start, end), whole."""
        i = bisect_right(self._starts, start) - 1
        if i < 0 or self._list[i].end <= start:
            i += 1
        return self._list[i : bisect_left(self._starts, end, i)]

    def sealed(self, start: int, end: int) -> bool:
        """Whether any of [start, end) is sealed."""
        return any(vma.sealed for vma in self.within(start, end))

    def free(self, start: int, end: int) -> bool:
        """Whether nothing overlaps [start, end), nor comes too near to a stack above it."""
        if self.within(start, end):
            return False
        above = self.above(end)
        return above is None or not above.flags & GROWSDOWN or above.start - end >= GUARD

    def isolate(self, start: int, end: int) -> list[Vma]:
        """The areas of [start, end), those that reach beyond cut in two."""
        found = self.within(start, end)
        if not found:
            return found
        first, last = found[0], found[-1]
        if first.start < start:
            found[0] = self._cut(first, start)
            if last is first:
                last = found[0]
        if last.end > end:
            self._cut(last, end)
        return found

    def _cut(self, vma: Vma, addr: int) -> Vma:
        upper = vma.copy(addr, vma.end)
        upper.offset += addr - vma.start
        vma.end = addr
        self._insert(upper)
        return upper

    def _insert(self, vma: Vma) -> None:
        i = bisect_left(self._starts, vma.start)
        self._starts.insert(i, vma.start)
        self._list.insert(i, vma)
        if vma.backing is not None:
            vma.backing.vmas.add(vma)

    def _forget(self, vma: Vma) -> None:
        backing = vma.backing
        if backing is not None:
            backing.vmas.discard(vma)
            if not backing.vmas:
                self.backings.pop((backing.dev, backing.ino), None)

    def add(self, vma: Vma) -> Vma:
        """Put a new area into a gap; joins its neighbours if it can. The area it became."""
        self.pages += vma.end - vma.start >> 12
        i = bisect_left(self._starts, vma.start)
        if i:
            before = self._list[i - 1]
            if before.end == vma.start and before.joins(vma):
                before.end = vma.end
                before.absorb(vma)
                self._join_next(i - 1)
                return before
        if i < len(self._list):
            after = self._list[i]
            if after.start == vma.end and vma.joins(after):
                after.start = self._starts[i] = vma.start
                after.offset = vma.offset
                after.absorb(vma)
                return after
        self._insert(vma)
        return vma

    def extend_down(self, vma: Vma, start: int) -> None:
        """Let `vma` begin at the lower address `start`."""
        self._starts[bisect_left(self._starts, vma.start)] = start
        self.pages += vma.start - start >> 12
        vma.start = start

    def _join_next(self, i: int) -> bool:
        if i + 1 >= len(self._list):
            return False
        vma, other = self._list[i], self._list[i + 1]
        if vma.end != other.start or not vma.joins(other):
            return False
        vma.end = other.end
        vma.absorb(other)
        del self._starts[i + 1], self._list[i + 1]
        self._forget(other)
        return True

    def join(self, start: int, end: int) -> None:
        """Join what has become alike in and next to [start, end)."""
        i = max(0, bisect_left(self._starts, start) - 1)
        while i < len(self._list) and self._list[i].start <= end:
            if not self._join_next(i):
                i += 1

    def remove(self, start: int, end: int) -> list[Vma]:
        """Take out [start, end); the areas, cut to size, that were there."""
        found = self.isolate(start, end)
        if not found:
            return found
        i = bisect_left(self._starts, found[0].start)
        del self._starts[i : i + len(found)], self._list[i : i + len(found)]
        for vma in found:
            self.pages -= vma.end - vma.start >> 12
            self._forget(vma)
        low = self._list[i - 1].end if i else 0
        high = self._starts[i] if i < len(self._list) else self._top
        none_above = self._none_above
        high = min(high, self._top)
        for k in range((max(0, high - low) >> 12).bit_length() - 1, -1, -1):
            if none_above[k] >= high:
                break
            none_above[k] = high
        return found

    def gap_below(self, size: int, limit: int, floor: int) -> int | None:
        """The highest address where `size` bytes fit under `limit`, not below `floor`."""
        k = (size >> 12).bit_length() - 1
        known = self._none_above[k]
        high = min(limit, known)
        starts, areas = self._starts, self._list
        first = None  # where the highest gap of 2**k pages ends
        for i in range(bisect_left(starts, high), -1, -1):
            low = areas[i - 1].end if i else floor
            end = starts[i] if i < len(starts) else high
            top = min(high, end - GUARD if end < high and areas[i].flags & GROWSDOWN else end)
            if first is None and top - low >= 4096 << k:
                first = min(end, high)
            if top - size >= low:
                break
        if first is not None and limit >= known:
            self._lower(k, first)
        return top - size if top - size >= max(low, floor) else None

    def _lower(self, k: int, first: int) -> None:
        """No gap of 2**k pages lies above `first`, so no greater one does."""
        none_above = self._none_above
        for bigger in range(k, len(none_above)):
            if none_above[bigger] <= first:
                break
            none_above[bigger] = first

    def gap_above(self, size: int, start: int, limit: int) -> int | None:
        """The lowest address from `start` on where `size` bytes fit below `limit`."""
        i = bisect_right(self._starts, start) - 1
        low = max(start, self._list[i].end) if i >= 0 else start
        for vma in self._list[i + 1 :]:
            if low + size <= vma.start - (GUARD if vma.flags & GROWSDOWN else 0):
                break
            low = max(low, vma.end)
        return low if low + size <= limit else None
