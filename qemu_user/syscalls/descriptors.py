"""Making, duplicating and flushing descriptors."""

from __future__ import annotations

import os
from errno import EBADF, EINVAL

from ..exec import hostcall, openflags
from ..exec.abi import files as abi
from ..exec.abi.limits import RLIMIT_NOFILE
from ..exec.errors import LinuxError
from ..exec.waiting import closing, in_helper
from .args import EventFdFlags, Fd, Int, Offset, OpenFlags, OutArray, Pid, PidfdFlags, UInt
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking


@syscall
def dup(t: Thread, fildes: Fd) -> int:
    return t.process.files.duplicated(fildes, hostcall.call("dup", fildes))


def _dup3(t: Thread, old: int, new: int, flags: int) -> int:
    files = t.process.files
    if new in files.reserved:
        raise LinuxError(EBADF)
    closing(t.process, new)

    def make() -> int:
        return hostcall.call("dup3", old, new, flags)

    try:
        return files.duplicated(old, make())
    except LinuxError as error:
        if error.errno != EBADF or not hostcall.descriptor_limits()[0] <= new < _limit(t):
            raise
    return files.duplicated(old, hostcall.with_room(make))


def _limit(t: Thread) -> int:
    """The guest's RLIMIT_NOFILE, which the host's may be less than."""
    from ..exec.guestlimits import get

    return get(t, RLIMIT_NOFILE)[0]


@syscall
def dup2(t: Thread, oldfd: Fd, newfd: UInt) -> int:
    if oldfd & 0xFFFFFFFF == newfd:
        return t.process.files.check(oldfd)
    return _dup3(t, oldfd, newfd, 0)


@syscall
def dup3(t: Thread, oldfd: Fd, newfd: UInt, flags: OpenFlags) -> int:
    if flags & ~abi.O_CLOEXEC or oldfd == newfd:
        raise LinuxError(EINVAL)
    return _dup3(t, oldfd, newfd, flags)


def _pipe(pipefd: OutArray[int], flags: int) -> int:
    """Both ends, or neither where they cannot be told."""
    both = os.pipe2(flags)
    try:
        pipefd.write(both)
    except LinuxError:
        for fd in both:
            os.close(fd)
        raise
    return 0


@syscall
def pipe(t: Thread, pipefd: OutArray[Int]) -> int:
    return _pipe(pipefd, 0)


@syscall
def pipe2(t: Thread, pipefd: OutArray[Int], flags: OpenFlags) -> int:
    return _pipe(pipefd, openflags.to_arch(flags, hostcall.arch()))


@syscall
def eventfd(t: Thread, initval: UInt) -> int:
    return hostcall.call("eventfd2", initval, 0)


@syscall
def eventfd2(t: Thread, initval: UInt, flags: EventFdFlags) -> int:
    return hostcall.call("eventfd2", initval, flags)


@syscall
def pidfd_open(t: Thread, pid: Pid, flags: PidfdFlags) -> int:
    return hostcall.call("pidfd_open", pid, flags)


@syscall
def pidfd_getfd(t: Thread, pidfd: Fd, targetfd: Fd, flags: UInt) -> int:
    return hostcall.call("pidfd_getfd", pidfd, targetfd, flags)


@syscall
def sync(t: Thread) -> Blocking[int]:
    return (yield from in_helper(t, lambda: hostcall.call("sync")))


@syscall
def fsync(t: Thread, fd: Fd) -> int:
    return hostcall.call("fsync", fd)


@syscall
def fdatasync(t: Thread, fd: Fd) -> int:
    return hostcall.call("fdatasync", fd)


@syscall
def syncfs(t: Thread, fd: Fd) -> int:
    return hostcall.call("syncfs", fd)


@syscall
def sync_file_range(t: Thread, fd: Fd, offset: Offset, nbytes: Offset, flags: UInt) -> int:
    return hostcall.call("sync_file_range", fd, offset, nbytes, flags)
