"""Reading and writing open files, and moving data between them."""

from __future__ import annotations

import os
from errno import EAGAIN, EFAULT, EINVAL, EOPNOTSUPP, EPIPE
from select import POLLIN, POLLOUT

from ..exec import hostcall
from ..exec.abi.signals import SI_USER, SIGPIPE
from ..exec.cpu import READ
from ..exec.errors import LinuxError
from ..exec.files import (
    PLAIN,
    POLL,
    TRY,
    TRY_READ,
    TTY,
    SpecialFile,
    heed_job_control,
    nonblocking,
    ready,
    receive,
    send,
    until_ready,
    wait_ends,
)
from ..exec.hostcall import INVALID
from ..exec.signals import SigInfo
from ..exec.waiting import in_helper
from .args import Fd, InBuf, IoVecIn, IoVecOut, Offset, OffsetPair, OutBuf, RwFlags
from .pointers import IOV_MAX, MAX_RW_COUNT
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking


_EVENTS_MAX = 65536  # bytes of a read of inotify events
_TTY_CHUNK = 2048  # bytes that a terminal copies before it looks whether there is room
_COUNTER = 8  # bytes of what an eventfd is given


def _counted(fd: int, views: list[memoryview]) -> list[memoryview]:
    """What is written, as the host takes it."""
    from ..exec import foreign

    if not foreign.counts(fd):
        return views
    return [memoryview(bytearray(foreign.numbers(b"".join(views), _COUNTER)))]


def broken_pipe(t: Thread) -> None:
    """SIGPIPE for the thread whose write failed with EPIPE."""
    t.post(SigInfo(SIGPIPE, SI_USER, pid=t.process.pid, uid=os.getuid()))


class Room:
    """Guest memory of a call: `views` its accessible beginning, of `have` bytes.

    `missing` are the lengths of the segments out of reach after it, `bad` is what stands for them.
    """

    __slots__ = ("bad", "beyond", "have", "missing", "size", "views")

    def __init__(self, views: list[memoryview], lengths: list[int], bad: int) -> None:
        self.views = views
        self.size = sum(lengths)
        self.have = left = sum(map(len, views))
        self.missing: list[int] = []
        self.beyond: tuple[int, int] | None = None  # the first of them: an address of the host's
        if left < self.size:
            for length in lengths:
                if left < length:
                    self.missing.append(length - left)
                left = max(0, left - length)
        self.bad = bad

    def extend(self, t: Thread, segments: list[tuple[int, int]]) -> None:
        """Let the host look at what lies beyond the end of a mapped file: a write may extend it.

        Only in the last segment.
        """
        if len(self.missing) != 1 or self.bad != hostcall.INVALID:
            return
        addr, length = [segment for segment in segments if segment[1]][-1]
        end = addr + length
        begin = end - self.missing[0]
        stop = begin
        for vma in t.memory.vmas.within(begin, end):
            fits = vma.start <= stop and vma.prot & READ
            if not fits or (stop == begin and vma.touchable() > begin):
                break
            stop = min(vma.end, end)
        if stop > begin:
            self.beyond = (t.memory.base + begin, stop - begin)
            self.missing = [end - stop]

    def call(self, name: str, fd: int, *rest: int) -> int:
        """The vector call `name`, where the host's kernel finds the EFAULT."""
        more = [self.beyond] if self.beyond else []
        more += [(self.bad, length) for length in self.missing]
        if self.bad == hostcall.BEYOND and not more:
            more = [(self.bad, 0)]  # of that even an empty part is refused
        vector = hostcall.vector(self.views, more)
        return hostcall.call(name, fd, vector, len(vector), *rest)


def _read(t: Thread, fd: int, room: Room) -> Blocking[int]:
    files = t.process.files
    if files.special and fd in files.special:
        if room.missing and room.bad == hostcall.BEYOND:
            raise LinuxError(EFAULT)
        special = files.special[fd]
        wanted = room.have or room.size if special.in_part else room.size
        data = yield from special.read(t, fd, wanted)
        scatter(room.views, data)
        if len(data) > room.have:
            raise LinuxError(EFAULT)
        return len(data)
    if room.missing:
        return (yield from _partly(t, fd, room, "readv", POLLIN))
    if t.arch.is_foreign and files.kind(fd) != PLAIN:
        return (yield from _read_foreign(t, fd, room.views))
    return (yield from receive(t, fd, room.views))


def _read_foreign(t: Thread, fd: int, views: list[memoryview]) -> Blocking[int]:
    from ..exec import foreign

    convert = foreign.reader(fd)
    count = yield from receive(t, fd, views)
    if convert is not None:
        scatter(views, convert(b"".join(views)[:count]))
    return count


def _partly(t: Thread, fd: int, room: Room, name: str, events: int) -> Blocking[int]:
    """readv or writev that waits; the part out of reach is the host's to find."""
    files = t.process.files
    copied = events == POLLOUT and files.kind(fd) == TTY and room.have < _TTY_CHUNK
    if room.bad == hostcall.BEYOND or copied:
        return room.call(name, fd)  # refused before it would wait
    deadline: int | None = None
    while True:
        fd = t.moved.get(fd, fd)
        kind = files.kind(fd)
        if kind == TRY_READ:
            kind = TRY if events == POLLIN else POLL
        if kind == TTY and events == POLLIN:
            heed_job_control(t, fd)
        try:
            if kind == TRY:
                return room.call(f"p{name}2", fd, -1, -1, os.RWF_NOWAIT)
            if kind == PLAIN or ready(fd, events) or nonblocking(fd):
                return room.call(name, fd)
        except LinuxError as error:
            if error.errno == EOPNOTSUPP and kind == TRY:
                files.must_poll(fd, events)
                continue
            if error.errno != EAGAIN or nonblocking(fd):
                raise
        if kind == TTY and events == POLLIN:
            if not (yield from _terminal_input(t, fd)):
                return 0
            continue
        deadline = deadline or wait_ends(fd, events)
        yield from until_ready(t, fd, events, deadline)


def _terminal_input(t: Thread, fd: int) -> Blocking[bool]:
    from ..exec.terminalreads import await_input

    return (yield from await_input(t, fd))


def scatter(views: list[memoryview], data: bytes) -> None:
    """Copy `data` into `views`, one after the other."""
    at = 0
    for view in views:
        part = data[at : at + len(view)]
        view[: len(part)] = part
        at += len(part)


def _write(t: Thread, fd: int, room: Room) -> Blocking[int]:
    files = t.process.files
    try:
        if files.special and fd in files.special:
            special = files.special[fd]
            if room.size and not room.views and type(special).write is not SpecialFile.write:
                raise LinuxError(EFAULT)
            return (yield from special.write(t, fd, b"".join(room.views)))
        if room.missing:
            return (yield from _partly(t, fd, room, "writev", POLLOUT))
        if t.arch.is_foreign and room.have == _COUNTER:
            return (yield from send(t, fd, _counted(fd, room.views)))
        return (yield from send(t, fd, room.views))
    except OSError as error:
        if error.errno == EPIPE:
            broken_pipe(t)
        raise


def _buffer(t: Thread, buf: InBuf | OutBuf) -> Room:
    try:
        views = buf.views()
    except LinuxError:
        views = []
    size = min(buf.size, MAX_RW_COUNT)
    room = Room(views, [size], hostcall.bad(t, buf.addr, buf.size))
    if room.missing and isinstance(buf, InBuf):
        room.extend(t, [(buf.addr, size)])
    return room


@syscall(native="read")
def read(t: Thread, fd: Fd, buf: OutBuf) -> Blocking[int]:
    if not buf.size:
        nowhere = hostcall.bad(t, buf.addr, 0)
        if t.process.files.kind(fd) == PLAIN:
            return hostcall.call("read", fd, nowhere, 0)
        # A pipe answers at once, inotify waits for an event.
        return (yield from in_helper(t, lambda: hostcall.call("read", fd, nowhere, 0)))
    room = _buffer(t, buf)
    if room.missing and room.bad != hostcall.BEYOND and _notifies(t, fd):
        return (yield from _read_events(t, fd, room))
    files = t.process.files
    if fd not in files.special and files.kind(fd) == PLAIN:
        return _one_read("read", fd, room)
    return (yield from _read(t, fd, room))


def _one_read(name: str, fd: int, room: Room, *rest: int) -> int:
    """read(2) or pread64(2), of which inotify(7) tells nothing at the end of a file."""
    if room.missing and room.views and room.bad == hostcall.INVALID:
        from ..exec.fence import Fence

        with Fence(room.have) as fence:
            count = hostcall.call(name, fd, fence.address, room.size, *rest)
            scatter(room.views, fence.read(count))
            return count
    reachable = room.views and not room.missing
    where = hostcall.address(room.views[0]) if reachable else room.bad
    return hostcall.call(name, fd, where, room.size, *rest)


def _notifies(t: Thread, fd: int) -> bool:
    from ..exec import foreign

    return fd not in t.process.files.special and foreign.notifies(fd)


def _read_events(t: Thread, fd: int, room: Room) -> Blocking[int]:
    """inotify(7) counts on the whole buffer; events that are then out of reach are EFAULT."""
    data = bytearray(min(room.size, _EVENTS_MAX))
    count = yield from _read(t, fd, Room([memoryview(data)], [len(data)], hostcall.INVALID))
    scatter(room.views, bytes(data[:count]))
    if count > room.have:
        raise LinuxError(EFAULT)
    return count


@syscall(native="write")
def write(t: Thread, fd: Fd, buf: InBuf) -> Blocking[int]:
    if not buf.size:
        return hostcall.call("write", fd, hostcall.bad(t, buf.addr, 0), 0)
    return (yield from _write(t, fd, _buffer(t, buf)))


def vector_room(t: Thread, fd: int, iov: IoVecIn | IoVecOut, name: str, *rest: int) -> Room:
    """The buffers of a vector; for a bad one the host's call finds what it looks at first."""
    try:
        segments = iov.segments()
    except LinuxError as error:
        count = iov.count if error.errno == EFAULT else IOV_MAX + 1
        hostcall.call(name, fd, INVALID, count, *rest)
        raise
    lengths = [length for _, length in segments]
    beyond = any(hostcall.bad(t, a, n) == hostcall.BEYOND for a, n in segments)
    try:
        views = [] if beyond else iov.views()
    except LinuxError:
        views = []
    room = Room(views, lengths, hostcall.BEYOND if beyond else hostcall.INVALID)
    if room.missing and "write" in name:
        room.extend(t, segments)
    return room


@syscall
def readv(t: Thread, fd: Fd, iov: IoVecOut) -> Blocking[int]:
    room = vector_room(t, fd, iov, "readv")
    if not room.size:
        return room.call("readv", fd)
    return (yield from _read(t, fd, room))


@syscall
def writev(t: Thread, fd: Fd, iov: IoVecIn) -> Blocking[int]:
    room = vector_room(t, fd, iov, "writev")
    if not room.size:
        return room.call("writev", fd)
    return (yield from _write(t, fd, room))


def _pread(t: Thread, fd: int, room: Room, offset: int, flags: int = 0) -> int:
    """Files that have positions never wait."""
    special = t.process.files.special.get(fd)
    if special is None:
        return room.call("preadv2", fd, offset, 0, flags)
    if room.size and not room.views:
        raise LinuxError(EFAULT)
    data = special.pread(t, room.have, offset)
    scatter(room.views, data)
    return len(data)


def _pwrite(t: Thread, fd: int, room: Room, offset: int, flags: int = 0) -> int:
    special = t.process.files.special.get(fd)
    if special is None:
        return room.call("pwritev2", fd, offset, 0, flags)
    if room.size and not room.views:
        raise LinuxError(EFAULT)
    return special.pwrite(t, b"".join(room.views), offset)


def _at(offset: int) -> int:
    if offset < 0:
        raise LinuxError(EINVAL)
    return offset


@syscall
def pread64(t: Thread, fd: Fd, buf: OutBuf, offset: Offset) -> int:
    if not buf.size and fd not in t.process.files.special:
        return hostcall.call("pread64", fd, hostcall.bad(t, buf.addr, 0), 0, offset)
    room = _buffer(t, buf)
    if fd not in t.process.files.special:
        return _one_read("pread64", fd, room, _at(offset))
    return _pread(t, fd, room, _at(offset))


@syscall
def pwrite64(t: Thread, fd: Fd, buf: InBuf, offset: Offset) -> int:
    if not buf.size and fd not in t.process.files.special:
        return hostcall.call("pwrite64", fd, hostcall.bad(t, buf.addr, 0), 0, offset)
    return _pwrite(t, fd, _buffer(t, buf), _at(offset))


@syscall
def preadv(t: Thread, fd: Fd, iov: IoVecOut, offset: OffsetPair) -> int:
    _at(offset)
    room = vector_room(t, fd, iov, "preadv", offset, 0)
    return _pread(t, fd, room, offset)


@syscall
def pwritev(t: Thread, fd: Fd, iov: IoVecIn, offset: OffsetPair) -> int:
    _at(offset)
    room = vector_room(t, fd, iov, "pwritev", offset, 0)
    return _pwrite(t, fd, room, offset)


@syscall
def preadv2(t: Thread, fd: Fd, iov: IoVecOut, offset: OffsetPair, flags: RwFlags) -> Blocking[int]:
    _at(offset + 1)
    room = vector_room(t, fd, iov, "preadv2", offset, 0, flags)
    if offset == -1 and not flags:
        return (yield from _read(t, fd, room))
    return _pread(t, fd, room, offset, flags)


@syscall
def pwritev2(t: Thread, fd: Fd, iov: IoVecIn, offset: OffsetPair, flags: RwFlags) -> Blocking[int]:
    _at(offset + 1)
    room = vector_room(t, fd, iov, "pwritev2", offset, 0, flags)
    if offset == -1 and not flags:
        return (yield from _write(t, fd, room))
    return _pwrite(t, fd, room, offset, flags)
