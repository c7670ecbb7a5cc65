"""fcntl and flock: descriptor flags, locks, owners, pipe sizes, seals."""

from __future__ import annotations

import ctypes
from errno import EAGAIN, EINVAL, EOVERFLOW, EWOULDBLOCK
from struct import Struct

from ..exec import hostcall, openflags
from ..exec.abi import files as abi
from ..exec.abi.files import Flock, FOwnerEx
from ..exec.cpu import READ
from ..exec.errors import LinuxError
from ..exec.waiting import in_helper
from .args import FcntlCmd, Fd, LockOp, ULong
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..exec.abi.layout import CStruct
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

# Commands whose argument and result are plain numbers that all architectures share.
_PLAIN = frozenset(
    (
        abi.F_GETFD,
        abi.F_SETFD,
        abi.F_SETOWN,
        abi.F_GETOWN,
        abi.F_SETLEASE,
        abi.F_GETLEASE,
        abi.F_NOTIFY,
        abi.F_DUPFD_QUERY,
        abi.F_CREATED_QUERY,
        abi.F_SETPIPE_SZ,
        abi.F_GETPIPE_SZ,
        abi.F_ADD_SEALS,
        abi.F_GET_SEALS,
    )
)
_HINTS = frozenset(
    (
        abi.F_GET_RW_HINT,
        abi.F_SET_RW_HINT,
        abi.F_GET_FILE_RW_HINT,
        abi.F_SET_FILE_RW_HINT,
    )
)
_LOCKS = frozenset((abi.F_GETLK, abi.F_SETLK, abi.F_OFD_GETLK, abi.F_OFD_SETLK))
# Those of 32-bit architectures for 64-bit offsets.
_WIDE_LOCKS = {
    abi.F_GETLK64: abi.F_GETLK,
    abi.F_SETLK64: abi.F_SETLK,
    abi.F_SETLKW64: abi.F_SETLKW,
}
_OFD_LOCKS = frozenset((abi.F_OFD_GETLK, abi.F_OFD_SETLK, abi.F_OFD_SETLKW))
_WAITING_LOCKS = frozenset((abi.F_SETLKW, abi.F_OFD_SETLKW))
_INT_BITS = 0xFFFFFFFF


@syscall(wide="fcntl64")
def fcntl(t: Thread, fd: Fd, cmd: FcntlCmd, arg: ULong) -> Blocking[int]:
    t.process.files.visible(fd)
    if cmd in (abi.F_DUPFD, abi.F_DUPFD_CLOEXEC):
        return t.process.files.duplicated(fd, hostcall.call("fcntl", fd, cmd, arg & _INT_BITS))
    if cmd in _PLAIN:
        return hostcall.call("fcntl", fd, cmd, arg & _INT_BITS)
    if cmd == abi.F_SETSIG:
        number = t.arch.model.signal_to_ours(arg & _INT_BITS)
        return hostcall.call("fcntl", fd, cmd, number)
    if cmd == abi.F_GETSIG:
        return t.arch.model.signal_to_guest(hostcall.call("fcntl", fd, cmd, 0))
    if cmd == abi.F_GETFL:
        return _get_flags(t, fd)
    if cmd == abi.F_SETFL:
        flags = openflags.from_arch(arg & _INT_BITS, t.arch)
        return hostcall.call("fcntl", fd, cmd, openflags.to_arch(flags, hostcall.arch()))
    shape: type[CStruct] = hostcall.shape(Flock, t.arch)
    if cmd in _OFD_LOCKS or (cmd in _WIDE_LOCKS and t.arch.model.word == 4):
        shape = hostcall.shape(Flock, t.arch.wide())
        cmd = _WIDE_LOCKS.get(cmd, cmd)
    if cmd in _LOCKS:
        return _lock(t, fd, cmd, arg, shape)
    if cmd in _WAITING_LOCKS:
        return (yield from _wait_for_lock(t, fd, cmd, arg, shape))
    if cmd in (abi.F_SETOWN_EX, abi.F_GETOWN_EX):
        return _owner(t, fd, cmd, arg)
    if cmd == abi.F_GETOWNER_UIDS:
        return _owner_uids(t, fd, arg)
    if cmd in _HINTS:
        return _hint(t, fd, cmd, arg)
    hostcall.call("fcntl", fd, cmd, hostcall.INVALID)
    raise LinuxError(EINVAL)


def _get_flags(t: Thread, fd: int) -> int:
    host = hostcall.call("fcntl", fd, abi.F_GETFL)
    flags = openflags.from_arch(host, hostcall.arch())
    if fd in t.process.files.special:
        flags &= ~abi.O_LARGEFILE  # the kernel's own files are opened without
    return openflags.to_arch(flags, t.arch)


def _packed(t: Thread, addr: int, cls: type[CStruct]) -> bytes | None:
    """A structure of the guest's for the host; None when it is out of reach."""
    try:
        return hostcall.pack(t.memory.load(addr, cls))
    except LinuxError:
        return None


def _lock_types(t: Thread) -> dict[int, int]:
    """What is in l_type of the guest -> ours, where its numbers are its own."""
    own = t.arch.constants
    return {own[n]: getattr(abi, n) for n in ("F_RDLCK", "F_WRLCK", "F_UNLCK") if n in own}


def _packed_lock(t: Thread, addr: int, shape: type[CStruct]) -> bytes | None:
    try:
        wanted: Any = t.memory.load(addr, shape)
        types = _lock_types(t)
        if types:
            wanted.l_type = types.get(wanted.l_type, -1)
        return hostcall.pack_as(Flock, wanted)
    except LinuxError:
        return None


def _lock(t: Thread, fd: int, cmd: int, addr: int, shape: type[CStruct]) -> int:
    packed = _packed_lock(t, addr, shape)
    if packed is None:
        return hostcall.call("fcntl", fd, cmd, hostcall.INVALID)
    room = ctypes.create_string_buffer(packed)
    hostcall.call("fcntl", fd, cmd, room)
    if cmd in (abi.F_GETLK, abi.F_OFD_GETLK):
        found = hostcall.unpack(Flock, room.raw)
        older = shape is hostcall.shape(Flock, t.arch)
        held = found.l_type != abi.F_UNLCK  # else it is what was asked for, of whatever sign
        if older and held and found.l_start >> 8 * t.arch.model.word - 1:
            raise LinuxError(EOVERFLOW)
        for own, ours in _lock_types(t).items():
            if found.l_type == ours:
                found.l_type = own
                break
        t.memory.write(addr, shape.layout(t.arch.model).pack(found))
    return 0


def _wait_for_lock(t: Thread, fd: int, cmd: int, addr: int, shape: type[CStruct]) -> Blocking[int]:
    packed = _packed_lock(t, addr, shape)
    if packed is None:
        return hostcall.call("fcntl", fd, cmd, hostcall.INVALID)
    at_once = abi.F_SETLK if cmd == abi.F_SETLKW else abi.F_OFD_SETLK
    try:
        return hostcall.call("fcntl", fd, at_once, packed)
    except LinuxError as error:
        if error.errno != EAGAIN:
            raise
    return (yield from in_helper(t, lambda: hostcall.call("fcntl", fd, cmd, packed)))


def _owner(t: Thread, fd: int, cmd: int, addr: int) -> int:
    if cmd == abi.F_SETOWN_EX:
        packed = _packed(t, addr, FOwnerEx)
        return hostcall.call("fcntl", fd, cmd, hostcall.INVALID if packed is None else packed)
    t.memory.store(addr, hostcall.fill(FOwnerEx, "fcntl", fd, cmd, hostcall.OUT))
    return 0


def _owner_uids(t: Thread, fd: int, addr: int) -> int:
    found = (ctypes.c_uint32 * 2)()
    hostcall.call("fcntl", fd, abi.F_GETOWNER_UIDS, found)
    t.memory.write(addr, Struct(t.arch.model.order + "2I").pack(*found))
    return 0


def _hint(t: Thread, fd: int, cmd: int, addr: int) -> int:
    t.process.files.check(fd)
    layout = Struct(t.arch.model.order + "Q")
    if cmd in (abi.F_SET_RW_HINT, abi.F_SET_FILE_RW_HINT):
        if t.memory.permitted(addr, 8, READ) < 8:
            return hostcall.call("fcntl", fd, cmd, hostcall.INVALID)
        value = ctypes.c_uint64(layout.unpack(t.memory.read(addr, 8))[0])
        return hostcall.call("fcntl", fd, cmd, ctypes.addressof(value))
    value = ctypes.c_uint64(0)
    hostcall.call("fcntl", fd, cmd, ctypes.addressof(value))
    t.memory.write(addr, layout.pack(value.value))
    return 0


@syscall
def flock(t: Thread, fd: Fd, operation: LockOp) -> Blocking[int]:
    try:
        return hostcall.call("flock", fd, operation | abi.LOCK_NB)
    except LinuxError as error:
        if error.errno != EWOULDBLOCK or operation & abi.LOCK_NB:
            raise
    return (yield from in_helper(t, lambda: hostcall.call("flock", fd, operation)))
