"""Extended attributes of files named by a descriptor and a path (man 7 xattr)."""

from __future__ import annotations

import ctypes
from errno import E2BIG, EINVAL
from struct import Struct

from ..exec import hostcall
from ..exec.abi.files import AT_SYMLINK_NOFOLLOW
from ..exec.errors import LinuxError
from .args import AtFlags, DirFd, OutBuf, StringPtr
from .names import existing, given
from .pointers import InBuf
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.hostcall import Word
    from ..exec.thread import Thread

_SIZE_MAX = 65536  # XATTR_SIZE_MAX and XATTR_LIST_MAX
_PAGE = 4096
_ARGS = 16  # struct xattr_args: value, size, flags


def _arguments(t: Thread, args: InBuf) -> tuple[int, int, int]:
    """Value, size and flags; E2BIG for members that are not known yet."""
    if args.size < _ARGS:
        raise LinuxError(EINVAL)
    if args.size > _PAGE:
        raise LinuxError(E2BIG)
    data = args.read()
    if any(data[_ARGS:]):
        raise LinuxError(E2BIG)
    value, size, flags = Struct(t.arch.model.order + "QII").unpack(data[:_ARGS])
    return value, size, flags


def _packed(room: ctypes.Array[ctypes.c_char] | int, size: int, flags: int) -> bytes:
    address = room if isinstance(room, int) else ctypes.addressof(room)
    return Struct("QII").pack(address, size, flags)


def _path(t: Thread, dirfd: int, path: StringPtr, flags: int) -> Word:
    return existing(t, dirfd, path, flags & AT_SYMLINK_NOFOLLOW)


@syscall
def getxattrat(
    t: Thread, dirfd: DirFd, path: StringPtr, at_flags: AtFlags, name: StringPtr, args: InBuf
) -> int:
    value, size, flags = _arguments(t, args)
    room = ctypes.create_string_buffer(max(1, min(size, _SIZE_MAX)))
    packed = _packed(room if value else 0, min(size, _SIZE_MAX), flags)
    where = _path(t, dirfd, path, at_flags)
    got = hostcall.call("getxattrat", dirfd, where, at_flags, given(name), packed, _ARGS)
    if size:
        t.memory.write(value, room.raw[:got])
    return got


@syscall
def setxattrat(
    t: Thread, dirfd: DirFd, path: StringPtr, at_flags: AtFlags, name: StringPtr, args: InBuf
) -> int:
    value, size, flags = _arguments(t, args)
    where, key = given(path), given(name)
    room: ctypes.Array[ctypes.c_char] | int = 0
    if value and 0 < size <= _SIZE_MAX:
        try:
            room = ctypes.create_string_buffer(t.memory.read(value, size), size)
        except LinuxError:
            room = hostcall.INVALID
    packed = _packed(room, size, flags)
    return hostcall.call("setxattrat", dirfd, where, at_flags, key, packed, _ARGS)


@syscall
def listxattrat(t: Thread, dirfd: DirFd, path: StringPtr, at_flags: AtFlags, list_: OutBuf) -> int:
    size = min(list_.size, _SIZE_MAX)
    room = ctypes.create_string_buffer(size) if size else None
    where = _path(t, dirfd, path, at_flags)
    got = hostcall.call("listxattrat", dirfd, where, at_flags, room, size)
    if room is not None:
        list_.write(room.raw[:got])
    return got


@syscall
def removexattrat(
    t: Thread, dirfd: DirFd, path: StringPtr, at_flags: AtFlags, name: StringPtr
) -> int:
    return hostcall.call("removexattrat", dirfd, given(path), at_flags, given(name))
