"""What mmap checks before it maps, and how it makes the host's pages for the guest's."""

from __future__ import annotations

import os
from errno import EACCES, EAGAIN, EINVAL, ENOMEM, EOPNOTSUPP, EOVERFLOW, EPERM
from stat import S_ISBLK, S_ISREG, S_ISSOCK

from . import host, hostcall, keptcode, paging
from .abi.memory import (
    MAP_ANONYMOUS,
    MAP_DROPPABLE,
    MAP_GROWSDOWN,
    MAP_HUGETLB,
    MAP_LOCKED,
    MAP_NORESERVE,
    MAP_POPULATE,
    MAP_PRIVATE,
    MAP_SHARED,
    MAP_SHARED_VALIDATE,
    MAP_TYPE,
    MCL_ONFAULT,
    MS_ASYNC,
)
from .arena import PAGE
from .cpu import EXEC, WRITE
from .errors import LinuxError
from .vma import Backing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .memory import AddressSpace
    from .vma import Vma

UNLIMITED = (1 << 64) - 1
_F_GETFL = 3
_VALIDATED = (
    MAP_TYPE | 0x7F9F0 | 0x7C000000
)  # flags that MAP_SHARED_VALIDATE takes: those before it
_ANONYMOUS = (MAP_SHARED, MAP_PRIVATE, MAP_DROPPABLE)
_OF_FILES = (MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE)
_BIG = 1 << 30  # bytes from which an anonymous mapping is compared with the machine's memory


def check(space: AddressSpace, size: int, flags: int) -> None:
    """The errors of MAP_LOCKED, which mmap(2) finds before it looks at the file."""
    if flags & MAP_LOCKED and not space.lock_limit:
        raise LinuxError(EPERM)
    check_locks(space, size, flags)


def check_file(status: os.stat_result, end: int, flags: int) -> None:
    """EOVERFLOW for an `end` beyond all files of its type, EOPNOTSUPP for unknown flags."""
    mode = status.st_mode
    if end >= 1 << (63 if S_ISREG(mode) or S_ISBLK(mode) or S_ISSOCK(mode) else 64):
        raise LinuxError(EOVERFLOW)
    if flags & MAP_TYPE == MAP_SHARED_VALIDATE and flags & ~_VALIDATED:
        raise LinuxError(EOPNOTSUPP)


def check_kind(space: AddressSpace, addr: int, size: int, prot: int, flags: int) -> None:
    """The errors of the type of the mapping, and of what it asks of the address space."""
    kind, anonymous = flags & MAP_TYPE, flags & MAP_ANONYMOUS
    if kind not in (_ANONYMOUS if anonymous else _OF_FILES):
        raise LinuxError(EINVAL)
    if flags & MAP_GROWSDOWN and (not anonymous or kind != MAP_PRIVATE):
        raise LinuxError(EINVAL)
    if kind == MAP_DROPPABLE and flags & (MAP_LOCKED | MAP_HUGETLB):
        raise LinuxError(EINVAL)
    if flags & MAP_HUGETLB:  # no huge pages are set aside
        raise LinuxError(ENOMEM if anonymous else EINVAL)
    check_room(space, size, prot, flags)
    check_seals(space, addr, addr + size)


def check_seals(space: AddressSpace, start: int, end: int) -> None:
    """EPERM where something in [start, end) must stay as it is (mseal)."""
    if space.vmas.sealed(start, end):
        raise LinuxError(EPERM)


def growing(space: AddressSpace, addr: int, end: int) -> int:
    """Where PROT_GROWSDOWN begins: the start of the stack that [addr, end) lies in."""
    vma = space.vmas.at(addr) or space.vmas.above(addr)
    if vma is None or vma.start >= end:
        raise LinuxError(ENOMEM)
    if not vma.flags & MAP_GROWSDOWN:
        raise LinuxError(EINVAL)
    return vma.start


def check_locks(space: AddressSpace, size: int, flags: int) -> None:
    """EAGAIN where RLIMIT_MEMLOCK refuses to lock what MAP_LOCKED or MCL_FUTURE would."""
    locks = flags & MAP_LOCKED or space.lock_future
    if locks and space.locked() + size > space.lock_limit:
        raise LinuxError(EAGAIN)


def check_room(space: AddressSpace, size: int, prot: int, flags: int) -> None:
    """ENOMEM where RLIMIT_AS, RLIMIT_DATA or the heuristic overcommit refuse `size` bytes."""
    private = prot & WRITE and flags & MAP_TYPE == MAP_PRIVATE
    if space.vmas.pages * PAGE + size > space.space_limit:
        raise LinuxError(ENOMEM)
    if private and not _data_fits(space, size):
        raise LinuxError(ENOMEM)
    if private and size >= _BIG and not flags & MAP_NORESERVE and _overcommits(size):
        raise LinuxError(ENOMEM)


def unprotectable(space: AddressSpace, vma: Vma, start: int, end: int, prot: int) -> int:
    """The errno that keeps mprotect(2) from giving a part of `vma` the protection, or 0."""
    writes = prot & ~vma.prot & WRITE
    if vma.sealed or (writes and not vma.may_write):
        return EPERM if vma.may_write else EACCES
    if prot & ~vma.prot & EXEC and not _may_execute(space, vma):
        return EACCES
    return ENOMEM if writes and not vma.shared and not _data_fits(space, end - start) else 0


def _data_fits(space: AddressSpace, size: int) -> bool:
    """Whether RLIMIT_DATA permits `size` bytes more of private writable memory."""
    if space.data_limit == UNLIMITED:
        return True
    data = sum(v.end - v.start for v in space.vmas if v.prot & WRITE and not v.shared)
    return data + size <= space.data_limit


def _overcommits(size: int) -> bool:
    """Whether Linux would call one mapping of `size` bytes obvious overcommitment."""
    try:
        with open("/proc/sys/vm/overcommit_memory", "rb") as file:
            if file.read(1) == b"1":
                return False
        with open("/proc/meminfo", "rb") as file:
            lines = (line.split() for line in file)
            known = {words[0]: int(words[1]) for words in lines if len(words) > 1}
    except OSError:
        return False
    return size >> 10 > known.get(b"MemTotal:", 1 << 60) + known.get(b"SwapTotal:", 0)


def _map_host(vma: Vma, start: int, size: int, kind: int, fd: int, offset: int) -> bool:
    """Whether the host lets the pages be written to."""
    try:
        host.mmap(start, size, host.READ | host.WRITE, kind, fd, offset)
        return True
    except LinuxError as error:
        if not vma.shared or vma.prot & WRITE or error.errno not in (EACCES, EPERM):
            raise
    host.mmap(start, size, host.READ, kind, fd, offset)
    return False


def _restore(space: AddressSpace, vma: Vma) -> None:
    """A file that refuses to be mapped may leave nothing where something was: so for the guest."""
    start, size = space.base + vma.start, vma.end - vma.start
    try:
        host.msync(start, size, MS_ASYNC)
    except LinuxError:
        host.blank(start, size)
        space.unmap(vma.start, vma.end, release=False)


def map_file(space: AddressSpace, vma: Vma, fd: int, status: os.stat_result, offset: int) -> None:
    """Show the file `fd` in `vma`, replacing what was there; a failure may have unmapped it."""
    start, size = space.base + vma.start, vma.end - vma.start
    kind = host.SHARED if vma.shared else host.PRIVATE
    if vma.prot & EXEC:
        _try_exec(kind, vma.prot & WRITE if vma.shared else 0, fd, offset)
    kind |= host.FIXED
    try:
        writable = _map_host(vma, start, size, kind, fd, offset)
    except LinuxError:
        _restore(space, vma)
        raise
    vma.may_write &= writable
    space.unmap(vma.start, vma.end, release=False)
    key = (status.st_dev, status.st_ino)
    known = status.st_size if S_ISREG(status.st_mode) else None
    backing = space.vmas.backings.get(key)
    if backing is None:
        backing = space.vmas.backings[key] = Backing(*key, known, space.arch.page)
    elif known is not None:
        paging.resized(space, backing, known)
    vma.backing, vma.offset, vma.plain = backing, offset, False
    paging.complete(space, vma)
    if vma.prot & EXEC and hostcall.call("fcntl", fd, _F_GETFL) & os.O_ACCMODE:
        backing.foreign = True
    if not vma.shared:
        vma.source = keptcode.source(status)
    elif known is not None and space.guard is None:
        from .busfault import guard

        guard(space)
    vma.name = vma.name or os.readlink(b"/proc/self/fd/%d" % fd)


def _try_exec(kind: int, write: int, fd: int, offset: int) -> None:
    """EPERM where the file is not for execution: the file system's matter, or the inode's."""
    try:
        trial = host.mmap(0, host.PAGE, host.READ | write | host.EXEC, kind, fd, offset)
    except LinuxError as error:
        if error.errno == EPERM:
            raise
        return
    host.munmap(trial, host.PAGE)


def _may_execute(space: AddressSpace, vma: Vma) -> bool:
    """Whether the host lets code be executed in the mapping of a file."""
    if vma.backing is None:
        return True
    first = space.base + vma.start
    try:
        host.mprotect(first, host.PAGE, host.READ | host.EXEC)
    except LinuxError:
        return False
    writable = vma.may_write or not vma.shared
    host.mprotect(first, host.PAGE, host.READ | host.WRITE if writable else host.READ)
    return True


def map_shared(space: AddressSpace, vma: Vma) -> None:
    """Make `vma` anonymous memory that forked processes share."""
    size = vma.end - vma.start
    flags = host.SHARED | host.ANONYMOUS | host.FIXED | host.NORESERVE
    host.mmap(space.base + vma.start, size, host.READ | host.WRITE, flags)
    space.unmap(vma.start, vma.end, release=False)
    space.objects += 1
    vma.backing, vma.plain = Backing(1, space.objects, size), False
    vma.backing.inherited = True
    vma.name = b"/dev/zero (deleted)"


def map_droppable(space: AddressSpace, vma: Vma) -> None:
    """Make `vma` memory that the host may empty; EINVAL from one older than Linux 6.11."""
    size = vma.end - vma.start
    flags = MAP_DROPPABLE | host.ANONYMOUS | host.FIXED
    host.mmap(space.base + vma.start, size, host.READ | host.WRITE, flags)
    space.unmap(vma.start, vma.end, release=False)
    vma.plain = False


def populate(space: AddressSpace, addr: int, size: int, flags: int, prot: int = 0) -> None:
    """What MAP_LOCKED, mlockall(MCL_FUTURE) and MAP_POPULATE add; their failure is no error."""
    try:
        if flags & MAP_LOCKED or space.lock_future:
            from .advice import mlock

            mlock(space, addr, size, on_fault=bool(space.lock_future & MCL_ONFAULT))
        elif flags & MAP_POPULATE:
            own = prot & WRITE and flags & MAP_TYPE == MAP_PRIVATE
            advice = host.POPULATE_WRITE if own else host.POPULATE_READ
            host.madvise(space.base + addr, size, advice)
    except LinuxError:
        return
