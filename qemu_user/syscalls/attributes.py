"""What can be changed of a file: permissions, owners, times, size."""

from __future__ import annotations

from errno import EINVAL

from ..exec import hostcall, paths
from ..exec.abi import files as abi
from ..exec.abi.clocks import Timespec, Timeval, Utimbuf
from ..exec.errors import LinuxError
from ..exec.hostcall import AT_FDCWD
from .args import (
    AccessMode,
    AtFlags,
    DirFd,
    FadviseAdvice,
    FallocateFlags,
    Fd,
    FileOffset,
    Gid,
    In,
    InArray,
    Mode,
    Offset,
    Size,
    StringPtr,
    Uid,
)
from .names import existing, given
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.hostcall import Word
    from ..exec.thread import Thread

_UTIME_OMIT = 0x3FFFFFFE


@syscall
def access(t: Thread, path: StringPtr, mode: AccessMode) -> int:
    return _access(t, AT_FDCWD, path, mode)


@syscall
def faccessat(t: Thread, dirfd: DirFd, path: StringPtr, mode: AccessMode) -> int:
    return _access(t, dirfd, path, mode)


def _access(t: Thread, dirfd: int, path: StringPtr, mode: int) -> int:
    return hostcall.call("faccessat", dirfd, existing(t, dirfd, path), mode)


@syscall
def faccessat2(t: Thread, dirfd: DirFd, path: StringPtr, mode: AccessMode, flags: AtFlags) -> int:
    return hostcall.call("faccessat2", dirfd, existing(t, dirfd, path, flags), mode, flags)


@syscall
def chmod(t: Thread, path: StringPtr, mode: Mode) -> int:
    return hostcall.call("fchmodat", AT_FDCWD, given(path), mode)


@syscall
def fchmod(t: Thread, fd: Fd, mode: Mode) -> int:
    return hostcall.call("fchmod", fd, mode)


@syscall
def fchmodat(t: Thread, dirfd: DirFd, path: StringPtr, mode: Mode) -> int:
    return hostcall.call("fchmodat", dirfd, given(path), mode)


@syscall
def fchmodat2(t: Thread, dirfd: DirFd, path: StringPtr, mode: Mode, flags: AtFlags) -> int:
    return hostcall.call("fchmodat2", dirfd, given(path), mode, flags)


@syscall(wide="chown32")
def chown(t: Thread, path: StringPtr, owner: Uid, group: Gid) -> int:
    return hostcall.call("fchownat", AT_FDCWD, given(path), owner, group, 0)


@syscall(wide="lchown32")
def lchown(t: Thread, path: StringPtr, owner: Uid, group: Gid) -> int:
    return hostcall.call("fchownat", AT_FDCWD, given(path), owner, group, abi.AT_SYMLINK_NOFOLLOW)


@syscall(wide="fchown32")
def fchown(t: Thread, fd: Fd, owner: Uid, group: Gid) -> int:
    return hostcall.call("fchown", fd, owner, group)


@syscall
def fchownat(
    t: Thread, dirfd: DirFd, path: StringPtr, owner: Uid, group: Gid, flags: AtFlags
) -> int:
    return hostcall.call("fchownat", dirfd, given(path), owner, group, flags)


def _set_times(dirfd: int, path: Word, times: list[Timespec] | None, flags: int) -> int:
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


@syscall(wide="utimensat_time64")
def utimensat(
    t: Thread, dirfd: DirFd, path: StringPtr, times: InArray[Timespec], flags: AtFlags
) -> int:
    values = times.read(2) if times else None
    if values and all(value.tv_nsec == _UTIME_OMIT for value in values):
        return 0
    return _set_times(dirfd, given(path), values, flags)


@syscall
def utime(t: Thread, path: StringPtr, times: In[Utimbuf]) -> int:
    values = None
    if times:
        want = times.read()
        values = [Timespec(tv_sec=want.actime), Timespec(tv_sec=want.modtime)]
    return _set_times(AT_FDCWD, given(path), values, 0)


@syscall
def utimes(t: Thread, path: StringPtr, times: InArray[Timeval]) -> int:
    values = _micro(times)
    return _set_times(AT_FDCWD, given(path), values, 0)


@syscall
def futimesat(t: Thread, dirfd: DirFd, path: StringPtr, times: InArray[Timeval]) -> int:
    values = _micro(times)
    return _set_times(dirfd, given(path), values, 0)


@syscall(wide="truncate64")
def truncate(t: Thread, path: StringPtr, length: FileOffset) -> int:
    name = given(path)
    if isinstance(name, bytes):
        paths.check_not_running(t, AT_FDCWD, name)
    result = hostcall.call("truncate", name, length)
    if isinstance(name, bytes):
        t.memory.file_changed(name)
    return result


@syscall(wide="ftruncate64")
def ftruncate(t: Thread, fd: Fd, length: FileOffset) -> int:
    result = hostcall.call("ftruncate", fd, length)
    t.memory.file_changed(fd)
    return result


@syscall
def fallocate(t: Thread, fd: Fd, mode: FallocateFlags, offset: Offset, size: Offset) -> int:
    result = hostcall.call("fallocate", fd, mode, offset, size)
    t.memory.file_changed(fd)
    return result


@syscall
def fadvise64(t: Thread, fd: Fd, offset: Offset, size: Size, advice: FadviseAdvice) -> int:
    return hostcall.call("fadvise64", fd, offset, size, advice)


@syscall
def readahead(t: Thread, fd: Fd, offset: Offset, count: Size) -> int:
    return hostcall.call("readahead", fd, offset, count)
