"""What a program may ask of memory it has mapped: madvise, msync, mincore and the mlock family."""

from __future__ import annotations

from errno import EACCES, EBUSY, EINVAL, ENOMEM, EPERM

from . import host
from .abi.memory import (
    MADV_COLD,
    MADV_COLLAPSE,
    MADV_DODUMP,
    MADV_DOFORK,
    MADV_DONTDUMP,
    MADV_DONTFORK,
    MADV_DONTNEED,
    MADV_DONTNEED_LOCKED,
    MADV_FREE,
    MADV_HUGEPAGE,
    MADV_KEEPONFORK,
    MADV_MERGEABLE,
    MADV_NOHUGEPAGE,
    MADV_NORMAL,
    MADV_PAGEOUT,
    MADV_POPULATE_READ,
    MADV_POPULATE_WRITE,
    MADV_RANDOM,
    MADV_REMOVE,
    MADV_SEQUENTIAL,
    MADV_UNMERGEABLE,
    MADV_WILLNEED,
    MADV_WIPEONFORK,
    MAP_DROPPABLE,
    MAP_TYPE,
    MCL_CURRENT,
    MCL_FUTURE,
    MCL_ONFAULT,
    MS_ASYNC,
    MS_INVALIDATE,
    MS_SYNC,
)
from .arena import PAGE
from .cpu import READ, WRITE
from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .memory import AddressSpace
    from .vma import Vma

_WORD = (1 << 64) - 1
_HUGE = 1 << 21  # bytes of a huge page
_REPLACES = (MADV_DONTNEED, MADV_DONTNEED_LOCKED, MADV_FREE, MADV_REMOVE)  # contents change
_DISCARDS = (*_REPLACES, MADV_DONTFORK, MADV_WIPEONFORK)
_POPULATES = {MADV_POPULATE_READ: READ, MADV_POPULATE_WRITE: WRITE}
_HOST = (  # the host's kernel does these to the arena's pages
    *_REPLACES,
    *(MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_COLD, MADV_PAGEOUT),
    *(MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_COLLAPSE, MADV_MERGEABLE, MADV_UNMERGEABLE),
    *(MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_DONTDUMP, MADV_DODUMP),
)
_RANDOM, _SEQUENTIAL, _NO_DUMP, _WIPED, _HUGER, _UNHUGE, _MERGED = (1 << i for i in range(7))
_MARKS = {  # what advice adds to the marks of areas, and what it takes away
    MADV_NORMAL: (0, _RANDOM | _SEQUENTIAL),
    MADV_RANDOM: (_RANDOM, _SEQUENTIAL),
    MADV_SEQUENTIAL: (_SEQUENTIAL, _RANDOM),
    MADV_DONTDUMP: (_NO_DUMP, 0),
    MADV_DODUMP: (0, _NO_DUMP),
    MADV_WIPEONFORK: (_WIPED, 0),
    MADV_KEEPONFORK: (0, _WIPED),
    MADV_HUGEPAGE: (_HUGER, _UNHUGE),
    MADV_NOHUGEPAGE: (_UNHUGE, _HUGER),
    MADV_MERGEABLE: (_MERGED, 0),
    MADV_UNMERGEABLE: (0, _MERGED),
}


def _range(space: AddressSpace, addr: int, size: int) -> int:
    """The end of a page-aligned range; EINVAL if `addr` is not aligned or the end wraps."""
    page = space.arch.page
    end = addr + size + page - 1 & -page
    if addr % page or end >= 1 << 64:
        raise LinuxError(EINVAL)
    return end


def _parts(space: AddressSpace, start: int, end: int) -> Iterator[tuple[Vma, int, int]]:
    """Each area's part of the range, in order; ENOMEM after the last if there was a hole."""
    at, hole = start, False
    for vma, low, high in _present(space, start, end):
        hole |= low > at
        yield vma, low, high
        at = high
    if hole or at < end:
        raise LinuxError(ENOMEM)


def madvise(space: AddressSpace, addr: int, size: int, advice: int) -> None:
    """Madvise(2)."""
    if advice not in (*_HOST, *_POPULATES, MADV_DONTFORK, MADV_DOFORK):
        raise LinuxError(EINVAL)
    end = _range(space, addr, size)
    if end == addr:
        return
    if advice in (MADV_DONTFORK, MADV_DOFORK):
        for vma, _, _ in _parts(space, addr, end):
            _check_seal(vma, advice)
        _mark_fork(space, addr, end, advice == MADV_DONTFORK)
        return
    walk = _joined if advice in _POPULATES else _parts
    for vma, start, stop in walk(space, addr, end):
        if advice in _POPULATES:
            if not vma.prot & _POPULATES[advice]:
                raise LinuxError(EINVAL)
            host.madvise(space.base + start, stop - start, advice)
        else:
            _advise(space, vma, start, stop, advice)


def _check_seal(vma: Vma, advice: int) -> None:
    """EPERM where `advice` would change what a program can only read of its sealed memory."""
    if vma.sealed and advice in _DISCARDS and vma.backing is None and not vma.prot & WRITE:
        raise LinuxError(EPERM)


def mseal(space: AddressSpace, addr: int, size: int, flags: int) -> None:
    """Mseal(2)."""
    if flags:
        raise LinuxError(EINVAL)
    end = _range(space, addr, size)
    if end < addr or end - addr < size:
        raise LinuxError(EINVAL)
    for _ in _joined(space, addr, end):
        pass
    for vma in space.vmas.isolate(addr, end):
        vma.sealed = True
    space.vmas.join(addr, end)


def _advise(space: AddressSpace, vma: Vma, start: int, stop: int, advice: int) -> None:
    _check_seal(vma, advice)
    if advice in (MADV_FREE, MADV_WIPEONFORK) and (vma.shared or vma.backing is not None):
        raise LinuxError(EINVAL)
    if advice == MADV_REMOVE and (vma.locked or vma.backing is None):
        raise LinuxError(EINVAL)
    if advice == MADV_REMOVE and not (vma.shared and vma.may_write):
        raise LinuxError(EACCES)
    if advice == MADV_COLLAPSE and vma.end - _HUGE & -_HUGE < vma.start:
        raise LinuxError(EINVAL)  # no huge page fits in
    if advice in _REPLACES:
        space.discard(start, stop)
    host.madvise(space.base + start, stop - start, advice)
    if advice in _MARKS:
        _mark(space, start, stop, *_MARKS[advice])


def _mark(space: AddressSpace, start: int, stop: int, new: int, old: int) -> None:
    """The host's mapping has the mark as well, which has to go with it."""
    for part in space.vmas.isolate(start, stop):
        part.marks = part.marks & ~old | new
        part.plain &= not new
    space.vmas.join(start, stop)


def _mark_fork(space: AddressSpace, start: int, end: int, exclude: bool) -> None:
    for vma in space.vmas.isolate(start, end):
        vma.no_fork = exclude
    space.vmas.join(start, end)


def msync(space: AddressSpace, addr: int, size: int, flags: int) -> None:
    """Msync(2)."""
    both = flags & MS_ASYNC and flags & MS_SYNC
    if flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) or addr % space.arch.page or both:
        raise LinuxError(EINVAL)
    page = space.arch.page
    end = addr + (size + page - 1 & -page & _WORD)  # the greatest sizes are none
    if end > _WORD:
        raise LinuxError(ENOMEM)
    if end == addr:
        return
    at, holes = addr, False
    for vma, start, stop in _present(space, addr, end):
        holes |= start > at
        if holes and flags == MS_ASYNC:
            break
        if flags & MS_INVALIDATE and vma.locked:
            raise LinuxError(EBUSY)
        if flags & MS_SYNC and vma.shared:
            host.msync(space.base + start, stop - start, MS_SYNC)
        at = stop
    if holes or at < end:  # which is told when all else is done
        raise LinuxError(ENOMEM)


def mincore(space: AddressSpace, addr: int, size: int) -> bytes:
    """Mincore(2) of at most a few thousand pages: a byte for each."""
    end = addr + size
    for _ in _parts(space, addr, end):
        pass
    return host.mincore(space.base + addr, (end - addr) // PAGE)


def _to_lock(space: AddressSpace, addr: int, size: int) -> tuple[int, int]:
    """First and size of a range of whole pages; a size that wraps is none, as Linux has it."""
    page = space.arch.page
    start = addr & -page
    return start, (size + addr - start + page - 1 & -page) & _WORD


def _end(start: int, size: int) -> int:
    if start + size > _WORD:
        raise LinuxError(EINVAL)
    return start + size


def mlock(space: AddressSpace, addr: int, size: int, on_fault: bool = False) -> None:
    """Mlock(2), mlock2(2) with MLOCK_ONFAULT: the host's pages of the area are locked."""
    start, size = _to_lock(space, addr, size)
    if not space.lock_limit:
        raise LinuxError(EPERM)
    locked = sum(b - a for v, a, b in _present(space, start, start + size) if v.locked)
    if space.locked() + size - locked > space.lock_limit:  # holes count, too
        raise LinuxError(ENOMEM)
    end = _end(start, size)
    if size:
        reachable = _lock(space, start, end, on_fault)
        if not reachable and not on_fault:
            raise LinuxError(ENOMEM)


def _joined(space: AddressSpace, start: int, end: int) -> Iterator[tuple[Vma, int, int]]:
    """Each area's part of the range up to the first hole, which is ENOMEM."""
    at = start
    for vma, low, high in _present(space, start, end):
        if low > at:
            break
        yield vma, low, high
        at = high
    if at < end:
        raise LinuxError(ENOMEM)


def _lock(space: AddressSpace, start: int, end: int, on_fault: bool) -> bool:
    """Lock a range; whether all of its pages could be brought in: it is locked even if not."""
    reachable = True
    for vma, low, high in _joined(space, start, end):
        try:
            host.mlock(space.base + low, high - low, on_fault or not vma.prot)
        except LinuxError:
            host.mlock(space.base + low, high - low, True)  # which a limit refuses as well
            reachable = False
        _set_locked(space, low, high, vma.flags & MAP_TYPE != MAP_DROPPABLE)
        reachable &= bool(vma.prot)
    return reachable


def munlock(space: AddressSpace, addr: int, size: int) -> None:
    """Munlock(2)."""
    start, size = _to_lock(space, addr, size)
    end = _end(start, size)
    for vma, low, high in _joined(space, start, end) if size else ():
        if vma.locked:
            host.munlock(space.base + low, high - low)
            _set_locked(space, low, high, False)


def mlockall(space: AddressSpace, flags: int) -> None:
    """Mlockall(2) with checked flags."""
    if not space.lock_limit:
        raise LinuxError(EPERM)
    if flags & MCL_CURRENT:
        if space.vmas.pages * PAGE > space.lock_limit:
            raise LinuxError(ENOMEM)
        for start, end in [(vma.start, vma.end) for vma in space.vmas]:
            _lock(space, start, end, bool(flags & MCL_ONFAULT))
    space.lock_future = flags & (MCL_FUTURE | MCL_ONFAULT) if flags & MCL_FUTURE else 0


def munlockall(space: AddressSpace) -> None:
    """Munlockall(2)."""
    space.lock_future = 0
    for start, end in [(vma.start, vma.end) for vma in space.vmas if vma.locked]:
        munlock(space, start, end - start)


def _present(space: AddressSpace, start: int, end: int) -> list[tuple[Vma, int, int]]:
    """Each area's part of the range, as it is now: whoever goes through them may join areas."""
    return [
        (vma, max(vma.start, start), min(vma.end, end)) for vma in space.vmas.within(start, end)
    ]


def _set_locked(space: AddressSpace, start: int, end: int, locked: bool) -> None:
    for vma in space.vmas.isolate(start, end):
        vma.locked = locked
    space.vmas.join(start, end)
