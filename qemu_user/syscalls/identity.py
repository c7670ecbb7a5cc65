"""Who a process is: users, groups, sessions, capabilities."""

from __future__ import annotations

import ctypes
import os
from errno import EINVAL

from ..exec import hostcall
from ..exec.abi.processes import CapUserData, CapUserHeader
from ..exec.errors import LinuxError
from .args import Gid, InArray, InOut, Int, Out, OutArray, Pid, Uid
from .modules import prepare_for
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.thread import Thread

_NOBODY = 0xFFFFFFFF  # (uid_t) -1: leave it
_GROUPS_MAX = 65536
_ONE_SET = 0x19980330  # _LINUX_CAPABILITY_VERSION_1: 32 capabilities, versions 2 and 3 have 64


class _LastChange:
    """Of the process's ids: Linux keeps them for each thread, and C libraries have all make it.

    Ours are one set. Who is still to make the change that another thread made has it already, and
    perhaps no longer may.
    """

    def __init__(self) -> None:
        self.change: object = None
        self.others: set[int] = set()  # tids that have not made it


def _id(value: int) -> int:
    return -1 if value == _NOBODY else value


def _change(t: Thread, call: Callable[..., object], *ids: object) -> int:
    last = t.process.kept.setdefault(_LastChange, _LastChange())
    if last.change == (call, ids) and t.tid in last.others:
        last.others.remove(t.tid)
        return 0
    call(*ids)
    last.change, last.others = (call, ids), t.process.threads.keys() - {t.tid}
    return 0


@syscall(native="ask")
def getpid(t: Thread) -> int:
    return t.process.pid


@syscall(native="ask")
def getppid(t: Thread) -> int:
    return os.getppid()


@syscall(wide="getuid32", native="ask")
def getuid(t: Thread) -> Uid:
    return os.getuid()


@syscall(wide="geteuid32", native="ask")
def geteuid(t: Thread) -> Uid:
    return os.geteuid()


@syscall(wide="getgid32", native="ask")
def getgid(t: Thread) -> Gid:
    return os.getgid()


@syscall(wide="getegid32", native="ask")
def getegid(t: Thread) -> Gid:
    return os.getegid()


@syscall(wide="getresuid32")
def getresuid(t: Thread, ruid: Out[Uid], euid: Out[Uid], suid: Out[Uid]) -> int:
    for pointer, value in zip((ruid, euid, suid), os.getresuid(), strict=True):
        pointer.write(value)
    return 0


@syscall(wide="getresgid32")
def getresgid(t: Thread, rgid: Out[Gid], egid: Out[Gid], sgid: Out[Gid]) -> int:
    for pointer, value in zip((rgid, egid, sgid), os.getresgid(), strict=True):
        pointer.write(value)
    return 0


@syscall(wide="setuid32")
def setuid(t: Thread, uid: Uid) -> int:
    if uid == _NOBODY:
        raise LinuxError(EINVAL)
    prepare_for(uid)
    return _change(t, os.setuid, uid)


@syscall(wide="setgid32")
def setgid(t: Thread, gid: Gid) -> int:
    if gid == _NOBODY:
        raise LinuxError(EINVAL)
    return _change(t, os.setgid, gid)


@syscall(wide="setreuid32")
def setreuid(t: Thread, ruid: Uid, euid: Uid) -> int:
    prepare_for(euid)
    return _change(t, os.setreuid, _id(ruid), _id(euid))


@syscall(wide="setregid32")
def setregid(t: Thread, rgid: Gid, egid: Gid) -> int:
    return _change(t, os.setregid, _id(rgid), _id(egid))


@syscall(wide="setresuid32")
def setresuid(t: Thread, ruid: Uid, euid: Uid, suid: Uid) -> int:
    prepare_for(euid)
    return _change(t, os.setresuid, _id(ruid), _id(euid), _id(suid))


@syscall(wide="setresgid32")
def setresgid(t: Thread, rgid: Gid, egid: Gid, sgid: Gid) -> int:
    return _change(t, os.setresgid, _id(rgid), _id(egid), _id(sgid))


@syscall(wide="setfsuid32")
def setfsuid(t: Thread, fsuid: Uid) -> Uid:
    prepare_for(fsuid)
    return hostcall.call("setfsuid", fsuid)


@syscall(wide="setfsgid32")
def setfsgid(t: Thread, fsgid: Gid) -> Gid:
    return hostcall.call("setfsgid", fsgid)


@syscall(wide="getgroups32")
def getgroups(t: Thread, size: Int, list_: OutArray[Gid]) -> int:
    if size < 0:
        raise LinuxError(EINVAL)
    groups = os.getgroups()
    if size:
        if len(groups) > size:
            raise LinuxError(EINVAL)
        list_.write(groups)
    return len(groups)


@syscall(wide="setgroups32")
def setgroups(t: Thread, size: Int, list_: InArray[Gid]) -> int:
    if not 0 <= size <= _GROUPS_MAX or os.geteuid() != 0:
        return hostcall.call("setgroups", size & 0xFFFFFFFF, None)
    return _change(t, os.setgroups, list_.read(size))


@syscall
def getpgid(t: Thread, pid: Pid) -> int:
    return hostcall.call("getpgid", pid)


@syscall(native="ask")
def getpgrp(t: Thread) -> int:
    return os.getpgrp()


@syscall
def setpgid(t: Thread, pid: Pid, pgid: Pid) -> int:
    return hostcall.call("setpgid", pid or t.process.pid, pgid)


@syscall
def getsid(t: Thread, pid: Pid) -> int:
    return hostcall.call("getsid", pid)


@syscall
def setsid(t: Thread) -> int:
    return hostcall.call("setsid")


def _capability_sets(header: CapUserHeader) -> int:
    return 1 if header.version == _ONE_SET else 2


@syscall
def capget(t: Thread, hdrp: InOut[CapUserHeader], datap: OutArray[CapUserData]) -> int:
    header = hdrp.read()
    room = ctypes.create_string_buffer(hostcall.pack(header))
    size = hostcall.size(CapUserData)
    data = ctypes.create_string_buffer(2 * size)
    try:
        hostcall.call("capget", room, data if datap else None)
    finally:
        known = hostcall.unpack(CapUserHeader, room.raw)
        if known.version != header.version:
            hdrp.write(known)
    if datap:
        sets = [data.raw[at * size : (at + 1) * size] for at in range(_capability_sets(header))]
        datap.write([hostcall.unpack(CapUserData, one) for one in sets])
    return 0


def _capabilities(datap: InArray[CapUserData], header: CapUserHeader) -> hostcall.Word:
    """The sets for the host, which looks at the header before it finds a bad pointer."""
    if not datap:
        return None
    try:
        sets = datap.read(_capability_sets(header))
    except LinuxError:
        return hostcall.INVALID
    return b"".join(map(hostcall.pack, sets)).ljust(2 * hostcall.size(CapUserData), b"\0")


def align_host_threads(t: Thread) -> None:
    """Have the emulator's threads take over what the host has just changed for this one alone.

    The C library sets ids in all of them and ends the process where one may and another may not.
    """
    if len(t.process.threads) == 1:
        t.process.scheduler.retire_host_threads()


@syscall
def capset(t: Thread, hdrp: InOut[CapUserHeader], datap: InArray[CapUserData]) -> int:
    header = hdrp.read()
    room = ctypes.create_string_buffer(hostcall.pack(header))
    try:
        done = hostcall.call("capset", room, _capabilities(datap, header))
        align_host_threads(t)
        return done
    finally:
        known = hostcall.unpack(CapUserHeader, room.raw)
        if known.version != header.version:
            hdrp.write(known)
