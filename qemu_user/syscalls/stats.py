"""What is known about a file and its file system (man 2 stat, statx, statfs)."""

from __future__ import annotations

import os
from errno import EINVAL, EOVERFLOW

from ..exec import hostcall
from ..exec.abi.files import AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
from ..exec.abi.stats import Stat, Statfs, Statx
from ..exec.errors import LinuxError
from ..exec.hostcall import AT_FDCWD, OUT
from .args import AtFlags, DirFd, Fd, Out, Size, StatxMask, StringPtr
from .kinds import short_id
from .names import existing
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_ANONYMOUS_MODE = 0o600  # and no type
_ALL_ONES = (1 << 64) - 1


def _stat(t: Thread, dirfd: int, path: StringPtr, flags: int, target: Out[Stat]) -> int:
    name = existing(t, dirfd, path, flags)
    if not name and dirfd in t.process.files.special:
        hostcall.fill(Stat, "newfstatat", dirfd, name, OUT, flags)
        _store(t, target, _special(t, dirfd))
    elif t.arch.model.word == 8:
        hostcall.into(t, target.addr, Stat, "newfstatat", dirfd, name, OUT, flags)
    else:
        _store(t, target, hostcall.fill(Stat, "newfstatat", dirfd, name, OUT, flags))
    return 0


def _store(t: Thread, target: Out[Stat], status: Stat) -> None:
    """EOVERFLOW where the members of struct stat are too short (man 2 stat)."""
    arch = t.bound.arch
    if not arch.is_wide and arch.model.register == 4 and not _fits(status):
        raise LinuxError(EOVERFLOW)
    if arch.ids16:
        status.st_uid, status.st_gid = short_id(status.st_uid), short_id(status.st_gid)
    if t.arch.model.word == 4:
        status.st_ino32 = status.st_ino & 0xFFFFFFFF  # type: ignore[attr-defined]
    target.write(status)


def _fits(status: Stat) -> bool:
    """Whether the older struct stat can say it: 32 bits, but for 16 of links and old devices."""
    return (
        max(status.st_ino, status.st_blocks) <= 0xFFFFFFFF
        and status.st_size <= 0x7FFFFFFF
        and status.st_nlink <= 0xFFFF
        and max(status.st_dev, status.st_rdev) <= 0xFFFF
    )


@syscall(wide="stat64")
def stat(t: Thread, path: StringPtr, statbuf: Out[Stat]) -> int:
    return _stat(t, AT_FDCWD, path, 0, statbuf)


@syscall(wide="lstat64")
def lstat(t: Thread, path: StringPtr, statbuf: Out[Stat]) -> int:
    return _stat(t, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, statbuf)


@syscall(wide="fstat64")
def fstat(t: Thread, fd: Fd, statbuf: Out[Stat]) -> int:
    if fd in t.process.files.special:
        _store(t, statbuf, _special(t, fd))
    elif t.arch.model.word == 4:
        _store(t, statbuf, hostcall.fill(Stat, "fstat", fd, OUT))
    else:
        hostcall.into(t, statbuf.addr, Stat, "fstat", fd, OUT)
    return 0


def _special(t: Thread, fd: int) -> Stat:
    """What stat says of the file or the anonymous inode that an emulated file stands for."""
    path = t.process.files.special[fd].path
    if path and os.path.exists(path):
        return hostcall.fill(Stat, "newfstatat", AT_FDCWD, path, OUT, 0)
    status = hostcall.fill(Stat, "fstat", fd, OUT)
    status.st_mode, status.st_size, status.st_blocks = _ANONYMOUS_MODE, 0, 0
    return status


@syscall(wide="fstatat64")
def newfstatat(t: Thread, dirfd: DirFd, path: StringPtr, statbuf: Out[Stat], flags: AtFlags) -> int:
    return _stat(t, dirfd, path, flags, statbuf)


@syscall
def statx(
    t: Thread,
    dirfd: DirFd,
    path: StringPtr,
    flags: AtFlags,
    mask: StatxMask,
    statxbuf: Out[Statx],
) -> int:
    name = existing(t, dirfd, path, flags)
    special = t.process.files.special.get(dirfd) if not name else None
    if special is not None and special.path and flags & AT_EMPTY_PATH:
        dirfd, name = AT_FDCWD, special.path
    hostcall.into(t, statxbuf.addr, Statx, "statx", dirfd, name, flags, mask, OUT)
    return 0


def _short(t: Thread, found: Statfs) -> Statfs:
    """EOVERFLOW where a word can't hold a member (man 2 statfs)."""
    if t.arch.model.word == 4:
        counts = (found.f_blocks, found.f_bfree, found.f_bavail, found.f_bsize, found.f_frsize)
        files = [n for n in (found.f_files, found.f_ffree) if n not in (-1, _ALL_ONES)]
        if max(*counts, *files) > 0xFFFFFFFF:
            raise LinuxError(EOVERFLOW)
    return found


def _size(t: Thread, size: int) -> None:
    """EINVAL unless it is that of struct statfs64 (packed or not)."""
    known = hostcall.shape(Statfs, t.arch.wide()).size(t.arch.model)
    if size not in (known, 84, 88):
        raise LinuxError(EINVAL)


@syscall
def statfs(t: Thread, path: StringPtr, buf: Out[Statfs]) -> int:
    buf.write(_short(t, hostcall.fill(Statfs, "statfs", existing(t, AT_FDCWD, path), OUT)))
    return 0


def _fstatfs(t: Thread, fd: int) -> Statfs:
    special = t.process.files.special.get(fd)
    if special is not None and special.path:
        return hostcall.fill(Statfs, "statfs", b"/proc", OUT)
    return hostcall.fill(Statfs, "fstatfs", fd, OUT)


@syscall
def fstatfs(t: Thread, fd: Fd, buf: Out[Statfs]) -> int:
    buf.write(_short(t, _fstatfs(t, fd)))
    return 0


@syscall(name="statfs64", wide="statfs64")
def statfs64(t: Thread, path: StringPtr, size: Size, buf: Out[Statfs]) -> int:
    _size(t, size)
    buf.write(hostcall.fill(Statfs, "statfs", existing(t, AT_FDCWD, path), OUT))
    return 0


@syscall(name="fstatfs64", wide="fstatfs64")
def fstatfs64(t: Thread, fd: Fd, size: Size, buf: Out[Statfs]) -> int:
    _size(t, size)
    buf.write(_fstatfs(t, fd))
    return 0
