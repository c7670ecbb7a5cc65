"""epoll (man 7 epoll)."""

from __future__ import annotations

from errno import EFAULT, EINVAL
from select import POLLIN
from time import monotonic_ns

from ..exec import hostcall
from ..exec.abi import polling as abi
from ..exec.abi.clocks import Timespec
from ..exec.abi.polling import EpollEvent
from ..exec.cpu import WRITE
from ..exec.errors import ERESTARTNOHAND, ERESTARTSYS, LinuxError
from ..exec.waiting import Wait, wait
from .args import Addr, EpollFlags, EpollOp, Fd, In, Int, OutArray, Size
from .clocks import nanoseconds
from .polling import mask_at, masked
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

_SIGSET = 8
_MILLISECOND = 1_000_000
_AT_ONCE = 1 << 20  # events in one call: as many as a process has descriptors (fs.nr_open)
_taken = bytearray()  # what the host hands over, kept since it may be large


@syscall
def epoll_create(t: Thread, size: Int) -> int:
    if size <= 0:
        raise LinuxError(EINVAL)
    return hostcall.call("epoll_create1", 0)


@syscall
def epoll_create1(t: Thread, flags: EpollFlags) -> int:
    return hostcall.call("epoll_create1", flags)


@syscall
def epoll_ctl(t: Thread, epfd: Fd, op: EpollOp, fd: Fd, event: In[EpollEvent]) -> int:
    packed = None
    if op != abi.EPOLL_CTL_DEL:
        packed = hostcall.pack(event.read())
    return hostcall.call("epoll_ctl", epfd, op & 0xFFFFFFFF, fd, packed)


def _take(t: Thread, epfd: int, events: OutArray[EpollEvent], most: int) -> int:
    """Hand over what is ready; only as many as the guest's array has room for."""
    size = events.size
    room = sum(map(len, t.memory.views(events.addr, most * size, WRITE))) // size
    if not room:
        raise LinuxError(EFAULT)
    host_size = hostcall.size(EpollEvent)
    wanted = min(room, most, _AT_ONCE)
    _taken.extend(bytes(max(0, wanted * host_size - len(_taken))))
    with memoryview(_taken) as data:
        where = hostcall.address(data)
        count = hostcall.call("epoll_pwait", epfd, where, wanted, 0, None, _SIGSET)
        events.write(
            hostcall.unpack(EpollEvent, bytes(data[at * host_size : (at + 1) * host_size]))
            for at in range(count)
        )
    return count


def _ready(epfd: int) -> bool:
    """Whether there are events: the host would hand one over, but has no place to put it."""
    try:
        hostcall.call("epoll_pwait", epfd, hostcall.INVALID, 1, 0, None, _SIGSET)
    except LinuxError as error:
        if error.errno != EFAULT:
            raise
        return True
    return False


def _wait(
    t: Thread, epfd: int, events: OutArray[EpollEvent], most: int, deadline: int | None
) -> Blocking[int]:
    where = hostcall.bad(t, events.addr, max(most, 0) * events.size)
    if not 0 < most <= 0x7FFFFFFF // events.size or where == hostcall.BEYOND:
        hostcall.call("epoll_pwait", epfd, where, most & 0xFFFFFFFF, 0, None, _SIGSET)
        raise LinuxError(EINVAL)
    while True:
        epfd = t.moved.get(epfd, epfd)
        if _ready(epfd):
            count = _take(t, epfd, events, most)
            if count:
                t.process.scheduler.catch_up()
                return count
        if deadline != 0 and t.has_signal():
            raise LinuxError(ERESTARTSYS)
        if deadline is not None and monotonic_ns() >= deadline:
            return 0
        yield from wait(t, Wait([(epfd, POLLIN)], deadline))


def _interruptible(call: Blocking[int]) -> Blocking[int]:
    """epoll_wait is never restarted after a handler (man 7 signal)."""
    try:
        return (yield from call)
    except LinuxError as error:
        if error.errno == ERESTARTSYS:
            raise LinuxError(ERESTARTNOHAND) from None
        raise


def _after(length: int) -> int:
    """The deadline that many ns from now; 0 does not even wait for signals."""
    return monotonic_ns() + length if length else 0


def _deadline(timeout: int) -> int | None:
    return None if timeout < 0 else _after(timeout * _MILLISECOND)


@syscall
def epoll_wait(
    t: Thread, epfd: Fd, events: OutArray[EpollEvent], maxevents: Int, timeout: Int
) -> Blocking[int]:
    call = _wait(t, epfd, events, maxevents, _deadline(timeout))
    return (yield from _interruptible(call))


@syscall
def epoll_pwait(
    t: Thread,
    epfd: Fd,
    events: OutArray[EpollEvent],
    maxevents: Int,
    timeout: Int,
    sigmask: Addr,
    sigsetsize: Size,
) -> Blocking[int]:
    mask = mask_at(t, sigmask, sigsetsize)
    call = _wait(t, epfd, events, maxevents, _deadline(timeout))
    return (yield from masked(t, mask, _interruptible(call)))


@syscall
def epoll_pwait2(
    t: Thread,
    epfd: Fd,
    events: OutArray[EpollEvent],
    maxevents: Int,
    timeout: In[Timespec],
    sigmask: Addr,
    sigsetsize: Size,
) -> Blocking[int]:
    deadline = _after(nanoseconds(timeout.read())) if timeout else None
    mask = mask_at(t, sigmask, sigsetsize)
    call = _wait(t, epfd, events, maxevents, deadline)
    return (yield from masked(t, mask, _interruptible(call)))
