"""The machine and its scheduler: names, memory, CPUs, scheduling, the kernel's log."""

from __future__ import annotations

import ctypes
import os
from errno import E2BIG, EINVAL

from ..exec import hostcall
from ..exec.abi.clocks import Timespec
from ..exec.abi.processes import SchedAttr, SchedParam
from ..exec.abi.system import SysInfo, UtsName
from ..exec.errors import LinuxError
from .args import Addr, In, Int, Out, OutBuf, Pid, SchedPolicy, StringPtr, UInt
from .names import given
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_CPU_BYTES = 1024  # room for 8192 CPUs
_QUERY = 0xFFFFFFFF  # personality: only tell
_ATTR_MIN = 48  # SCHED_ATTR_SIZE_VER0
_SIZES = (
    *("totalram", "freeram", "sharedram", "bufferram"),
    *("totalswap", "freeswap", "totalhigh", "freehigh"),
)


def names_of_system(t: Thread) -> UtsName:
    """What uname(2) tells."""
    host = os.uname()
    release = t.process.options.release or host.release
    domain = hostcall.fill(UtsName, "uname", hostcall.OUT).domainname
    return UtsName(
        sysname=host.sysname.encode(),
        nodename=os.fsencode(host.nodename),
        release=release.encode()[:64],
        version=host.version.encode(),
        machine=t.arch.uname.encode(),
        domainname=domain,
    )


@syscall
def uname(t: Thread, buf: Out[UtsName]) -> int:
    buf.write(names_of_system(t))
    return 0


@syscall
def sysinfo(t: Thread, info: Out[SysInfo]) -> int:
    found = hostcall.fill(SysInfo, "sysinfo", hostcall.OUT)
    if t.arch.model.word == 4:
        _scale(found)
    info.write(found)
    return 0


def _scale(info: SysInfo) -> None:
    """Give memory in larger units where a word can't hold the bytes."""
    while max(info.totalram, info.totalswap) >> 32 and info.mem_unit < 4096:
        info.mem_unit *= 2
        for name in _SIZES:
            setattr(info, name, getattr(info, name) >> 1)


def _name(name: StringPtr, size: int, call: str) -> int:
    """sethostname and setdomainname: a name of exactly `size` bytes."""
    data: hostcall.Word = hostcall.INVALID
    if 0 <= size <= 64:
        try:
            data = name.memory.read(name.addr, size)
        except LinuxError:  # who may not set it hears of that first
            data = hostcall.INVALID
    return hostcall.call(call, data, size & 0xFFFFFFFF)


@syscall
def sethostname(t: Thread, name: StringPtr, size: Int) -> int:
    return _name(name, size, "sethostname")


@syscall
def setdomainname(t: Thread, name: StringPtr, size: Int) -> int:
    return _name(name, size, "setdomainname")


@syscall
def getcpu(t: Thread, cpu: Out[UInt], node: Out[UInt]) -> int:
    from ..exec.rseq import cpu_of, node_of

    number = cpu_of(t)
    if cpu:
        cpu.write(number)
    if node:
        node.write(node_of(number))
    return 0


class _Personality:
    """The key under which a process's personality is kept."""


@syscall
def personality(t: Thread, persona: UInt) -> int:
    """Only what changes nothing that we do: address randomisation is off anyway."""
    kept = t.process.kept
    old: int = kept.get(_Personality, 0)
    if persona != _QUERY:
        kept[_Personality] = persona
    return old


@syscall
def acct(t: Thread, path: StringPtr) -> int:
    return hostcall.call("acct", given(path))


@syscall
def syslog(t: Thread, type_: Int, buf: OutBuf) -> int:
    size = (buf.size & 0xFFFFFFFF ^ 0x80000000) - 0x80000000
    reading = type_ in (2, 3, 4)  # SYSLOG_ACTION_READ, _READ_ALL, _READ_CLEAR
    if not reading or size <= 0 or not buf:
        return hostcall.call("syslog", type_, None, size & 0xFFFFFFFF)
    room = ctypes.create_string_buffer(min(size, 1 << 20))
    filled = hostcall.call("syslog", type_, room, len(room))
    buf.write(room.raw[:filled])
    return filled


def _task(t: Thread, pid: int) -> int:
    """The host's task for a pid argument; 0 means the calling guest thread."""
    return pid or t.tid


def _changing(t: Thread, pid: int) -> int:
    """`_task` of a call that changes how it is scheduled, which threads to come inherit."""
    t.process.scheduled = True
    return pid or t.tid


def _swapped(t: Thread, mask: bytes) -> bytes:
    """A mask of processors between the guest's byte order and the host's: words of bits."""
    word = t.arch.model.word
    if t.arch.model.order == hostcall.model().order:
        return mask
    words = [mask[at : at + word][::-1] for at in range(0, len(mask), word)]
    return b"".join(words)


@syscall
def sched_setaffinity(t: Thread, pid: Pid, cpusetsize: UInt, mask: Addr) -> int:
    from ..exec.scheduling import confined

    data = _swapped(t, t.memory.read(mask, min(cpusetsize, _CPU_BYTES)))
    hostcall.call("sched_setaffinity", _task(t, pid), len(data), data)
    confined(t, _task(t, pid))
    return 0


@syscall
def sched_getaffinity(t: Thread, pid: Pid, cpusetsize: UInt, mask: Addr) -> int:
    if cpusetsize % t.arch.model.word:
        raise LinuxError(EINVAL)
    room = ctypes.create_string_buffer(min(cpusetsize, _CPU_BYTES))
    filled = hostcall.call("sched_getaffinity", _task(t, pid), len(room), room)
    t.memory.write(mask, _swapped(t, room.raw[:filled]))
    return filled


@syscall
def sched_getparam(t: Thread, pid: Pid, param: Out[SchedParam]) -> int:
    if not param or pid < 0:
        raise LinuxError(EINVAL)
    param.write(hostcall.fill(SchedParam, "sched_getparam", _task(t, pid), hostcall.OUT))
    return 0


@syscall
def sched_setparam(t: Thread, pid: Pid, param: In[SchedParam]) -> int:
    if not param or pid < 0:
        raise LinuxError(EINVAL)
    return hostcall.call("sched_setparam", _changing(t, pid), hostcall.pack(param.read()))


@syscall
def sched_getscheduler(t: Thread, pid: Pid) -> int:
    return hostcall.call("sched_getscheduler", _task(t, pid))


@syscall
def sched_setscheduler(t: Thread, pid: Pid, policy: SchedPolicy, param: In[SchedParam]) -> int:
    if not param or pid < 0:
        raise LinuxError(EINVAL)
    if policy < 0:
        raise LinuxError(EINVAL)
    packed = hostcall.pack(param.read())
    return hostcall.call("sched_setscheduler", _changing(t, pid), policy & 0xFFFFFFFF, packed)


@syscall
def sched_get_priority_max(t: Thread, policy: SchedPolicy) -> int:
    return hostcall.call("sched_get_priority_max", policy & 0xFFFFFFFF)


@syscall
def sched_get_priority_min(t: Thread, policy: SchedPolicy) -> int:
    return hostcall.call("sched_get_priority_min", policy & 0xFFFFFFFF)


@syscall(wide="sched_rr_get_interval_time64")
def sched_rr_get_interval(t: Thread, pid: Pid, tp: Out[Timespec]) -> int:
    if pid < 0:
        raise LinuxError(EINVAL)
    tp.write(hostcall.fill(Timespec, "sched_rr_get_interval", _task(t, pid), hostcall.OUT))
    return 0


@syscall
def sched_getattr(t: Thread, pid: Pid, attr: OutBuf, flags: UInt) -> int:
    size = attr.size & 0xFFFFFFFF
    if not attr or pid < 0 or not _ATTR_MIN <= size <= 4096 or flags:
        raise LinuxError(EINVAL)
    whole = hostcall.size(SchedAttr)
    found = hostcall.fill(SchedAttr, "sched_getattr", _task(t, pid), hostcall.OUT, whole, 0)
    found.size_ = min(size, whole)
    attr.write(found.pack(t.arch.model)[:size].ljust(size, b"\0"))
    return 0


@syscall
def sched_setattr(t: Thread, pid: Pid, attr: In[SchedAttr], flags: UInt) -> int:
    if not attr or pid < 0 or flags:
        raise LinuxError(EINVAL)
    memory = attr.memory
    size = memory.u32(attr.addr) or _ATTR_MIN
    model = t.arch.model
    whole = SchedAttr.size(model)
    data = memory.read(attr.addr, size) if _ATTR_MIN <= size <= 4096 else b""
    if not data or any(data[whole:]):
        memory.set_u32(attr.addr, whole)
        raise LinuxError(E2BIG)
    want = SchedAttr.unpack(model, data[:whole].ljust(whole, b"\0"))
    want.size_ = min(size, whole)
    packed = hostcall.pack(want)
    return hostcall.call("sched_setattr", _changing(t, pid), packed, flags)


@syscall
def vhangup(t: Thread) -> int:
    return hostcall.call("vhangup")
