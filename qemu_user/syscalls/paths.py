"""Names in the file system: links, renaming, removal, special files."""

from __future__ import annotations

import ctypes
from errno import EINVAL

from ..exec import hostcall, paths
from ..exec.abi.files import PATH_MAX
from ..exec.errors import LinuxError
from ..exec.hostcall import AT_FDCWD
from .args import AtFlags, Dev, DirFd, Int, Mode, OutBuf, RenameFlags, StringPtr, ULong
from .modules import import_all
from .names import given
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread


def _readlink(t: Thread, dirfd: int, path: StringPtr, buf: OutBuf) -> int:
    size = (buf.size & 0xFFFFFFFF ^ 0x80000000) - 0x80000000  # an int
    if size <= 0:
        raise LinuxError(EINVAL)
    name = given(path)
    target = None
    if isinstance(name, bytes):
        target = paths.link_target(t, dirfd, name)
        name = paths.host_path(t, dirfd, name)
    if target is None:
        room = ctypes.create_string_buffer(PATH_MAX)
        length = hostcall.call("readlinkat", dirfd, name, room, min(size, PATH_MAX))
        target = room.raw[:length]
    target = target[:size]
    buf.write(target)
    return len(target)


@syscall
def readlink(t: Thread, path: StringPtr, buf: OutBuf) -> int:
    return _readlink(t, AT_FDCWD, path, buf)


@syscall
def readlinkat(t: Thread, dirfd: DirFd, path: StringPtr, buf: OutBuf) -> int:
    return _readlink(t, dirfd, path, buf)


@syscall
def link(t: Thread, oldpath: StringPtr, newpath: StringPtr) -> int:
    return hostcall.call("linkat", AT_FDCWD, given(oldpath), AT_FDCWD, given(newpath), 0)


@syscall
def linkat(
    t: Thread,
    olddirfd: DirFd,
    oldpath: StringPtr,
    newdirfd: DirFd,
    newpath: StringPtr,
    flags: AtFlags,
) -> int:
    return hostcall.call("linkat", olddirfd, given(oldpath), newdirfd, given(newpath), flags)


@syscall
def symlink(t: Thread, target: StringPtr, linkpath: StringPtr) -> int:
    return hostcall.call("symlinkat", given(target), AT_FDCWD, given(linkpath))


@syscall
def symlinkat(t: Thread, target: StringPtr, newdirfd: DirFd, linkpath: StringPtr) -> int:
    return hostcall.call("symlinkat", given(target), newdirfd, given(linkpath))


@syscall
def unlink(t: Thread, path: StringPtr) -> int:
    return hostcall.call("unlinkat", AT_FDCWD, given(path), 0)


@syscall
def unlinkat(t: Thread, dirfd: DirFd, path: StringPtr, flags: AtFlags) -> int:
    return hostcall.call("unlinkat", dirfd, given(path), flags)


def _rename(olddirfd: int, old: StringPtr, newdirfd: int, new: StringPtr, flags: int) -> int:
    return hostcall.call("renameat2", olddirfd, given(old), newdirfd, given(new), flags)


@syscall
def rename(t: Thread, oldpath: StringPtr, newpath: StringPtr) -> int:
    return _rename(AT_FDCWD, oldpath, AT_FDCWD, newpath, 0)


@syscall
def renameat(
    t: Thread, olddirfd: DirFd, oldpath: StringPtr, newdirfd: DirFd, newpath: StringPtr
) -> int:
    return _rename(olddirfd, oldpath, newdirfd, newpath, 0)


@syscall
def renameat2(
    t: Thread,
    olddirfd: DirFd,
    oldpath: StringPtr,
    newdirfd: DirFd,
    newpath: StringPtr,
    flags: RenameFlags,
) -> int:
    return _rename(olddirfd, oldpath, newdirfd, newpath, flags)


@syscall
def mknod(t: Thread, path: StringPtr, mode: Mode, dev: Dev) -> int:
    return hostcall.call("mknodat", AT_FDCWD, given(path), mode & 0xFFFF, dev)


@syscall
def mknodat(t: Thread, dirfd: DirFd, path: StringPtr, mode: Mode, dev: Dev) -> int:
    return hostcall.call("mknodat", dirfd, given(path), mode & 0xFFFF, dev)


@syscall
def chroot(t: Thread, path: StringPtr) -> int:
    import_all()
    return hostcall.call("chroot", given(path))


@syscall(note="options are text: a page of binary data passes as far as its first NUL")
def mount(
    t: Thread,
    source: StringPtr,
    target: StringPtr,
    fstype: StringPtr,
    flags: ULong,
    data: StringPtr,
) -> int:
    import_all()
    return hostcall.call("mount", given(source), given(target), given(fstype), flags, given(data))


@syscall
def umount2(t: Thread, target: StringPtr, flags: Int) -> int:
    return hostcall.call("umount2", given(target), flags)
