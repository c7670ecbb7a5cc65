"""Calls that younger ones have replaced, of the oldest architectures."""

from __future__ import annotations

import os
from errno import EACCES, EOVERFLOW, EPERM

from ..exec import hostcall
from ..exec.abi.clocks import CLOCK_REALTIME, Timespec
from ..exec.abi.files import AT_SYMLINK_NOFOLLOW
from ..exec.abi.limits import Rlimit
from ..exec.abi.processes import PRIO_PROCESS
from ..exec.abi.stats import OldStat, Stat
from ..exec.abi.system import OldOldUtsName, OldUtsName
from ..exec.errors import LinuxError
from ..exec.hostcall import AT_FDCWD, OUT
from .args import FadviseAdvice, Fd, In, Int, Long, Offset, Out, Resource, StringPtr, UInt
from .integers import short_id
from .limits import getrlimit
from .names import existing, given
from .syscall import syscall
from .system import names_of_system

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_INFINITE = 0x7FFFFFFF  # RLIM_INFINITY as getrlimit once had it


@syscall
def umount(t: Thread, target: StringPtr) -> int:
    return hostcall.call("umount2", given(target), 0)


@syscall
def stime(t: Thread, tptr: In[Long]) -> int:
    value = hostcall.pack(Timespec(tv_sec=tptr.read()))
    return hostcall.call("clock_settime", CLOCK_REALTIME, value)


@syscall
def nice(t: Thread, inc: Int) -> int:
    now = os.getpriority(PRIO_PROCESS, t.tid)
    wanted = max(-20, min(19, now + max(-40, min(40, inc))))
    try:
        return hostcall.call("setpriority", PRIO_PROCESS, t.tid, wanted)
    except LinuxError as error:
        if error.errno != EACCES:
            raise
        raise LinuxError(EPERM) from None


@syscall
def olduname(t: Thread, buf: Out[OldUtsName]) -> int:
    buf.write(names_of_system(t))  # type: ignore[arg-type]
    return 0


@syscall
def oldolduname(t: Thread, buf: Out[OldOldUtsName]) -> int:
    names = names_of_system(t)
    for name in OldOldUtsName.members():
        setattr(names, name, getattr(names, name)[:8])
    buf.write(names)  # type: ignore[arg-type]
    return 0


def _old_stat(target: Out[OldStat], status: Stat) -> int:
    """EOVERFLOW where the members are too short; the inode's number is cut."""
    if max(status.st_nlink, status.st_dev, status.st_rdev) > 0xFFFF or status.st_size >> 31:
        raise LinuxError(EOVERFLOW)
    status.st_ino &= 0xFFFF
    status.st_uid, status.st_gid = short_id(status.st_uid), short_id(status.st_gid)
    target.write(status)  # type: ignore[arg-type]
    return 0


@syscall
def oldstat(t: Thread, path: StringPtr, statbuf: Out[OldStat]) -> int:
    name = existing(t, AT_FDCWD, path)
    return _old_stat(statbuf, hostcall.fill(Stat, "newfstatat", AT_FDCWD, name, OUT, 0))


@syscall
def oldlstat(t: Thread, path: StringPtr, statbuf: Out[OldStat]) -> int:
    flags = AT_SYMLINK_NOFOLLOW
    name = existing(t, AT_FDCWD, path, flags)
    return _old_stat(statbuf, hostcall.fill(Stat, "newfstatat", AT_FDCWD, name, OUT, flags))


@syscall
def oldfstat(t: Thread, fd: Fd, statbuf: Out[OldStat]) -> int:
    return _old_stat(statbuf, hostcall.fill(Stat, "fstat", fd, OUT))


@syscall
def old_getrlimit(t: Thread, resource: Resource, rlim: Out[Rlimit]) -> int:
    getrlimit(t, resource, rlim)
    found = t.memory.load(rlim.addr, Rlimit)
    limits = min(found.rlim_cur, _INFINITE), min(found.rlim_max, _INFINITE)
    rlim.write(Rlimit(rlim_cur=limits[0], rlim_max=limits[1]))
    return 0


@syscall
def fadvise64_64(t: Thread, fd: Fd, offset: Offset, len_: Offset, advice: FadviseAdvice) -> int:
    return hostcall.call("fadvise64", fd, offset, len_, advice)


@syscall(name="arm_fadvise64_64")
def advice_first(t: Thread, fd: Fd, advice: FadviseAdvice, offset: Offset, len_: Offset) -> int:
    return hostcall.call("fadvise64", fd, offset, len_, advice)


@syscall(also=("arm_sync_file_range",))
def sync_file_range2(t: Thread, fd: Fd, flags: UInt, offset: Offset, nbytes: Offset) -> int:
    return hostcall.call("sync_file_range", fd, offset, nbytes, flags)
