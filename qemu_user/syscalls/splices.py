"""Moving data between descriptors inside the kernel."""

from __future__ import annotations

import ctypes
import os
from errno import EFAULT, EINVAL, EPIPE

from ..exec import hostcall
from ..exec.abi import files as abi
from ..exec.errors import LinuxError
from ..exec.files import PLAIN, nonblocking
from ..exec.waiting import in_helper
from .args import Fd, FileOffset, InOut, IoVecIn, IoVecOut, Offset, Size, SpliceFlags, UInt
from .syscall import syscall
from .transfers import broken_pipe, vector_room

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.thread import Thread
    from ..exec.waiting import Blocking


class _Position:
    """An optional file offset that the host's kernel reads and moves."""

    def __init__(self, pointer: InOut[int]) -> None:
        self._pointer = pointer
        self._value: ctypes.c_int64 | None = None
        self.word: int | None = None
        if pointer:
            try:
                self._value = ctypes.c_int64(pointer.read())
                self.word = ctypes.addressof(self._value)
            except LinuxError:
                self.word = hostcall.INVALID

    def store(self) -> None:
        if self._value is not None:
            self._pointer.write(self._value.value)


def _waiting(t: Thread, act: Callable[[], int], may_wait: bool) -> Blocking[int]:
    """Run a call that waits for one of its descriptors where only `t` waits."""
    try:
        if may_wait:
            return (yield from in_helper(t, act))
        return act()
    except OSError as error:
        if error.errno == EPIPE:
            broken_pipe(t)
        raise


def _host_files(t: Thread, *fds: int) -> None:
    """EINVAL for emulated files, which have nothing to splice whatever the host's descriptor is."""
    for fd in fds:
        special = t.process.files.special.get(fd)
        if special is not None and not special.on_host:
            raise LinuxError(EINVAL)


def _waits(t: Thread, fd: int) -> bool:
    try:
        return t.process.files.kind(fd) != PLAIN and not nonblocking(fd)
    except OSError:
        return False


@syscall(wide="sendfile64")
def sendfile(
    t: Thread, out_fd: Fd, in_fd: Fd, offset: InOut[FileOffset], count: Size
) -> Blocking[int]:
    at = _Position(offset)
    if at.word == hostcall.INVALID:
        raise LinuxError(EFAULT)
    _host_files(t, in_fd, out_fd)
    may_wait = _waits(t, out_fd)
    try:
        return (
            yield from _waiting(
                t, lambda: hostcall.call("sendfile", out_fd, in_fd, at.word, count), may_wait
            )
        )
    finally:
        at.store()  # also after a failure: a place that cannot be written is then EFAULT


@syscall
def splice(
    t: Thread,
    fd_in: Fd,
    off_in: InOut[Offset],
    fd_out: Fd,
    off_out: InOut[Offset],
    len_: Size,
    flags: SpliceFlags,
) -> Blocking[int]:
    _host_files(t, fd_in, fd_out)
    if not len_:
        return hostcall.call("splice", fd_in, None, fd_out, None, 0, flags)
    source, sink = _Position(off_in), _Position(off_out)
    moved = yield from _waiting(
        t,
        lambda: hostcall.call("splice", fd_in, source.word, fd_out, sink.word, len_, flags),
        bool(len_) and not flags & abi.SPLICE_F_NONBLOCK,
    )
    source.store()
    sink.store()
    return moved


@syscall
def tee(t: Thread, fd_in: Fd, fd_out: Fd, len_: Size, flags: SpliceFlags) -> Blocking[int]:
    may_wait = bool(len_) and not flags & abi.SPLICE_F_NONBLOCK
    return (
        yield from _waiting(t, lambda: hostcall.call("tee", fd_in, fd_out, len_, flags), may_wait)
    )


def _is_read_end(fd: int) -> bool:
    try:
        return hostcall.call("fcntl", fd, abi.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    except LinuxError:
        return False


@syscall
def vmsplice(t: Thread, fd: Fd, iov: IoVecIn, flags: SpliceFlags) -> Blocking[int]:
    where = IoVecOut(t.memory, iov.addr, iov.count) if _is_read_end(fd) else iov
    room = vector_room(t, fd, where, "vmsplice", flags)
    may_wait = not flags & abi.SPLICE_F_NONBLOCK
    return (yield from _waiting(t, lambda: room.call("vmsplice", fd, flags), may_wait))


@syscall
def copy_file_range(
    t: Thread,
    fd_in: Fd,
    off_in: InOut[Offset],
    fd_out: Fd,
    off_out: InOut[Offset],
    len_: Size,
    flags: UInt,
) -> int:
    _host_files(t, fd_in, fd_out)
    source, sink = _Position(off_in), _Position(off_out)
    moved = hostcall.call("copy_file_range", fd_in, source.word, fd_out, sink.word, len_, flags)
    if moved:
        source.store()
        sink.store()
    return moved
