"""Reading and writing open files, and moving data between them."""

from __future__ import annotations

import os
from errno import EFAULT, EINVAL, EPIPE
from select import POLLIN, POLLOUT

from ..exec import hostcall
from ..exec.abi.signals import SI_USER, SIGPIPE
from ..exec.errors import LinuxError
from ..exec.files import PLAIN, nonblocking, ready, receive, send
from ..exec.signals import SigInfo
from ..exec.waiting import readable, writable
from .args import Fd, InBuf, IoVecIn, IoVecOut, Offset, OffsetPair, OutBuf, RwFlags
from .pointers import MAX_RW_COUNT
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.files import SpecialFile
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking


def broken_pipe(t: Thread) -> None:
    """SIGPIPE for the thread whose write failed with EPIPE."""
    t.post(SigInfo(SIGPIPE, SI_USER, pid=t.process.pid, uid=os.getuid()))


def _total(views: list[memoryview]) -> int:
    return sum(map(len, views))


def _partial(
    t: Thread, name: str, fd: int, views: list[memoryview], missing: int, *rest: int
) -> int:
    """The call on memory whose end is not accessible: the host's kernel finds the EFAULT."""
    vector = hostcall.vector(views, min(missing, MAX_RW_COUNT))
    return hostcall.call(name, fd, vector, len(vector), *rest)


def _read(t: Thread, fd: int, views: list[memoryview], size: int) -> Blocking[int]:
    files = t.process.files
    if files.special and fd in files.special:
        return (yield from _read_special(t, fd, files.special[fd], views, size))
    missing = min(size, MAX_RW_COUNT) - _total(views)
    if missing:
        kind = files.kind(fd)
        if kind != PLAIN and not ready(fd, POLLIN) and not nonblocking(fd):
            yield from readable(t, fd)
        return _partial(t, "readv", fd, views, missing)
    return (yield from receive(t, fd, views))


def _read_special(
    t: Thread, fd: int, special: SpecialFile, views: list[memoryview], size: int
) -> Blocking[int]:
    room = _total(views)
    if size and not room:
        raise LinuxError(EFAULT)
    data = yield from special.read(t, fd, room)
    scatter(views, data)
    return len(data)


def scatter(views: list[memoryview], data: bytes) -> None:
    """Copy `data` into `views`, one after the other."""
    at = 0
    for view in views:
        part = data[at : at + len(view)]
        view[: len(part)] = part
        at += len(part)


def _write(t: Thread, fd: int, views: list[memoryview], size: int) -> Blocking[int]:
    files = t.process.files
    try:
        if files.special and fd in files.special:
            if size and not views:
                raise LinuxError(EFAULT)
            return (yield from files.special[fd].write(t, fd, b"".join(views)))
        missing = min(size, MAX_RW_COUNT) - _total(views)
        if missing:
            kind = files.kind(fd)
            if kind != PLAIN and not ready(fd, POLLOUT) and not nonblocking(fd):
                yield from writable(t, fd)
            done = _partial(t, "writev", fd, views, missing)
        else:
            done = yield from send(t, fd, views)
        if t.memory.shared_code:
            t.memory.file_changed(fd)
        return done
    except OSError as error:
        if error.errno == EPIPE:
            broken_pipe(t)
        raise


def _views(buf: InBuf | OutBuf) -> list[memoryview]:
    """The accessible beginning of the buffer; none where all of it is out of reach."""
    try:
        return buf.views()
    except LinuxError:
        return []


@syscall
def read(t: Thread, fd: Fd, buf: OutBuf) -> Blocking[int]:
    if not buf.size:
        t.process.files.visible(fd)
        return hostcall.call("read", fd, None, 0)
    return (yield from _read(t, fd, _views(buf), buf.size))


@syscall
def write(t: Thread, fd: Fd, buf: InBuf) -> Blocking[int]:
    if not buf.size:
        t.process.files.visible(fd)
        return os.write(fd, b"")
    return (yield from _write(t, fd, _views(buf), buf.size))


def _vectored(iov: IoVecIn | IoVecOut) -> tuple[list[memoryview], int]:
    """The accessible beginning of a vector and how many bytes it asks for."""
    size = sum(length for _, length in iov.segments())
    try:
        return iov.views(), size
    except LinuxError:
        return [], size


def _check_count(t: Thread, fd: int, iov: IoVecIn | IoVecOut) -> None:
    """EBADF comes first, then EINVAL for a count that no vector has."""
    t.process.files.check(fd)
    if iov.count > 1024:
        raise LinuxError(EINVAL)


@syscall
def readv(t: Thread, fd: Fd, iov: IoVecOut) -> Blocking[int]:
    _check_count(t, fd, iov)
    views, size = _vectored(iov)
    if not size:
        return os.readv(fd, [])
    return (yield from _read(t, fd, views, size))


@syscall
def writev(t: Thread, fd: Fd, iov: IoVecIn) -> Blocking[int]:
    _check_count(t, fd, iov)
    views, size = _vectored(iov)
    if not size:
        return os.writev(fd, [])
    return (yield from _write(t, fd, views, size))


def _positioned(
    t: Thread, fd: int, views: list[memoryview], size: int, offset: int, flags: int, write: bool
) -> int:
    """pread and pwrite and their vector forms: files with positions never wait."""
    files = t.process.files
    if fd in files.special:
        special = files.special[fd]
        if size and not views:
            raise LinuxError(EFAULT)
        if write:
            return special.pwrite(t, b"".join(views), offset)
        data = special.pread(t, _total(views), offset)
        scatter(views, data)
        return len(data)
    files.visible(fd)
    name = "pwritev2" if write else "preadv2"
    missing = min(size, MAX_RW_COUNT) - _total(views)
    done = _partial(t, name, fd, views, missing, offset, offset >> 63, flags)
    if write and t.memory.shared_code:
        t.memory.file_changed(fd)
    return done


def _at(offset: int) -> int:
    if offset < 0:
        raise LinuxError(EINVAL)
    return offset


@syscall
def pread64(t: Thread, fd: Fd, buf: OutBuf, offset: Offset) -> int:
    return _positioned(t, fd, _views(buf), buf.size, _at(offset), 0, False)


@syscall
def pwrite64(t: Thread, fd: Fd, buf: InBuf, offset: Offset) -> int:
    return _positioned(t, fd, _views(buf), buf.size, _at(offset), 0, True)


@syscall
def preadv(t: Thread, fd: Fd, iov: IoVecOut, offset: OffsetPair) -> int:
    _at(offset)
    _check_count(t, fd, iov)
    return _positioned(t, fd, *_vectored(iov), offset, 0, False)


@syscall
def pwritev(t: Thread, fd: Fd, iov: IoVecIn, offset: OffsetPair) -> int:
    _at(offset)
    _check_count(t, fd, iov)
    return _positioned(t, fd, *_vectored(iov), offset, 0, True)


@syscall
def preadv2(t: Thread, fd: Fd, iov: IoVecOut, offset: OffsetPair, flags: RwFlags) -> Blocking[int]:
    if offset < -1:
        raise LinuxError(EINVAL)
    _check_count(t, fd, iov)
    views, size = _vectored(iov)
    if offset == -1 and not flags:
        return (yield from _read(t, fd, views, size))
    return _positioned(t, fd, views, size, offset, flags, False)


@syscall
def pwritev2(t: Thread, fd: Fd, iov: IoVecIn, offset: OffsetPair, flags: RwFlags) -> Blocking[int]:
    if offset < -1:
        raise LinuxError(EINVAL)
    _check_count(t, fd, iov)
    views, size = _vectored(iov)
    if offset == -1 and not flags:
        return (yield from _write(t, fd, views, size))
    return _positioned(t, fd, views, size, offset, flags, True)
