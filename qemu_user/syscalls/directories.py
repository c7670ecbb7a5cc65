"""Directories: making, removing, listing, and where a process is."""

from __future__ import annotations

import ctypes
import os
from errno import EFAULT, EINVAL, ENOTDIR, ERANGE, ESPIPE

from ..exec import hostcall, paths
from ..exec.abi.files import Dirent, Dirent64
from ..exec.cpu import WRITE
from ..exec.errors import LinuxError
from ..exec.fence import Fence
from ..exec.hostcall import AT_FDCWD
from .args import DirFd, Fd, InotifyFlags, Int, Mode, OutBuf, StringPtr
from .cookies import told
from .names import existing, given
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..exec.thread import Thread

_LISTING = 32768  # bytes the host fills at a time, at most
_NAME_AT = 19  # offset of d_name in struct linux_dirent64


@syscall
def mkdir(t: Thread, path: StringPtr, mode: Mode) -> int:
    return hostcall.call("mkdirat", AT_FDCWD, given(path), mode)


@syscall
def mkdirat(t: Thread, dirfd: DirFd, path: StringPtr, mode: Mode) -> int:
    return hostcall.call("mkdirat", dirfd, given(path), mode)


@syscall
def rmdir(t: Thread, path: StringPtr) -> int:
    return hostcall.call("unlinkat", AT_FDCWD, given(path), 0x200)  # AT_REMOVEDIR


@syscall
def chdir(t: Thread, path: StringPtr) -> int:
    name = given(path)
    return hostcall.call("chdir", paths.directory(t, name) if isinstance(name, bytes) else name)


@syscall
def fchdir(t: Thread, fd: Fd) -> int:
    return hostcall.call("fchdir", fd)


@syscall
def getcwd(t: Thread, buf: OutBuf) -> int:
    room = ctypes.create_string_buffer(4096)
    size = hostcall.call("getcwd", room, len(room))
    if size > buf.size:
        raise LinuxError(ERANGE)
    buf.write(room.raw[:size])
    return size


@syscall
def umask(t: Thread, mask: Mode) -> int:
    return os.umask(mask & 0o777)


def _entries(fd: int, size: int) -> Iterator[tuple[bytes, Dirent64]]:
    """(name, entry) for what the host lists from the directory's position on."""
    room = ctypes.create_string_buffer(min(size, _LISTING))
    filled = hostcall.call("getdents64", fd, room, len(room))
    data, at, model = room.raw, 0, hostcall.model()
    while at < filled:
        entry = Dirent64.unpack_from(model, data, at)
        name = data[at + _NAME_AT : at + entry.d_reclen].split(b"\0", 1)[0]
        yield name, entry
        at += entry.d_reclen


def _record(t: Thread, name: bytes, entry: Dirent64, old: bool) -> bytes:
    """The entry as getdents (old) or getdents64 lay it out for this guest."""
    model = t.arch.model
    at = told(t, entry.d_off)
    if old:
        head = Dirent.layout(model).offsets["d_reclen"] + 2
        size = -(-(head + len(name) + 2) // model.word) * model.word
        data = Dirent(d_ino=entry.d_ino, d_off=at, d_reclen=size).pack(model)[:head]
        return (data + name).ljust(size - 1, b"\0") + bytes([entry.d_type])
    size = -(-(_NAME_AT + len(name) + 1) // 8) * 8
    made = Dirent64(d_ino=entry.d_ino, d_off=at, d_reclen=size, d_type=entry.d_type).pack(model)[
        :_NAME_AT
    ]
    return (made + name).ljust(size, b"\0")


def _list(t: Thread, fd: int, buf: OutBuf, old: bool) -> int:
    """Fill `buf` with whole entries; what did not fit is read again by the next call."""
    room = buf.size & 0xFFFFFFFF
    before = _position(fd)
    if room > 0x7FFFFFFF or not room:  # the kernel counts in an int
        return hostcall.call("getdents64", fd, hostcall.INVALID, room)
    hidden = paths.hidden_entries(t, fd)
    call = "getdents" if old else "getdents64"
    if hidden is None and t.arch.model is hostcall.model() and hostcall.has(call):
        return _list_directly(t, call, fd, buf, room)
    out, end, full = bytearray(), before, 0
    reach = t.memory.permitted(buf.addr, room, WRITE)
    while not out and not full:
        seen = False
        for name, entry in _entries(fd, room):
            seen = True
            if hidden is None or name not in hidden:
                record = _record(t, name, entry, old)
                if len(out) + len(record) > reach:
                    full = EINVAL if len(out) + len(record) > room else EFAULT
                    break
                out += record
            end = entry.d_off
        if not seen:
            break
    if full:
        os.lseek(fd, end, os.SEEK_SET)
    if full and not out:
        raise LinuxError(full)
    buf.write(bytes(out))
    return len(out)


def _list_directly(t: Thread, call: str, fd: int, buf: OutBuf, room: int) -> int:
    """The host's entries are laid out as the guest's: have them written where they belong."""
    reach = t.memory.permitted(buf.addr, room, WRITE)
    if not reach:
        return hostcall.call(call, fd, hostcall.INVALID, room)
    if reach == room:
        view = t.memory.views(buf.addr, room, WRITE)[0]
        return hostcall.call(call, fd, hostcall.address(view), room)
    # What is out of reach decides the position as well.
    with Fence(reach) as fence:
        filled = hostcall.call(call, fd, fence.address, room)
        # An entry's padding counts, but is not written.
        t.memory.write(buf.addr, fence.read(filled))
    return filled


def _position(fd: int) -> int:
    try:
        return os.lseek(fd, 0, os.SEEK_CUR)
    except OSError as error:
        raise LinuxError(ENOTDIR if error.errno == ESPIPE else error.errno or ENOTDIR) from None


@syscall
def getdents(t: Thread, fd: Fd, dirent: OutBuf) -> int:
    return _list(t, fd, dirent, True)


@syscall
def getdents64(t: Thread, fd: Fd, dirent: OutBuf) -> int:
    return _list(t, fd, dirent, False)


@syscall
def inotify_init(t: Thread) -> int:
    return hostcall.call("inotify_init1", 0)


@syscall
def inotify_init1(t: Thread, flags: InotifyFlags) -> int:
    return hostcall.call("inotify_init1", flags)


@syscall
def inotify_add_watch(t: Thread, fd: Fd, path: StringPtr, mask: Mode) -> int:
    return hostcall.call("inotify_add_watch", fd, existing(t, AT_FDCWD, path), mask)


@syscall
def inotify_rm_watch(t: Thread, fd: Fd, wd: Int) -> int:
    return hostcall.call("inotify_rm_watch", fd, wd)
