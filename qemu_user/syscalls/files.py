"""Opening, closing and positioning files."""

from __future__ import annotations

import os
import stat
from errno import E2BIG, EACCES, EEXIST, EINVAL, ENOTDIR, EOVERFLOW

from ..exec import hostcall, openflags, paths, procnames
from ..exec.abi import files as abi
from ..exec.abi.files import OpenHow
from ..exec.abi.layout import I64
from ..exec.errors import LinuxError
from ..exec.hostcall import AT_FDCWD
from ..exec.waiting import closing, in_helper
from .args import (
    CloseRangeFlags,
    DirFd,
    Fd,
    InBuf,
    Long,
    Mode,
    OpenFlags,
    Out,
    StringPtr,
    UInt,
    Whence,
)
from .cookies import meant
from .names import given
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.files import SpecialFile
    from ..exec.procnames import Named
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

_PAGE = 4096


def _open(
    t: Thread, dirfd: int, pointer: StringPtr, flags: int, mode: int, resolve: int | None = None
) -> Blocking[int]:
    """What the four opening calls share: generated files, then the host's."""
    path = given(pointer)
    if not isinstance(path, bytes):
        return _call(dirfd, path, flags, mode, resolve)
    if not flags & abi.O_PATH and not resolve:
        fd = _open_own(t, dirfd, path, flags)
        if fd is not None:
            return fd
    if resolve:
        real = path
    elif flags & abi.O_NOFOLLOW:
        real = paths.host_path(t, dirfd, path)
    else:
        real = paths.follow(t, dirfd, path)
    if flags & (abi.O_ACCMODE | abi.O_TRUNC) and not flags & abi.O_PATH:
        paths.check_not_running(t, dirfd, real)
    if not flags & (abi.O_NONBLOCK | abi.O_PATH) and _is_fifo(dirfd, real, flags):
        return (yield from in_helper(t, lambda: _call(dirfd, real, flags, mode, resolve)))
    fd = _call(dirfd, real, flags, mode, resolve)
    if flags & abi.O_TRUNC:
        t.memory.file_changed(fd)
    return _own_instead(t, fd, flags) if resolve and not flags & abi.O_PATH else fd


def _own_instead(t: Thread, fd: int, flags: int) -> int:
    """Where the host's way of resolving a name led to a file that the guest has its own of."""
    try:
        path = os.readlink(b"/proc/self/fd/%d" % fd)
    except OSError:
        return fd
    if not path.startswith(b"/proc/"):
        return fd
    os.close(fd)
    try:
        own = _open_own(t, AT_FDCWD, path, flags)
    except LinuxError:
        own = None
    return _call(AT_FDCWD, path, flags & ~abi.O_CREAT, 0, None) if own is None else own


def _call(dirfd: int, path: hostcall.Word, flags: int, mode: int, resolve: int | None) -> int:
    """openat, or openat2 where there is `resolve`."""
    host = openflags.to_arch(flags, hostcall.arch())
    if resolve is None:
        return hostcall.call("openat", dirfd, path, host, mode)
    how = hostcall.pack(OpenHow(flags=host, mode=mode, resolve=resolve))
    return hostcall.call("openat2", dirfd, path, how, len(how))


def _is_fifo(dirfd: int, path: bytes, flags: int) -> bool:
    """Opening it waits for the other end (man 7 fifo); opening both ways never does."""
    if flags & abi.O_ACCMODE == abi.O_RDWR:
        return False
    try:
        about = os.stat(path, dir_fd=None if dirfd == AT_FDCWD else dirfd)
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(about.st_mode)


def _open_own(t: Thread, dirfd: int, path: bytes, flags: int) -> int | None:
    """A file of /proc that the guest must see its own version of; None for all others."""
    whole = procnames.absolute(dirfd, path)
    if whole is None:
        return None
    where, fd = procnames.of_absolute(t, whole), None
    if where is None and whole == b"/proc/cpuinfo":
        from .procfile import open_text

        fd = open_text(t, whole, whole, paths.cpuinfo)
    elif where is None:
        return None
    elif where[2] in procnames.MEMORY:
        return _open_memory(t, where, flags)
    elif paths.generated(where):
        from .procfile import open_own

        fd = open_own(t, where, whole)
    if fd is None:
        return None
    try:
        _check_text(flags)
    except LinuxError:
        t.process.files.close(fd)
        raise
    if not flags & abi.O_CLOEXEC:
        os.set_inheritable(fd, True)
    return fd


def _check_text(flags: int) -> None:
    if flags & abi.O_DIRECTORY:
        raise LinuxError(ENOTDIR)
    if flags & abi.O_CREAT and flags & abi.O_EXCL:
        raise LinuxError(EEXIST)
    if flags & abi.O_ACCMODE:
        raise LinuxError(EACCES)


def _open_memory(t: Thread, where: Named, flags: int) -> int | None:
    from .ownmemory import MemoryFile, PageMap

    if flags & abi.O_DIRECTORY:
        raise LinuxError(ENOTDIR)
    (pid, _, name), access = where, flags & abi.O_ACCMODE
    made: SpecialFile | None
    if name == b"pagemap":
        made = PageMap(pid) if pid == t.process.pid else None
    elif pid == t.process.pid:
        made = MemoryFile(access, pid)
    else:
        from .othermemory import open_memory

        made = open_memory(t, pid, access)
    if made is None:
        return None
    fd = os.memfd_create("mem", os.MFD_CLOEXEC if flags & abi.O_CLOEXEC else 0)
    return t.process.files.install(fd, made)


@syscall
def open(t: Thread, path: StringPtr, flags: OpenFlags, mode: Mode) -> Blocking[int]:  # noqa: A001
    return (yield from _open(t, AT_FDCWD, path, flags, mode))


@syscall
def openat(t: Thread, dirfd: DirFd, path: StringPtr, flags: OpenFlags, mode: Mode) -> Blocking[int]:
    return (yield from _open(t, dirfd, path, flags, mode))


@syscall
def openat2(t: Thread, dirfd: DirFd, path: StringPtr, how: InBuf) -> Blocking[int]:
    size = OpenHow.size(t.arch.model)
    if how.size < size:
        raise LinuxError(EINVAL)
    if how.size > _PAGE:
        raise LinuxError(E2BIG)
    data = how.read()
    if any(data[size:]):
        raise LinuxError(E2BIG)
    want = OpenHow.unpack(t.arch.model, data)
    flags = openflags.from_arch(want.flags, t.arch)
    return (yield from _open(t, dirfd, path, flags, want.mode, want.resolve))


@syscall
def creat(t: Thread, path: StringPtr, mode: Mode) -> Blocking[int]:
    return (yield from _open(t, AT_FDCWD, path, abi.O_CREAT | abi.O_WRONLY | abi.O_TRUNC, mode))


@syscall
def close(t: Thread, fd: Fd) -> int:
    p = t.process
    if len(p.threads) > 1:
        closing(p, fd)
    p.files.close(fd)
    return 0


@syscall
def close_range(t: Thread, first: UInt, last: UInt, flags: CloseRangeFlags) -> int:
    if flags & ~(abi.CLOSE_RANGE_UNSHARE | abi.CLOSE_RANGE_CLOEXEC) or first > last:
        raise LinuxError(EINVAL)
    files = t.process.files
    for fd in files.open_descriptors():
        if first <= fd <= last:
            if flags & abi.CLOSE_RANGE_CLOEXEC:
                os.set_inheritable(fd, False)
            else:
                closing(t.process, fd)
                files.close(fd)
    return 0


@syscall
def lseek(t: Thread, fd: Fd, offset: Long, whence: Whence) -> int:
    place = _seek(t, fd, offset, whence)
    if place >> 8 * t.arch.model.register - 1:
        raise LinuxError(EOVERFLOW)
    return place


@syscall(name="_llseek", also=("llseek",))
def llseek(
    t: Thread, fd: Fd, offset_high: UInt, offset_low: UInt, result: Out[I64], whence: Whence
) -> int:
    offset = offset_high << 32 | offset_low
    result.write(_seek(t, fd, offset - (offset >> 63 << 64), whence))
    return 0


def _seek(t: Thread, fd: int, offset: int, whence: int) -> int:
    special = t.process.files.special.get(fd)
    if special is not None:
        return special.seek(t, fd, offset, whence)
    if t.arch.model.word == 4 and whence == abi.SEEK_SET:
        offset = meant(t, fd, offset)
    return hostcall.call("lseek", fd, offset, whence)
