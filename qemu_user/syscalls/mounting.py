"""File systems as descriptors, handles of files, swap space: the host's (man 2 mount, fsopen)."""

from __future__ import annotations

import ctypes
from errno import EFAULT, EINVAL, EOVERFLOW
from struct import Struct

from ..exec import hostcall, openflags
from ..exec.abi.files import AT_SYMLINK_NOFOLLOW, FileHandle
from ..exec.errors import LinuxError
from .args import Addr, DirFd, Fd, InOut, Int, OpenFlags, StringPtr, UInt, ULong
from .modules import import_all
from .names import existing, given
from .pointers import InBuf
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_HANDLE_MAX = 128  # MAX_HANDLE_SZ
_AT_SYMLINK_FOLLOW = 0x400
_AT_HANDLE_MNT_ID_UNIQUE = 1
_FSCONFIG_SET_STRING, _FSCONFIG_SET_BINARY = 1, 2
_FSCONFIG_SET_PATHS = (3, 4)


@syscall
def name_to_handle_at(
    t: Thread,
    dirfd: DirFd,
    path: StringPtr,
    handle: InOut[FileHandle],
    mount_id: Addr,
    flags: Int,
) -> int:
    name = existing(t, dirfd, path, 0 if flags & _AT_SYMLINK_FOLLOW else AT_SYMLINK_NOFOLLOW)
    try:
        wanted = handle.read().handle_bytes
    except LinuxError:
        return hostcall.call("name_to_handle_at", dirfd, name, hostcall.INVALID, None, flags)
    head = hostcall.size(FileHandle)
    room = ctypes.create_string_buffer(hostcall.pack(FileHandle(handle_bytes=wanted)), 8 + 128)
    mount = ctypes.c_uint64()
    number = ctypes.addressof(mount)
    error = None
    try:
        hostcall.call("name_to_handle_at", dirfd, name, room, number, flags)
    except LinuxError as failure:
        if failure.errno != EOVERFLOW or wanted > _HANDLE_MAX:
            raise
        error = failure
    made = hostcall.unpack(FileHandle, room.raw)
    wide = flags & _AT_HANDLE_MNT_ID_UNIQUE
    layout = Struct(t.arch.model.order + ("Q" if wide else "I"))
    host = mount.value if wide else ctypes.c_uint32.from_buffer(mount).value
    t.memory.write(mount_id, layout.pack(host))
    handle.write(made)
    if error is not None:
        raise error
    t.memory.write(handle.addr + handle.size, room.raw[head : head + made.handle_bytes])
    return 0


@syscall
def open_by_handle_at(
    t: Thread, mount_fd: DirFd, handle: InOut[FileHandle], flags: OpenFlags
) -> Fd:
    wanted = openflags.to_arch(flags, hostcall.arch())
    try:
        head = handle.read()
        if not 0 < head.handle_bytes <= _HANDLE_MAX:
            raise LinuxError(EINVAL)
        data = t.memory.read(handle.addr + handle.size, head.handle_bytes)
    except LinuxError as error:
        if error.errno != EFAULT:
            raise
        return hostcall.call("open_by_handle_at", mount_fd, hostcall.INVALID, wanted)
    return hostcall.call("open_by_handle_at", mount_fd, hostcall.pack(head) + data, wanted)


@syscall
def swapon(t: Thread, path: StringPtr, swapflags: Int) -> int:
    return hostcall.call("swapon", given(path), swapflags)


@syscall
def swapoff(t: Thread, path: StringPtr) -> int:
    return hostcall.call("swapoff", given(path))


@syscall
def pivot_root(t: Thread, new_root: StringPtr, put_old: StringPtr) -> int:
    import_all()
    return hostcall.call("pivot_root", given(new_root), given(put_old))


@syscall
def open_tree(t: Thread, dirfd: DirFd, path: StringPtr, flags: UInt) -> Fd:
    return hostcall.call("open_tree", dirfd, given(path), flags)


@syscall
def move_mount(
    t: Thread,
    from_dirfd: DirFd,
    from_path: StringPtr,
    to_dirfd: DirFd,
    to_path: StringPtr,
    flags: UInt,
) -> int:
    import_all()
    return hostcall.call(
        "move_mount", from_dirfd, given(from_path), to_dirfd, given(to_path), flags
    )


@syscall
def fsopen(t: Thread, fsname: StringPtr, flags: UInt) -> Fd:
    return hostcall.call("fsopen", given(fsname), flags)


@syscall
def fsconfig(t: Thread, fd: Fd, cmd: UInt, key: StringPtr, value: StringPtr, aux: Int) -> int:
    data: hostcall.Word = value.addr
    if cmd == _FSCONFIG_SET_STRING or cmd in _FSCONFIG_SET_PATHS:
        data = given(value)
    elif cmd == _FSCONFIG_SET_BINARY and value and 0 < aux <= 1 << 20:
        data = t.memory.read(value.addr, aux)
    return hostcall.call("fsconfig", fd, cmd, given(key), data, aux & 0xFFFFFFFF)


@syscall
def fsmount(t: Thread, fs_fd: Fd, flags: UInt, attr_flags: UInt) -> Fd:
    return hostcall.call("fsmount", fs_fd, flags, attr_flags)


@syscall
def fspick(t: Thread, dirfd: DirFd, path: StringPtr, flags: UInt) -> Fd:
    return hostcall.call("fspick", dirfd, given(path), flags)


@syscall
def mount_setattr(t: Thread, dirfd: DirFd, path: StringPtr, flags: UInt, attr: InBuf) -> int:
    size = min(attr.size, 4096) & -8
    words = Struct(f"{size // 8}Q")
    own = Struct(f"{t.arch.model.order}{size // 8}Q")
    data: hostcall.Word
    try:
        data = words.pack(*own.unpack(t.memory.read(attr.addr, size))) if size else b""
    except LinuxError:
        data = hostcall.INVALID  # the host looks at the flags and the size first
    return hostcall.call("mount_setattr", dirfd, given(path), flags, data, attr.size)


@syscall
def sysfs(t: Thread, option: Int, arg1: ULong, arg2: Addr) -> int:
    if option == 1:
        return hostcall.call("sysfs", 1, given(StringPtr(t.memory, arg1)))
    if option != 2:
        return hostcall.call("sysfs", option, arg1, arg2)
    room = ctypes.create_string_buffer(256)
    result = hostcall.call("sysfs", 2, arg1, room)
    t.memory.write(arg2, room.value + b"\0")
    return result
