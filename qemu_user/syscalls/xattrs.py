"""Extended attributes (man 7 xattr)."""

from __future__ import annotations

import ctypes

from ..exec import hostcall, paths
from ..exec.hostcall import AT_FDCWD
from .args import CString, Fd, InBuf, OutBuf, Path, XattrFlags
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_SIZE_MAX = 65536  # XATTR_SIZE_MAX and XATTR_LIST_MAX


def _fill(buf: OutBuf, name: str, *args: hostcall.Word) -> int:
    """A call that fills a buffer, or only tells the size when there is none."""
    room = ctypes.create_string_buffer(min(buf.size, _SIZE_MAX)) if buf.size else None
    size = hostcall.call(name, *args, room, len(room) if room is not None else 0)
    if room is not None:
        buf.write(room.raw[:size])
    return size


def _set(name: str, where: hostcall.Word, key: bytes, value: InBuf, flags: int) -> int:
    if value.size > _SIZE_MAX or not value:
        return hostcall.call(name, where, key, None, value.size, flags)
    data = value.read()
    return hostcall.call(name, where, key, data, len(data), flags)


@syscall
def getxattr(t: Thread, path: Path, name: CString, value: OutBuf) -> int:
    return _fill(value, "getxattr", paths.follow(t, AT_FDCWD, path), name)


@syscall
def lgetxattr(t: Thread, path: Path, name: CString, value: OutBuf) -> int:
    return _fill(value, "lgetxattr", paths.host_path(t, path), name)


@syscall
def fgetxattr(t: Thread, fd: Fd, name: CString, value: OutBuf) -> int:
    return _fill(value, "fgetxattr", fd, name)


@syscall
def setxattr(t: Thread, path: Path, name: CString, value: InBuf, flags: XattrFlags) -> int:
    return _set("setxattr", path, name, value, flags)


@syscall
def lsetxattr(t: Thread, path: Path, name: CString, value: InBuf, flags: XattrFlags) -> int:
    return _set("lsetxattr", path, name, value, flags)


@syscall
def fsetxattr(t: Thread, fd: Fd, name: CString, value: InBuf, flags: XattrFlags) -> int:
    return _set("fsetxattr", fd, name, value, flags)


@syscall
def listxattr(t: Thread, path: Path, list_: OutBuf) -> int:
    return _fill(list_, "listxattr", paths.follow(t, AT_FDCWD, path))


@syscall
def llistxattr(t: Thread, path: Path, list_: OutBuf) -> int:
    return _fill(list_, "llistxattr", paths.host_path(t, path))


@syscall
def flistxattr(t: Thread, fd: Fd, list_: OutBuf) -> int:
    return _fill(list_, "flistxattr", fd)


@syscall
def removexattr(t: Thread, path: Path, name: CString) -> int:
    return hostcall.call("removexattr", path, name)


@syscall
def lremovexattr(t: Thread, path: Path, name: CString) -> int:
    return hostcall.call("lremovexattr", path, name)


@syscall
def fremovexattr(t: Thread, fd: Fd, name: CString) -> int:
    return hostcall.call("fremovexattr", fd, name)
