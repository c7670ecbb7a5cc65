"""Extended attributes (man 7 xattr)."""

from __future__ import annotations

import ctypes

from ..exec import hostcall
from ..exec.abi.files import AT_SYMLINK_NOFOLLOW
from ..exec.errors import LinuxError
from ..exec.hostcall import AT_FDCWD
from .args import Fd, InBuf, OutBuf, StringPtr, XattrFlags
from .names import existing, given
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


def _set(name: str, where: hostcall.Word, key: hostcall.Word, value: InBuf, flags: int) -> int:
    if value.size > _SIZE_MAX or not value:
        return hostcall.call(name, where, key, None, value.size, flags)
    try:
        data: hostcall.Word = value.read()
    except LinuxError:
        data = hostcall.INVALID
    return hostcall.call(name, where, key, data, value.size, flags)


@syscall
def getxattr(t: Thread, path: StringPtr, name: StringPtr, value: OutBuf) -> int:
    return _fill(value, "getxattr", existing(t, AT_FDCWD, path), given(name))


@syscall
def lgetxattr(t: Thread, path: StringPtr, name: StringPtr, value: OutBuf) -> int:
    return _fill(value, "lgetxattr", existing(t, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW), given(name))


@syscall
def fgetxattr(t: Thread, fd: Fd, name: StringPtr, value: OutBuf) -> int:
    return _fill(value, "fgetxattr", fd, given(name))


@syscall
def setxattr(t: Thread, path: StringPtr, name: StringPtr, value: InBuf, flags: XattrFlags) -> int:
    return _set("setxattr", given(path), given(name), value, flags)


@syscall
def lsetxattr(t: Thread, path: StringPtr, name: StringPtr, value: InBuf, flags: XattrFlags) -> int:
    return _set("lsetxattr", given(path), given(name), value, flags)


@syscall
def fsetxattr(t: Thread, fd: Fd, name: StringPtr, value: InBuf, flags: XattrFlags) -> int:
    return _set("fsetxattr", fd, given(name), value, flags)


@syscall
def listxattr(t: Thread, path: StringPtr, list_: OutBuf) -> int:
    return _fill(list_, "listxattr", existing(t, AT_FDCWD, path))


@syscall
def llistxattr(t: Thread, path: StringPtr, list_: OutBuf) -> int:
    return _fill(list_, "llistxattr", existing(t, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW))


@syscall
def flistxattr(t: Thread, fd: Fd, list_: OutBuf) -> int:
    return _fill(list_, "flistxattr", fd)


@syscall
def removexattr(t: Thread, path: StringPtr, name: StringPtr) -> int:
    return hostcall.call("removexattr", given(path), given(name))


@syscall
def lremovexattr(t: Thread, path: StringPtr, name: StringPtr) -> int:
    return hostcall.call("lremovexattr", given(path), given(name))


@syscall
def fremovexattr(t: Thread, fd: Fd, name: StringPtr) -> int:
    return hostcall.call("fremovexattr", fd, given(name))
