"""POSIX message queues are descriptors of the host (man 7 mq_overview)."""

from __future__ import annotations

import ctypes
import os
from errno import EBADF, EINVAL, EMSGSIZE, ETIMEDOUT
from fcntl import F_GETFL, fcntl

from ..exec import hostcall, openflags
from ..exec.abi.clocks import Timespec
from ..exec.abi.ipc import MqAttr
from ..exec.abi.signals import SigEvent
from ..exec.errors import LinuxError
from ..exec.waiting import in_helper
from .args import Fd, In, Mode, OpenFlags, Out, OutBuf, StringPtr, UInt
from .names import given
from .pointers import InBuf
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

_BILLION = 1_000_000_000
_LONGEST = 1 << 24  # bytes: the kernel's own limit of a message (HARD_MSGSIZEMAX)
_PRIORITIES = 32768  # MQ_PRIO_MAX
_SIGEV_THREAD = 2
_COOKIE = 32  # bytes that SIGEV_THREAD has sent to its socket
_LONG_AGO = Timespec()


@syscall
def mq_open(t: Thread, name: StringPtr, oflag: OpenFlags, mode: Mode, attr: In[MqAttr]) -> Fd:
    wanted = hostcall.pack(attr.read()) if attr else None
    flags = openflags.to_arch(oflag, hostcall.arch())
    return hostcall.call("mq_open", given(name), flags, mode, wanted)


@syscall
def mq_unlink(t: Thread, name: StringPtr) -> int:
    return hostcall.call("mq_unlink", given(name))


def _limit(timeout: In[Timespec]) -> bytes | None:
    """When to give up; EFAULT and EINVAL come before anything else is looked at."""
    if not timeout:
        return None
    until = timeout.read()
    if until.tv_sec < 0 or not 0 <= until.tv_nsec < _BILLION:
        raise LinuxError(EINVAL)
    return hostcall.pack(until)


def _patiently(
    t: Thread, timeout: In[Timespec], call: Callable[[bytes | None], int]
) -> Blocking[int]:
    """`call` with the guest's absolute timeout, in a helper if it cannot be done at once."""
    limit = _limit(timeout)
    try:
        return call(hostcall.pack(_LONG_AGO))
    except LinuxError as error:
        if error.errno != ETIMEDOUT:
            raise
    return (yield from in_helper(t, lambda: call(limit)))


@syscall(wide="mq_timedsend_time64")
def mq_timedsend(
    t: Thread, mqdes: Fd, msg: InBuf, prio: UInt, timeout: In[Timespec]
) -> Blocking[int]:
    if msg.size > _LONGEST:
        _limit(timeout)
        if prio >= _PRIORITIES:
            raise LinuxError(EINVAL)
        attributes = hostcall.fill(MqAttr, "mq_getsetattr", mqdes, None, hostcall.OUT)
        writable = fcntl(mqdes, F_GETFL) & os.O_ACCMODE != os.O_RDONLY
        raise LinuxError(EMSGSIZE if attributes.msgsize and writable else EBADF)
    try:
        data: hostcall.Word = msg.read()
    except LinuxError:
        data = hostcall.INVALID
    return (
        yield from _patiently(
            t,
            timeout,
            lambda limit: hostcall.call("mq_timedsend", mqdes, data, msg.size, prio, limit),
        )
    )


@syscall(wide="mq_timedreceive_time64")
def mq_timedreceive(
    t: Thread, mqdes: Fd, msg: OutBuf, prio: Out[UInt], timeout: In[Timespec]
) -> Blocking[int]:
    size = min(msg.size, _LONGEST)
    room, priority = ctypes.create_string_buffer(max(size, 1)), ctypes.c_uint()
    word = ctypes.addressof(priority)
    got = yield from _patiently(
        t, timeout, lambda limit: hostcall.call("mq_timedreceive", mqdes, room, size, word, limit)
    )
    if prio:
        prio.write(priority.value)
    msg.write(room.raw[:got])
    return got


@syscall
def mq_notify(t: Thread, mqdes: Fd, sevp: In[SigEvent]) -> int:
    if not sevp:
        return hostcall.call("mq_notify", mqdes, None)
    event = sevp.read()
    event.sigev_signo = t.arch.model.signal_to_ours(event.sigev_signo)
    if event.sigev_notify == _SIGEV_THREAD:
        kept = ctypes.create_string_buffer(t.memory.read(event.sigev_value, _COOKIE), _COOKIE)
        event.sigev_value = ctypes.addressof(kept)
        t.process.files.check(event.sigev_signo)
    return hostcall.call("mq_notify", mqdes, hostcall.pack(event))


@syscall
def mq_getsetattr(t: Thread, mqdes: Fd, newattr: In[MqAttr], oldattr: Out[MqAttr]) -> int:
    wanted = None
    if newattr:
        new = newattr.read()
        new.flags = openflags.to_arch(openflags.from_arch(new.flags, t.arch), hostcall.arch())
        wanted = hostcall.pack(new)
    old = hostcall.fill(MqAttr, "mq_getsetattr", mqdes, wanted, hostcall.OUT)
    old.flags = openflags.to_arch(openflags.from_arch(old.flags, hostcall.arch()), t.arch)
    if oldattr:
        oldattr.write(old)
    return 0
