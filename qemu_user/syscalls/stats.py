"""What is known about a file and its file system (man 2 stat, statx, statfs)."""

from __future__ import annotations

from ..exec import hostcall
from ..exec.abi.files import AT_SYMLINK_NOFOLLOW
from ..exec.abi.stats import Stat, Statfs, Statx
from ..exec.hostcall import AT_FDCWD, OUT
from .args import AtFlags, DirFd, Fd, Out, StatxMask, StringPtr
from .names import existing
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_ANONYMOUS_MODE = 0o600  # and no type


def _stat(t: Thread, dirfd: int, path: StringPtr, flags: int, target: Out[Stat]) -> int:
    name = existing(t, dirfd, path, flags)
    if not name and dirfd in t.process.files.special:
        target.write(_anonymous(hostcall.fill(Stat, "newfstatat", dirfd, name, OUT, flags)))
    else:
        hostcall.into(t, target.addr, Stat, "newfstatat", dirfd, name, OUT, flags)
    return 0


@syscall
def stat(t: Thread, path: StringPtr, statbuf: Out[Stat]) -> int:
    return _stat(t, AT_FDCWD, path, 0, statbuf)


@syscall
def lstat(t: Thread, path: StringPtr, statbuf: Out[Stat]) -> int:
    return _stat(t, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, statbuf)


@syscall
def fstat(t: Thread, fd: Fd, statbuf: Out[Stat]) -> int:
    if fd in t.process.files.special:
        statbuf.write(_anonymous(hostcall.fill(Stat, "fstat", fd, OUT)))
    else:
        hostcall.into(t, statbuf.addr, Stat, "fstat", fd, OUT)
    return 0


def _anonymous(status: Stat) -> Stat:
    """What stat says of the anonymous inode that an emulated file stands for."""
    status.st_mode, status.st_size, status.st_blocks = _ANONYMOUS_MODE, 0, 0
    return status


@syscall
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
    hostcall.into(t, statxbuf.addr, Statx, "statx", dirfd, name, flags, mask, OUT)
    return 0


@syscall
def statfs(t: Thread, path: StringPtr, buf: Out[Statfs]) -> int:
    buf.write(hostcall.fill(Statfs, "statfs", existing(t, AT_FDCWD, path), OUT))
    return 0


@syscall
def fstatfs(t: Thread, fd: Fd, buf: Out[Statfs]) -> int:
    buf.write(hostcall.fill(Statfs, "fstatfs", fd, OUT))
    return 0
