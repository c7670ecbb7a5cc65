"""Names in the file system: links, renaming, removal, special files."""

from __future__ import annotations

import ctypes
from errno import EINVAL

from ..exec import hostcall, paths
from ..exec.abi import files as abi
from ..exec.errors import LinuxError
from ..exec.hostcall import AT_FDCWD
from .args import AtFlags, Dev, DirFd, Int, Mode, OutBuf, Path, RenameFlags, StringPtr
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_PATH_MAX = 4096


def _readlink(t: Thread, dirfd: int, path: bytes, buf: OutBuf, size: int) -> int:
    if size <= 0:
        raise LinuxError(EINVAL)
    target = paths.link_target(t, dirfd, path)
    if target is None:
        room = ctypes.create_string_buffer(_PATH_MAX)
        real = paths.host_path(t, path)
        length = hostcall.call("readlinkat", dirfd, real, room, min(size, _PATH_MAX))
        target = room.raw[:length]
    target = target[:size]
    buf.write(target)
    return len(target)


def _signed(size: int) -> int:
    """The C int that readlink's size parameter is."""
    return (size & 0xFFFFFFFF ^ 0x80000000) - 0x80000000


@syscall
def readlink(t: Thread, path: Path, buf: OutBuf) -> int:
    return _readlink(t, AT_FDCWD, path, buf, _signed(buf.size))


@syscall
def readlinkat(t: Thread, dirfd: DirFd, path: Path, buf: OutBuf) -> int:
    return _readlink(t, dirfd, path, buf, _signed(buf.size))


@syscall
def link(t: Thread, oldpath: Path, newpath: Path) -> int:
    return hostcall.call("linkat", AT_FDCWD, oldpath, AT_FDCWD, newpath, 0)


@syscall
def linkat(
    t: Thread,
    olddirfd: DirFd,
    oldpath: StringPtr,
    newdirfd: DirFd,
    newpath: StringPtr,
    flags: AtFlags,
) -> int:
    if flags & ~(abi.AT_SYMLINK_FOLLOW | abi.AT_EMPTY_PATH):
        raise LinuxError(EINVAL)
    return hostcall.call("linkat", olddirfd, oldpath.read(), newdirfd, newpath.read(), flags)


@syscall
def symlink(t: Thread, target: Path, linkpath: Path) -> int:
    return hostcall.call("symlinkat", target, AT_FDCWD, linkpath)


@syscall
def symlinkat(t: Thread, target: Path, newdirfd: DirFd, linkpath: Path) -> int:
    return hostcall.call("symlinkat", target, newdirfd, linkpath)


@syscall
def unlink(t: Thread, path: Path) -> int:
    return hostcall.call("unlinkat", AT_FDCWD, path, 0)


@syscall
def unlinkat(t: Thread, dirfd: DirFd, path: StringPtr, flags: AtFlags) -> int:
    if flags & ~abi.AT_REMOVEDIR:
        raise LinuxError(EINVAL)
    return hostcall.call("unlinkat", dirfd, path.read(), flags)


@syscall
def rename(t: Thread, oldpath: Path, newpath: Path) -> int:
    return hostcall.call("renameat2", AT_FDCWD, oldpath, AT_FDCWD, newpath, 0)


@syscall
def renameat(t: Thread, olddirfd: DirFd, oldpath: Path, newdirfd: DirFd, newpath: Path) -> int:
    return hostcall.call("renameat2", olddirfd, oldpath, newdirfd, newpath, 0)


@syscall
def renameat2(
    t: Thread,
    olddirfd: DirFd,
    oldpath: Path,
    newdirfd: DirFd,
    newpath: Path,
    flags: RenameFlags,
) -> int:
    return hostcall.call("renameat2", olddirfd, oldpath, newdirfd, newpath, flags)


@syscall
def mknod(t: Thread, path: Path, mode: Mode, dev: Dev) -> int:
    return hostcall.call("mknodat", AT_FDCWD, path, mode & 0xFFFF, dev)


@syscall
def mknodat(t: Thread, dirfd: DirFd, path: Path, mode: Mode, dev: Dev) -> int:
    return hostcall.call("mknodat", dirfd, path, mode & 0xFFFF, dev)


@syscall
def chroot(t: Thread, path: Path) -> int:
    return hostcall.call("chroot", path)


@syscall
def mount(
    t: Thread, source: StringPtr, target: StringPtr, type_: StringPtr, flags: Int, data: StringPtr
) -> int:
    """Text options only: a page of binary data passes as far as its first NUL."""
    words = [p.read() if p else None for p in (type_, source, data)]
    return hostcall.call("mount", words[1], target.read(), words[0], flags, words[2])


@syscall
def umount2(t: Thread, target: Path, flags: Int) -> int:
    return hostcall.call("umount2", target, flags)
