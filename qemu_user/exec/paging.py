"""The permission table kept true: W^X flips, areas shown late, ends of files, growing stacks."""

from __future__ import annotations

from . import foreigncode, host, keptcode
from .arena import ALLOWED, CHUNK, LAZY, PAGE, SHOWN
from .cpu import EXEC, READ, WRITE
from .vma import GROWSDOWN, GUARD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .memory import AddressSpace
    from .vma import Backing, Vma

OFTEN = 8  # flips after which a page stays writable and executable
STACK_STEP = 32 * PAGE  # a stack grows by so much at least


def show(space: AddressSpace, vma: Vma, start: int, end: int, mapped: bool = False) -> None:
    """Enter the part [start, end) of `vma`, of which nothing is translated, into the table.

    `mapped`: its pages are as mmap made them; what is left of translations from before execve may
    be theirs.
    """
    shown = _shown(space, vma)
    if vma.prot & WRITE:
        vma.source = None
    if space.kept:
        keptcode.settle(space, vma, start, end, shown, mapped)
    limit = vma.touchable()
    if limit < end:
        space.paint(max(limit, start), end, 0)
        end = limit
    if start < end:
        space.paint(start, end, 0 if (end - start) // PAGE >= LAZY else shown)


def _shown(space: AddressSpace, vma: Vma) -> int:
    shown = _permitted(space, vma)
    return shown if space.loan is None or vma.shared else shown & ~WRITE


def _permitted(space: AddressSpace, vma: Vma) -> int:
    backing = vma.backing
    if backing is None or not (vma.prot & EXEC or (vma.shared and vma.prot & WRITE)):
        return SHOWN[vma.prot]
    if vma.shared and vma.prot & WRITE and not backing.inherited:
        space.share()
    backing.foreign |= vma.shared
    if backing.aliased or _becomes_aliased(space, vma, backing):
        return READ
    if backing.foreign and vma.prot & EXEC:
        return READ
    return SHOWN[vma.prot]


def _becomes_aliased(space: AddressSpace, vma: Vma, backing: Backing) -> bool:
    """Whether `vma` makes its backing writable here and executable there; if so, hide both."""
    if vma.prot & EXEC:
        backing.executable = True
        conflict = any(v.shared and v.prot & WRITE for v in backing.vmas if v is not vma)
    else:
        conflict = backing.executable and any(v.prot & EXEC for v in backing.vmas if v is not vma)
    if not conflict:
        return False
    backing.aliased = True
    for other in backing.vmas:
        if other is not vma and other.prot & (WRITE | EXEC):
            space.discard(other.start, other.end)
            space.paint(other.start, other.touchable(), READ)
    space.cpu.flush_tlb()
    return True


def fault(space: AddressSpace, addr: int, access: int) -> bool:
    """Whether the page at `addr` permits `access` by now; see AddressSpace.fault."""
    vma = space.vmas.at(addr) or _grow_stack(space, addr)
    if vma is None or not ALLOWED[vma.prot] & access:
        return False
    page = addr // PAGE
    if space.loan is not None and access & WRITE and not vma.shared:
        space.loan.note(page)
    now = space.table[page]
    if not now:
        if addr >= vma.touchable() and not _file_has_grown(space, vma, addr):
            return False
        _show_chunk(space, vma, page)
        now = space.table[page]
        if now & access:
            return True
    elif now & access and _file_has_shrunk(space, vma, addr):
        return False
    if not now & access:
        _flip(space, vma, page, access)
    space.cpu.flush_tlb()
    return True


def _show_chunk(space: AddressSpace, vma: Vma, page: int) -> None:
    first = max(page & -CHUNK, vma.start // PAGE)
    last = min((page & -CHUNK) + CHUNK, vma.touchable() // PAGE)
    shown = bytes((_shown(space, vma),))
    space.table[first:last] = space.table[first:last].tobytes().replace(b"\0", shown)


def _flip(space: AddressSpace, vma: Vma, page: int, access: int) -> None:
    """Turn a page that may be written and executed from one to the other."""
    backing = vma.backing
    if backing is not None and backing.foreign and access == EXEC:
        foreigncode.watch(space, page)
    if backing is not None and backing.aliased:
        offset = vma.offset + page * PAGE - vma.start
        for other in backing.vmas:
            at = other.start + offset - other.offset
            if other.start <= at < other.end and space.table[at // PAGE]:
                space.discard(at, at + PAGE)
                space.table[at // PAGE] = READ
        space.table[page] = READ | access
        return
    if not vma.prot & EXEC:  # a vfork child's first write
        space.table[page] = READ | WRITE
        return
    count = space.flips[page] = space.flips.get(page, 0) + 1
    if access == WRITE:
        space.discard(page * PAGE, (page + 1) * PAGE)
    both = count > OFTEN and vma.prot & WRITE
    space.table[page] = READ | WRITE | EXEC if both else READ | access


def _file_has_grown(space: AddressSpace, vma: Vma, addr: int) -> bool:
    backing = vma.backing
    if backing is None:
        return False
    for ahead in (255, 15, 0):
        page = min((addr & -PAGE) + ahead * PAGE, vma.end - PAGE)
        if host.backed(space.base + page):
            backing.size = max(backing.size or 0, vma.offset + page - vma.start + PAGE)
            return True
    return False


def _file_has_shrunk(space: AddressSpace, vma: Vma, addr: int) -> bool:
    """Whether the page at `addr` is no longer there: another process cut the file off."""
    backing = vma.backing
    if backing is None or backing.size is None or host.backed(space.base + addr):
        return False
    resized(space, backing, vma.offset + (addr & -PAGE) - vma.start)
    return True


def resized(space: AddressSpace, backing: Backing, size: int) -> None:
    """A mapped file has `size` bytes now: what lies beyond raises SIGBUS."""
    before, backing.size = backing.size, size
    if before is None or size >= before:
        return
    for vma in backing.vmas:
        complete(space, vma)
        limit = vma.touchable()
        if limit < vma.end:
            space.discard(limit, vma.end)
            space.paint(limit, vma.end, 0)
    space.cpu.flush_tlb()


def complete(space: AddressSpace, vma: Vma) -> None:
    """Zeros at the end of a private file's last page, where the host's pages are smaller."""
    backing = vma.backing
    if space.arch.page == PAGE or vma.shared or backing is None or backing.size is None:
        return
    end = vma.touchable()
    start = vma.start + max(0, backing.size - vma.offset + PAGE - 1 & -PAGE)
    if start < end:
        kind = host.FIXED | host.PRIVATE | host.ANONYMOUS
        host.mmap(space.base + start, end - start, host.READ | host.WRITE, kind)


def _grow_stack(space: AddressSpace, addr: int) -> Vma | None:
    vma = space.vmas.above(addr)
    if vma is None or not vma.flags & GROWSDOWN:
        return None
    below = space.vmas.below(vma.start)
    floor = max(vma.end - space.stack_limit, 0)
    if below is not None:
        apart = 0 if below.flags & GROWSDOWN or not below.prot else GUARD
        floor = max(floor, below.end + apart)
    start = addr & -PAGE
    if start < floor or space.vmas.pages * PAGE + vma.start - start > space.space_limit:
        return None
    start = max(min(start, vma.start - STACK_STEP), -(-floor // PAGE) * PAGE)
    end = vma.start
    space.vmas.extend_down(vma, start)
    show(space, vma, start, end)
    return vma
