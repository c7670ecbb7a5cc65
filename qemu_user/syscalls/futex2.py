"""The calls that came after futex: futex_wait, futex_wake, futex_requeue, futex_waitv."""

from __future__ import annotations

from errno import EAGAIN, EINVAL, ENOSYS, ETIMEDOUT
from struct import Struct
from time import clock_gettime_ns, monotonic_ns

from ..exec import hostcall
from ..exec.abi import clocks
from ..exec.abi.clocks import Timespec64
from ..exec.abi.processes import FutexWaitv
from ..exec.errors import ERESTARTSYS, LinuxError
from ..exec.futex import BITSET_ANY, Waiter, key, wake
from ..exec.waiting import Wait, in_helper
from .args import Addr, Clock, In, InArray, Int, UInt, ULong
from .futexes import check_word, requeue_words, wait_word
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

_BILLION = 1_000_000_000
_SIZE_U32 = 2
_PRIVATE = 128
_WORD = 0xFFFFFFFF
_WAITERS_MAX = 128  # FUTEX_WAITV_MAX
_NOTE = "words of 32 bits, without FUTEX2_NUMA and FUTEX2_MPOL"


def _private(flags: int, *values: int) -> bool:
    """FUTEX2_PRIVATE of `flags`; EINVAL for other sizes than 32 bits and wider values."""
    if flags & ~_PRIVATE != _SIZE_U32 or any(value > _WORD for value in values):
        raise LinuxError(EINVAL)
    return bool(flags & _PRIVATE)


def _deadline(t: Thread, timeout: In[Timespec64], clockid: int) -> int | None:
    """Monotonic ns of an absolute timeout."""
    if not timeout:
        return None
    if clockid not in (clocks.CLOCK_MONOTONIC, clocks.CLOCK_REALTIME):
        raise LinuxError(EINVAL)
    until = timeout.read()
    padding = 0xFFFFFFFF << 32 if t.arch.model.word == 4 else 0
    nanoseconds = until.tv_nsec & ~padding
    if until.tv_sec < 0 or not 0 <= nanoseconds < _BILLION:
        raise LinuxError(EINVAL)
    at = until.tv_sec * _BILLION + nanoseconds
    if clockid == clocks.CLOCK_REALTIME:
        at += monotonic_ns() - clock_gettime_ns(clockid)
    return at


@syscall(note=_NOTE)
def futex_wake(t: Thread, uaddr: Addr, mask: ULong, nr: Int, flags: UInt) -> int:
    private = _private(flags, mask)
    if not mask:
        raise LinuxError(EINVAL)
    check_word(t, uaddr, private)
    return wake(t.process, uaddr, max(1, nr), mask, private=private) if nr else 0


@syscall(note=_NOTE)
def futex_wait(
    t: Thread,
    uaddr: Addr,
    val: ULong,
    mask: ULong,
    flags: UInt,
    timeout: In[Timespec64],
    clockid: Clock,
) -> Blocking[int]:
    private = _private(flags, val, mask)
    deadline = _deadline(t, timeout, clockid)
    if not mask:
        raise LinuxError(EINVAL)
    check_word(t, uaddr, private)
    return (yield from wait_word(t, uaddr, private, val, mask, deadline))


def _parsed(t: Thread, waiters: InArray[FutexWaitv], count: int) -> list[tuple[int, int, bool]]:
    """(address, expected, private) of each; EINVAL for reserved bits."""
    reserved = Struct(t.arch.model.order + "I")
    found = []
    for i, one in enumerate(waiters.read(count)):
        at = waiters.addr + (i + 1) * waiters.size - reserved.size
        if reserved.unpack(t.memory.read(at, reserved.size))[0]:
            raise LinuxError(EINVAL)
        found.append((one.uaddr, one.val, _private(one.flags, one.val)))
    return found


@syscall(note=_NOTE)
def futex_requeue(
    t: Thread, waiters: InArray[FutexWaitv], flags: UInt, nr_wake: Int, nr_requeue: Int
) -> int:
    if flags or not waiters:
        raise LinuxError(EINVAL)
    (uaddr, expected, private), (uaddr2, _, private2) = _parsed(t, waiters, 2)
    if private != private2 or nr_wake < 0 or nr_requeue < 0:
        raise LinuxError(EINVAL)
    check_word(t, uaddr, private)
    return requeue_words(t, private, uaddr, nr_wake, nr_requeue, uaddr2, expected)


@syscall(note=_NOTE + "; words of this process alone beside words shared with others: ENOSYS")
def futex_waitv(
    t: Thread,
    waiters: InArray[FutexWaitv],
    nr_futexes: UInt,
    flags: UInt,
    timeout: In[Timespec64],
    clockid: Clock,
) -> Blocking[int]:
    if flags or not 0 < nr_futexes <= _WAITERS_MAX or not waiters:
        raise LinuxError(EINVAL)
    deadline = _deadline(t, timeout, clockid)
    words = _parsed(t, waiters, nr_futexes)
    for uaddr, _, private in words:
        check_word(t, uaddr, private)
    values = [t.memory.u32(uaddr) for uaddr, _, _ in words]
    if any(value != word[1] for value, word in zip(values, words, strict=True)):
        raise LinuxError(EAGAIN)
    shared = [not private and t.memory.is_shared(uaddr) for uaddr, _, private in words]
    if all(shared):
        return (yield from _shared(t, words, deadline))
    if any(shared):
        raise LinuxError(ENOSYS)
    return (yield from _own(t, words, deadline))


def _own(t: Thread, words: list[tuple[int, int, bool]], deadline: int | None) -> Blocking[int]:
    """Sleep on several queues; the index of the last word that was woken."""
    futexes, sleep = t.process.futexes, Wait(deadline=deadline)
    queued = [Waiter(sleep, key(uaddr, private), BITSET_ANY) for uaddr, _, private in words]
    for waiter in queued:
        futexes.add(waiter)
    try:
        yield sleep
    finally:
        left = [futexes.queued(waiter) for waiter in queued]
        for waiter in queued:
            futexes.remove(waiter)
    if not all(left):
        return max(i for i, still in enumerate(left) if not still)
    raise LinuxError(ETIMEDOUT if sleep.timed_out else ERESTARTSYS)


def _shared(t: Thread, words: list[tuple[int, int, bool]], deadline: int | None) -> Blocking[int]:
    """Words that other processes see: the host waits for them, in a helper."""
    base = t.memory.base
    entries = [FutexWaitv(val=val, uaddr=base + uaddr, flags=_SIZE_U32) for uaddr, val, _ in words]
    packed = b"".join(map(hostcall.pack, entries))
    span = None
    if deadline is not None:
        seconds, rest = divmod(deadline, _BILLION)
        span = hostcall.pack(Timespec64(tv_sec=seconds, tv_nsec=rest))
    clock = clocks.CLOCK_MONOTONIC
    return (
        yield from in_helper(
            t, lambda: hostcall.call("futex_waitv", packed, len(words), 0, span, clock)
        )
    )
