"""mremap and remap_file_pages: growing, shrinking and moving what is mapped."""

from __future__ import annotations

from errno import EAGAIN, EFAULT, EINVAL, ENOMEM, EPERM

from . import host, hostcall, mapping, paging
from .abi.memory import (
    MAP_FIXED,
    MREMAP_DONTUNMAP,
    MREMAP_FIXED,
    MREMAP_MAYMOVE,
)
from .arena import PAGE
from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .memory import AddressSpace
    from .vma import Vma


def mremap(
    space: AddressSpace, addr: int, old_size: int, new_size: int, flags: int, new_addr: int
) -> int:
    """Mremap(2), in its order of errors; the address where the area is afterwards."""
    page = space.arch.page
    old_size, new_size = _whole(old_size, page), _whole(new_size, page)
    moves = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)
    if flags & ~(moves | MREMAP_MAYMOVE) or (moves and not flags & MREMAP_MAYMOVE):
        raise LinuxError(EINVAL)
    if addr % space.arch.page or not 0 < new_size <= space.task_size:
        raise LinuxError(EINVAL)
    if flags & MREMAP_DONTUNMAP and old_size != new_size:
        raise LinuxError(EINVAL)
    if moves:
        _check_target(space, addr, old_size, new_size, new_addr)
    if flags & MREMAP_FIXED and old_size == new_size:
        return _move_areas(space, addr, old_size, flags, new_addr)
    area = space.vmas.at(addr)
    if area is None:
        raise LinuxError(EFAULT)
    if area.sealed:
        raise LinuxError(EPERM)
    if moves:
        return _move_to(space, addr, old_size, new_size, flags, new_addr)
    if old_size >= new_size:
        if old_size > new_size:
            space.munmap(addr + new_size, old_size - new_size)
        return addr
    vma = _check_resize(space, addr, old_size, new_size)
    end = addr + new_size
    in_place = addr + old_size == vma.end and old_size and end <= space.task_size
    if in_place and space.vmas.free(vma.end, end):
        _grow(space, vma, end)
        return addr
    if not flags & MREMAP_MAYMOVE:
        raise LinuxError(ENOMEM)
    target = space.place(0, new_size, 0)
    return _move(space, addr, old_size, new_size, target, keep=False)


def _whole(size: int, page: int) -> int:
    """Rounded up to pages as the kernel's unsigned long is: the greatest become 0."""
    return size + page - 1 & (1 << 64) - page


def _check_target(
    space: AddressSpace, addr: int, old_size: int, new_size: int, target: int
) -> None:
    if target % space.arch.page or target > space.task_size - new_size:
        raise LinuxError(EINVAL)
    if addr + old_size > target and target + new_size > addr:
        raise LinuxError(EINVAL)


def _move_areas(space: AddressSpace, addr: int, size: int, flags: int, target: int) -> int:
    """Move all areas there with the holes between them, as Linux does since 6.17.

    An error leaves those before it moved.
    """
    end = addr + size
    areas = space.vmas.within(addr, end)
    if not areas or areas[0].start > addr:
        raise LinuxError(EFAULT)
    for start, stop, sealed in [(max(v.start, addr), min(v.end, end), v.sealed) for v in areas]:
        if sealed:
            raise LinuxError(EPERM)
        _move_to(space, start, stop - start, stop - start, flags, target + start - addr)
    return target


def _move_to(
    space: AddressSpace, addr: int, old_size: int, new_size: int, flags: int, target: int
) -> int:
    _check_resize(space, addr, min(old_size, new_size), new_size)
    if flags & MREMAP_FIXED:
        space.place(target, new_size, MAP_FIXED)
        space.munmap(target, new_size)
    if old_size > new_size:
        space.munmap(addr + new_size, old_size - new_size)
        old_size = new_size
    if not flags & MREMAP_FIXED:
        target = space.place(target, new_size, 0)
    return _move(space, addr, old_size, new_size, target, keep=bool(flags & MREMAP_DONTUNMAP))


def _check_resize(space: AddressSpace, addr: int, old_size: int, new_size: int) -> Vma:
    vma = space.vmas.at(addr)
    if vma is None:
        raise LinuxError(EFAULT)
    if not old_size and not vma.shared:
        raise LinuxError(EINVAL)
    if old_size > vma.end - addr:
        raise LinuxError(EFAULT)
    more = new_size - old_size
    if more and vma.locked and space.locked() + more > space.lock_limit:
        raise LinuxError(EAGAIN)
    if more:
        mapping.check_room(space, more, vma.prot, vma.flags)
    return vma


def _grow(space: AddressSpace, vma: Vma, end: int) -> None:
    """Let `vma` reach up to `end`, where nothing is mapped."""
    start = vma.end
    if vma.backing is not None:
        _grow_host(space, start, end)
    more = vma.copy(start, end)
    more.offset += start - vma.start
    more.plain = vma.backing is None
    paging.show(space, space.vmas.add(more), start, end)
    if vma.locked:
        host.mlock(space.base + start, end - start)


def _grow_host(space: AddressSpace, start: int, end: int) -> None:
    """Let the host's mapping of the page below `start` go on to `end`."""
    last = space.base + start - PAGE
    host.munmap(last + PAGE, end - start)
    try:
        host.mremap(last, PAGE, PAGE + end - start, 0, None)
    except LinuxError:
        host.blank(last + PAGE, end - start)
        raise


def _move(
    space: AddressSpace, addr: int, old_size: int, new_size: int, target: int, keep: bool
) -> int:
    """Move the pages; with `keep` the old area stays, empty or showing its file again."""
    if not old_size:
        return _duplicate(space, addr, new_size, target)
    part = space.vmas.isolate(addr, addr + old_size)[0]
    stays = _move_host(space, addr, old_size, target, part.backing is None or keep)
    moved = part.copy(target, target + old_size)
    moved.plain = False
    if moved.name.startswith(b"["):
        moved.name = b""
    if not stays:
        host.blank(space.base + addr, old_size)
    if keep:
        space.discard(addr, addr + old_size)
        space.cpu.flush_tlb()
    else:
        space.unmap(addr, addr + old_size, release=stays and not part.plain)
    paging.show(space, space.vmas.add(moved), target, target + old_size)
    if new_size > old_size:
        found = space.vmas.at(target)
        if found is not None:
            _grow(space, found, target + new_size)
    return target


def _duplicate(space: AddressSpace, addr: int, size: int, target: int) -> int:
    vma = space.vmas.at(addr)
    if vma is None:
        raise LinuxError(EFAULT)
    host.mremap(space.base + addr, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, space.base + target)
    other = vma.copy(target, target + size)
    other.offset += addr - vma.start
    paging.show(space, space.vmas.add(other), target, target + size)
    return target


def _move_host(space: AddressSpace, addr: int, size: int, target: int, stay: bool) -> bool:
    """Move the host's pages; whether zeros, or the same file, are mapped at `addr` now."""
    flags = MREMAP_MAYMOVE | MREMAP_FIXED | (MREMAP_DONTUNMAP if stay else 0)
    try:
        host.mremap(space.base + addr, size, size, flags, space.base + target)
    except LinuxError as error:
        if error.errno == EINVAL and stay:  # older than Linux 5.7, or 5.13 for files
            return _move_host(space, addr, size, target, stay=False)
        if error.errno != EFAULT or size == PAGE:
            raise
        half = size // 2 & -PAGE or PAGE  # it lies across several mappings of the host
        first = _move_host(space, addr, half, target, stay)
        return _move_host(space, addr + half, size - half, target + half, stay) and first
    return stay


def remap_file_pages(space: AddressSpace, addr: int, size: int, prot: int, offset: int) -> None:
    """Remap_file_pages(2): another part of the same file, from page `offset`, is there."""
    page = space.arch.page
    start, size = addr & -page, size & -page
    end, offset = start + size, offset * page
    if prot or not size or end >= 1 << 64 or offset + size > 1 << 64:
        raise LinuxError(EINVAL)
    areas = space.vmas.within(start, end)
    if not areas or areas[0].start > start or not _are_one(areas, end):
        raise LinuxError(EINVAL)
    mapping.check_seals(space, start, end)
    vma = areas[0].copy(start, end)
    vma.offset = offset
    hostcall.call("remap_file_pages", space.base + start, size, 0, offset // PAGE, 0)
    space.unmap(start, end, release=False)
    paging.show(space, space.vmas.add(vma), start, end, mapped=True)


def _are_one(areas: list[Vma], end: int) -> bool:
    """Whether `areas` show one file, shared and alike, up to `end` without a hole."""
    first, at = areas[0], areas[0].start
    for vma in areas:
        alike = vma.backing is first.backing and vma.prot == first.prot
        if not vma.shared or vma.start != at or not alike:
            return False
        at = vma.end
    return at >= end
