"""Namespaces, keys, and what else of the host's kernel a process may ask about itself."""

from __future__ import annotations

import ctypes
import os
from errno import EINVAL, EOPNOTSUPP, EPERM, EUSERS
from struct import Struct

from ..exec import hostcall
from ..exec.cpu import READ
from ..exec.errors import LinuxError
from ..exec.hostcall import unlimited
from ..exec.hostthreads import keep_in_reserve
from .args import Addr, Fd, Int, Pid, StringPtr, UInt, ULong, UnshareFlags
from .modules import import_all
from .names import given
from .pointers import InBuf
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.hostcall import Word
    from ..exec.thread import Thread

_VM, _FS, _FILES, _SIGHAND, _THREAD, _SYSVSEM = 0x100, 0x200, 0x400, 0x800, 0x10000, 0x40000
_NAMESPACES = 0x7E020080  # CLONE_NEW: TIME, NS, CGROUP, UTS, IPC, USER, PID, NET
_NEWUSER, _NEWPID = 0x10000000, 0x20000000
_EPOLL_TFD = 7
_KEY_MAX = 1 << 20
_ROOM = 1 << 16
# keyctl: which arguments are strings
_STRINGS = {1: (0,), 10: (1, 2), 29: (1, 2)}  # JOIN_SESSION_KEYRING, SEARCH, RESTRICT_KEYRING
_GET_SECURITY = 17  # alone fills a buffer that is too small
_FILLS = (6, 11, _GET_SECURITY)  # DESCRIBE, READ, GET_SECURITY: (key, buffer, size)
_UPDATE = 2
_CAPABILITIES = 31
_NUMBERS = (0, 3, 4, 5, 7, 8, 9, 13, 14, 15, 16, 18, 19, 21, 22, 30)  # keyctl without pointers


@syscall(note="not from several threads: EINVAL")
def unshare(t: Thread, flags: UnshareFlags) -> int:
    alone = len(t.process.threads) == 1
    known = _NAMESPACES | _VM | _FS | _FILES | _SIGHAND | _THREAD | _SYSVSEM
    if flags & ~known or (flags and not alone):
        permitted = flags & (_VM | _SIGHAND | _THREAD | _NEWUSER | ~known) or not os.geteuid()
        raise LinuxError(EINVAL if permitted or not flags & _NAMESPACES else EPERM)
    if flags & _NAMESPACES:
        unlimited(import_all)
    wanted = flags & (_NAMESPACES | _SYSVSEM)  # one thread shares little else with anybody
    if flags & _FS and t.process.shares_directory:
        t.process.scheduler.retire_host_threads()  # they would keep to the old directory
        hostcall.call("unshare", _FS)
        t.process.shares_directory = False
    if wanted & _NEWPID and wanted & _NEWUSER:  # alone for the one, and no threads after the other
        _alone(t, lambda: hostcall.call("unshare", _NEWUSER))
        wanted &= ~_NEWUSER
    if wanted & _NEWPID:
        unlimited(keep_in_reserve)
    return _alone(t, lambda: hostcall.call("unshare", wanted)) if wanted else 0


def _alone(t: Thread, call: Callable[[], int]) -> int:
    """`call()`, and again without the emulator's own threads where the host minds them."""
    try:
        return call()
    except LinuxError as error:
        if error.errno not in (EINVAL, EUSERS):  # EUSERS: of a time namespace
            raise
    t.process.scheduler.retire_host_threads()
    return call()


@syscall(note="not from several threads: EINVAL")
def setns(t: Thread, fd: Fd, nstype: Int) -> int:
    t.process.files.check(fd)
    if len(t.process.threads) > 1:
        raise LinuxError(EINVAL)
    unlimited(import_all)
    unlimited(keep_in_reserve)  # it may lead to another PID namespace
    return _alone(t, lambda: hostcall.call("setns", fd, nstype))


@syscall
def kcmp(t: Thread, pid1: Pid, pid2: Pid, kind: Int, idx1: ULong, idx2: ULong) -> int:
    if kind != _EPOLL_TFD:
        return hostcall.call("kcmp", pid1, pid2, kind, idx1, idx2)
    data: Word = hostcall.INVALID  # found to be so when the processes are known
    if t.memory.permitted(idx2, 12, READ) == 12:
        slot = Struct(t.arch.model.order + "3I").unpack(t.memory.read(idx2, 12))
        data = Struct("3I").pack(*slot)
    return hostcall.call("kcmp", pid1, pid2, kind, idx1, data)


@syscall
def add_key(
    t: Thread, type_: StringPtr, description: StringPtr, payload: InBuf, keyring: Int
) -> int:
    return hostcall.call("add_key", given(type_), given(description), *_data(payload), keyring)


def _data(payload: InBuf) -> tuple[Word, int]:
    """A key's contents; what is too long is refused by its size alone."""
    if not payload or payload.size >= _KEY_MAX:
        return None, payload.size
    try:
        return payload.read(), payload.size
    except LinuxError:
        return hostcall.INVALID, payload.size


@syscall
def request_key(
    t: Thread,
    type_: StringPtr,
    description: StringPtr,
    callout_info: StringPtr,
    dest_keyring: Int,
) -> int:
    texts = (given(type_), given(description), given(callout_info))
    return hostcall.call("request_key", *texts, dest_keyring)


@syscall(note="not the operations of key construction and cryptography: EOPNOTSUPP")
def keyctl(t: Thread, op: Int, arg2: ULong, arg3: ULong, arg4: ULong, arg5: ULong) -> int:
    args: list[Word] = [arg2, arg3, arg4, arg5]
    if op in _STRINGS:
        for i in _STRINGS[op]:
            args[i] = given(StringPtr(t.memory, (arg2, arg3, arg4)[i]))
        return hostcall.call("keyctl", op, *args)
    if op in _FILLS:
        size = min(arg4, _ROOM)
        room = ctypes.create_string_buffer(size) if arg3 and size else None
        found = hostcall.call("keyctl", op, arg2, room, size)
        if room is not None and (found <= size or op == _GET_SECURITY):
            t.memory.write(arg3, room.raw[: min(found, size)])
        return found
    if op == _CAPABILITIES:
        size = min(arg3, _ROOM)
        room = ctypes.create_string_buffer(size) if arg2 and size else None
        found = hostcall.call("keyctl", op, room, size)
        if room is not None:
            t.memory.write(arg2, room.raw)
        return found
    if op == _UPDATE:
        return hostcall.call("keyctl", op, arg2, *_data(InBuf(t.memory, arg3, arg4)))
    if op not in _NUMBERS:
        raise LinuxError(EOPNOTSUPP)
    return hostcall.call("keyctl", op, *args)


@syscall
def memfd_secret(t: Thread, flags: UInt) -> Fd:
    return hostcall.call("memfd_secret", flags)


@syscall
def process_mrelease(t: Thread, pidfd: Fd, flags: UInt) -> int:
    return hostcall.call("process_mrelease", pidfd, flags)


@syscall
def cachestat(t: Thread, fd: Fd, cstat_range: Addr, cstat: Addr, flags: UInt) -> int:
    order = t.arch.model.order
    try:
        asked: Word = Struct("2Q").pack(
            *Struct(order + "2Q").unpack(t.memory.read(cstat_range, 16))
        )
    except LinuxError:
        asked = hostcall.INVALID
    room = ctypes.create_string_buffer(40)
    hostcall.call("cachestat", fd, asked, room, flags)
    t.memory.write(cstat, Struct(order + "5Q").pack(*Struct("5Q").unpack(room.raw)))
    return 0
