"""What is known about a file: stat, permissions, owners, times, size."""

from __future__ import annotations

from errno import EINVAL

from ..exec import hostcall, paths
from ..exec.abi import files as abi
from ..exec.abi.clocks import Timespec, Timeval, Utimbuf
from ..exec.abi.stats import Stat, Statfs, Statx
from ..exec.errors import LinuxError
from ..exec.hostcall import AT_FDCWD, OUT
from .args import (
    AccessMode,
    AtFlags,
    DirFd,
    FadviseAdvice,
    FallocateFlags,
    Fd,
    Gid,
    In,
    InArray,
    Mode,
    Offset,
    Out,
    Path,
    Size,
    StatxMask,
    StringPtr,
    Uid,
)
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_STATX_RESERVED = 0x80000000  # bit kept for a longer struct statx
_SYNC_TYPE = abi.AT_STATX_FORCE_SYNC | abi.AT_STATX_DONT_SYNC
_ANONYMOUS_MODE = 0o600  # and no type
_UTIME_OMIT = 0x3FFFFFFE
_STAT_FLAGS = abi.AT_SYMLINK_NOFOLLOW | abi.AT_NO_AUTOMOUNT | abi.AT_EMPTY_PATH


def _name(t: Thread, dirfd: int, path: bytes, flags: int) -> bytes:
    """Where the host has the file whose last link is followed or not, as `flags` say."""
    if flags & abi.AT_SYMLINK_NOFOLLOW:
        return paths.host_path(t, path)
    return paths.follow(t, dirfd, path)


def _stat(t: Thread, dirfd: int, path: bytes, flags: int) -> Stat:
    return hostcall.fill(Stat, "newfstatat", dirfd, _name(t, dirfd, path, flags), OUT, flags)


@syscall
def stat(t: Thread, path: Path, statbuf: Out[Stat]) -> int:
    statbuf.write(_stat(t, AT_FDCWD, path, 0))
    return 0


@syscall
def lstat(t: Thread, path: Path, statbuf: Out[Stat]) -> int:
    statbuf.write(_stat(t, AT_FDCWD, path, abi.AT_SYMLINK_NOFOLLOW))
    return 0


@syscall
def fstat(t: Thread, fd: Fd, statbuf: Out[Stat]) -> int:
    statbuf.write(_of_descriptor(t, fd, hostcall.fill(Stat, "fstat", fd, OUT)))
    return 0


def _of_descriptor(t: Thread, fd: int, status: Stat) -> Stat:
    """What stat says of the anonymous inode that an emulated file stands for."""
    if fd in t.process.files.special:
        status.st_mode, status.st_size, status.st_blocks = _ANONYMOUS_MODE, 0, 0
    return status


@syscall
def newfstatat(t: Thread, dirfd: DirFd, path: StringPtr, statbuf: Out[Stat], flags: AtFlags) -> int:
    if not path and flags & abi.AT_EMPTY_PATH:
        status = hostcall.fill(Stat, "newfstatat", dirfd, b"", OUT, flags)
        statbuf.write(_of_descriptor(t, dirfd, status))
        return 0
    if flags & ~_STAT_FLAGS:
        raise LinuxError(EINVAL)
    name = path.read()
    status = _stat(t, dirfd, name, flags)
    statbuf.write(status if name else _of_descriptor(t, dirfd, status))
    return 0


@syscall
def statx(
    t: Thread,
    dirfd: DirFd,
    path: StringPtr,
    flags: AtFlags,
    mask: StatxMask,
    statxbuf: Out[Statx],
) -> int:
    if mask & _STATX_RESERVED or flags & _SYNC_TYPE == _SYNC_TYPE:
        raise LinuxError(EINVAL)
    name = b"" if not path and flags & abi.AT_EMPTY_PATH else path.read()
    real = _name(t, dirfd, name, flags)
    statxbuf.write(hostcall.fill(Statx, "statx", dirfd, real, flags, mask, OUT))
    return 0


@syscall
def statfs(t: Thread, path: Path, buf: Out[Statfs]) -> int:
    buf.write(hostcall.fill(Statfs, "statfs", paths.follow(t, AT_FDCWD, path), OUT))
    return 0


@syscall
def fstatfs(t: Thread, fd: Fd, buf: Out[Statfs]) -> int:
    buf.write(hostcall.fill(Statfs, "fstatfs", fd, OUT))
    return 0


@syscall
def access(t: Thread, path: StringPtr, mode: AccessMode) -> int:
    return _access(t, AT_FDCWD, path, mode)


@syscall
def faccessat(t: Thread, dirfd: DirFd, path: StringPtr, mode: AccessMode) -> int:
    return _access(t, dirfd, path, mode)


def _access(t: Thread, dirfd: int, path: StringPtr, mode: int) -> int:
    if mode & ~7:
        raise LinuxError(EINVAL)
    return hostcall.call("faccessat", dirfd, paths.follow(t, dirfd, path.read()), mode)


@syscall
def faccessat2(t: Thread, dirfd: DirFd, path: StringPtr, mode: AccessMode, flags: AtFlags) -> int:
    if mode & ~7 or flags & ~(abi.AT_EACCESS | abi.AT_SYMLINK_NOFOLLOW | abi.AT_EMPTY_PATH):
        raise LinuxError(EINVAL)
    real = _name(t, dirfd, path.read(), flags)
    return hostcall.call("faccessat2", dirfd, real, mode, flags)


@syscall
def chmod(t: Thread, path: Path, mode: Mode) -> int:
    return hostcall.call("fchmodat", AT_FDCWD, path, mode)


@syscall
def fchmod(t: Thread, fd: Fd, mode: Mode) -> int:
    return hostcall.call("fchmod", fd, mode)


@syscall
def fchmodat(t: Thread, dirfd: DirFd, path: Path, mode: Mode) -> int:
    return hostcall.call("fchmodat", dirfd, path, mode)


@syscall
def fchmodat2(t: Thread, dirfd: DirFd, path: StringPtr, mode: Mode, flags: AtFlags) -> int:
    if flags & ~(abi.AT_SYMLINK_NOFOLLOW | abi.AT_EMPTY_PATH):
        raise LinuxError(EINVAL)
    return hostcall.call("fchmodat2", dirfd, path.read(), mode, flags)


@syscall
def chown(t: Thread, path: Path, owner: Uid, group: Gid) -> int:
    return hostcall.call("fchownat", AT_FDCWD, path, owner, group, 0)


@syscall
def lchown(t: Thread, path: Path, owner: Uid, group: Gid) -> int:
    return hostcall.call("fchownat", AT_FDCWD, path, owner, group, abi.AT_SYMLINK_NOFOLLOW)


@syscall
def fchown(t: Thread, fd: Fd, owner: Uid, group: Gid) -> int:
    return hostcall.call("fchown", fd, owner, group)


@syscall
def fchownat(
    t: Thread, dirfd: DirFd, path: StringPtr, owner: Uid, group: Gid, flags: AtFlags
) -> int:
    if flags & ~(abi.AT_SYMLINK_NOFOLLOW | abi.AT_EMPTY_PATH):
        raise LinuxError(EINVAL)
    return hostcall.call("fchownat", dirfd, path.read(), owner, group, flags)


def _set_times(dirfd: int, path: bytes | None, times: list[Timespec] | None, flags: int) -> int:
    packed = None if times is None else b"".join(map(hostcall.pack, times))
    return hostcall.call("utimensat", dirfd, path, packed, flags)


def _micro(times: InArray[Timeval]) -> list[Timespec] | None:
    """timevals as timespecs; EINVAL for microseconds out of range."""
    if not times:
        return None
    values = times.read(2)
    if any(not 0 <= value.tv_usec < 1_000_000 for value in values):
        raise LinuxError(EINVAL)
    return [Timespec(tv_sec=v.tv_sec, tv_nsec=v.tv_usec * 1000) for v in values]


@syscall
def utimensat(
    t: Thread, dirfd: DirFd, path: StringPtr, times: InArray[Timespec], flags: AtFlags
) -> int:
    values = times.read(2) if times else None
    if values and all(value.tv_nsec == _UTIME_OMIT for value in values):
        return 0
    return _set_times(dirfd, path.read() if path else None, values, flags)


@syscall
def utime(t: Thread, path: StringPtr, times: In[Utimbuf]) -> int:
    values = None
    if times:
        want = times.read()
        values = [Timespec(tv_sec=want.actime), Timespec(tv_sec=want.modtime)]
    return _set_times(AT_FDCWD, path.read(), values, 0)


@syscall
def utimes(t: Thread, path: StringPtr, times: InArray[Timeval]) -> int:
    values = _micro(times)
    return _set_times(AT_FDCWD, path.read(), values, 0)


@syscall
def futimesat(t: Thread, dirfd: DirFd, path: StringPtr, times: InArray[Timeval]) -> int:
    values = _micro(times)
    return _set_times(dirfd, path.read() if path else None, values, 0)


@syscall
def truncate(t: Thread, path: StringPtr, length: Offset) -> int:
    if length < 0:
        raise LinuxError(EINVAL)
    name = path.read()
    result = hostcall.call("truncate", name, length)
    t.memory.file_changed(name)
    return result


@syscall
def ftruncate(t: Thread, fd: Fd, length: Offset) -> int:
    result = hostcall.call("ftruncate", fd, length)
    t.memory.file_changed(fd)
    return result


@syscall
def fallocate(t: Thread, fd: Fd, mode: FallocateFlags, offset: Offset, size: Offset) -> int:
    result = hostcall.call("fallocate", fd, mode, offset, size)
    t.memory.file_changed(fd)
    return result


@syscall
def fadvise64(t: Thread, fd: Fd, offset: Offset, size: Offset, advice: FadviseAdvice) -> int:
    return hostcall.call("fadvise64", fd, offset, size, advice)


@syscall
def readahead(t: Thread, fd: Fd, offset: Offset, count: Size) -> int:
    return hostcall.call("readahead", fd, offset, count)
