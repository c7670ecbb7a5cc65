"""futex(2): waiting in user space until a word changes."""

from __future__ import annotations

from errno import EAGAIN, EDEADLK, EFAULT, EINVAL, ENOSYS, EPERM, ESRCH, ETIMEDOUT
from time import clock_gettime_ns, monotonic_ns

from ..exec import hostcall
from ..exec.abi import clocks
from ..exec.abi import processes as abi
from ..exec.cpu import WRITE
from ..exec.errors import ERESTARTNOINTR, ERESTARTSYS, LinuxError
from ..exec.futex import BITSET_ANY, Waiter, hand_over, key, wake
from ..exec.stubs import swapper
from ..exec.waiting import Wait, in_helper
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking
    from .args import Addr, FutexOp, In, UInt

_COMMAND = ~(abi.FUTEX_PRIVATE_FLAG | abi.FUTEX_CLOCK_REALTIME)
_BILLION = 1_000_000_000
_TIMED = (abi.FUTEX_WAIT, abi.FUTEX_WAIT_BITSET, abi.FUTEX_LOCK_PI, abi.FUTEX_LOCK_PI2)
_KNOWN = (  # FUTEX_FD is gone from Linux, requeueing to PI futexes is not done
    *_TIMED,
    *(abi.FUTEX_WAKE, abi.FUTEX_WAKE_BITSET, abi.FUTEX_WAKE_OP),
    *(abi.FUTEX_REQUEUE, abi.FUTEX_CMP_REQUEUE, abi.FUTEX_UNLOCK_PI, abi.FUTEX_TRYLOCK_PI),
)
_REALTIME_ALLOWED = (abi.FUTEX_WAIT_BITSET, abi.FUTEX_LOCK_PI2)


@syscall(wide="futex_time64")
def futex(
    t: Thread,
    uaddr: Addr,
    op: FutexOp,
    val: UInt,
    timeout: In[clocks.Timespec],
    uaddr2: Addr,
    val3: UInt,
) -> Blocking[int]:
    command, private = op & _COMMAND, bool(op & abi.FUTEX_PRIVATE_FLAG)
    deadline = _deadline(op, command, timeout) if command in _TIMED else None
    if op & abi.FUTEX_CLOCK_REALTIME and command not in _REALTIME_ALLOWED:
        raise LinuxError(ENOSYS)
    if command not in _KNOWN:
        raise LinuxError(ENOSYS)
    if command == abi.FUTEX_UNLOCK_PI:
        return _unlock_pi(t, uaddr, private)
    if uaddr & 3:
        raise LinuxError(EINVAL)
    if command in (abi.FUTEX_WAIT, abi.FUTEX_WAIT_BITSET):
        bitset = val3 if command == abi.FUTEX_WAIT_BITSET else BITSET_ANY
        result = yield from wait_word(t, uaddr, private, val, bitset, deadline)
        return result
    if command in (abi.FUTEX_LOCK_PI, abi.FUTEX_LOCK_PI2):
        result = yield from _lock_pi(t, uaddr, private, deadline)
        return result
    requeues = command in (abi.FUTEX_REQUEUE, abi.FUTEX_CMP_REQUEUE)
    if requeues and (_signed(val) < 0 or _signed(timeout.addr & 0xFFFFFFFF) < 0):
        raise LinuxError(EINVAL)
    if not private or uaddr >= t.memory.size:
        t.memory.u32(uaddr)  # EFAULT: the key of a shared futex is its mapping
    if requeues:
        compare = val3 if command == abi.FUTEX_CMP_REQUEUE else None
        return requeue_words(t, private, uaddr, val, timeout.addr & 0xFFFFFFFF, uaddr2, compare)
    if command == abi.FUTEX_WAKE_OP:
        return _wake_op(t, private, uaddr, val, timeout.addr & 0xFFFFFFFF, uaddr2, val3)
    return _at_once(t, command, private, uaddr, val, val3)


def _at_once(t: Thread, command: int, private: bool, uaddr: int, val: int, val3: int) -> int:
    """The commands that never sleep and concern one word."""
    if command in (abi.FUTEX_WAKE, abi.FUTEX_WAKE_BITSET):
        bitset = val3 if command == abi.FUTEX_WAKE_BITSET else BITSET_ANY
        if not bitset:
            raise LinuxError(EINVAL)
        return wake(t.process, uaddr, max(1, _signed(val)), bitset, private=private)
    if command == abi.FUTEX_TRYLOCK_PI:
        if not _try_lock(t, uaddr, private):
            raise LinuxError(EAGAIN if _has_owner(t, uaddr) else ESRCH)
        return 0
    raise LinuxError(ENOSYS)


def _deadline(op: int, command: int, timeout: In[clocks.Timespec]) -> int | None:
    """Monotonic ns; FUTEX_WAIT's timeout is relative, the others' absolute."""
    if not timeout:
        return None
    span = timeout.read()
    if span.tv_sec < 0 or not 0 <= span.tv_nsec < _BILLION:
        raise LinuxError(EINVAL)
    at = span.tv_sec * _BILLION + span.tv_nsec
    if command == abi.FUTEX_WAIT:
        return monotonic_ns() + at
    if op & abi.FUTEX_CLOCK_REALTIME or command == abi.FUTEX_LOCK_PI:
        return monotonic_ns() + at - clock_gettime_ns(clocks.CLOCK_REALTIME)
    return at


def wait_word(
    t: Thread, uaddr: int, private: bool, val: int, bitset: int, deadline: int | None
) -> Blocking[int]:
    if not bitset:
        raise LinuxError(EINVAL)
    if t.memory.u32(uaddr) != val:
        raise LinuxError(EAGAIN)
    if not private and t.memory.is_shared(uaddr):
        yield from _wait_shared(t, uaddr, val, bitset, deadline)
        return 0
    waiter = Waiter(Wait(deadline=deadline), key(uaddr, private), bitset)
    yield from _queue(t, waiter)
    return 0


def _queue(t: Thread, waiter: Waiter) -> Blocking[None]:
    """Sleep as `waiter` until woken; ETIMEDOUT, or ERESTARTSYS for a signal."""
    futexes, sleep = t.process.futexes, waiter.wait
    futexes.add(waiter)
    try:
        yield sleep
    finally:
        futexes.remove(waiter)
    if sleep.woken:
        return
    raise LinuxError(ETIMEDOUT if sleep.timed_out else ERESTARTSYS)


def _wait_shared(
    t: Thread, uaddr: int, val: int, bitset: int, deadline: int | None
) -> Blocking[None]:
    """The host's futex does it, in a helper; its absolute timeout is CLOCK_MONOTONIC's."""
    host = t.memory.base + uaddr
    span = None
    if deadline is not None:
        sec, nsec = divmod(max(0, deadline), _BILLION)  # before the machine's start: long over
        span = hostcall.pack(clocks.Timespec(tv_sec=sec, tv_nsec=nsec))
    if t.arch.is_foreign:  # the host compares with the word as it is
        val = int.from_bytes((val & 0xFFFFFFFF).to_bytes(4, "little"), "big")
    yield from in_helper(
        t,
        lambda: hostcall.call("futex", host, abi.FUTEX_WAIT_BITSET, val, span, None, bitset),
    )


def requeue_words(
    t: Thread, private: bool, uaddr: int, val: int, val2: int, uaddr2: int, compare: int | None
) -> int:
    if uaddr2 & 3 or _signed(val) < 0 or _signed(val2) < 0:
        raise LinuxError(EINVAL)
    if not private or uaddr2 >= t.memory.size:
        t.memory.u32(uaddr2)
    if compare is not None and t.memory.u32(uaddr) != compare:
        raise LinuxError(EAGAIN)
    p = t.process
    if not private and t.memory.is_shared(uaddr):
        base = t.memory.base
        return hostcall.call("futex", base + uaddr, abi.FUTEX_REQUEUE, val, val2, base + uaddr2, 0)
    woken = wake(p, uaddr, val, private=private) if val else 0
    return woken + p.futexes.requeue(key(uaddr, private), key(uaddr2, private), val2)


def _wake_op(
    t: Thread, private: bool, uaddr: int, val: int, val2: int, uaddr2: int, val3: int
) -> int:
    """FUTEX_WAKE_OP (man 2 futex): change the word at uaddr2, wake there if it compared."""
    if uaddr2 & 3:
        raise LinuxError(EINVAL)
    operation, comparison = val3 >> 28 & 15, val3 >> 24 & 15
    operand, against = _signed(val3 >> 12 & 0xFFF, 12), _signed(val3 & 0xFFF, 12)
    if operation & abi.FUTEX_OP_OPARG_SHIFT:
        operand = 1 << (operand & 31)
    shared = not private and t.memory.is_shared(uaddr) and t.memory.is_shared(uaddr2)
    if shared and not t.arch.is_foreign:  # the host would add in its own byte order
        if t.memory.permitted(uaddr2, 4, WRITE) < 4:
            raise LinuxError(EFAULT)
        first, second = t.memory.base + uaddr, t.memory.base + uaddr2
        return hostcall.call("futex", first, abi.FUTEX_WAKE_OP, val, val2, second, val3)
    if not private:
        t.memory.u32(uaddr2)
    if operation & 7 > abi.FUTEX_OP_XOR or comparison > abi.FUTEX_OP_CMP_GE:
        raise LinuxError(ENOSYS)
    old = _change(t, uaddr2, operation & 7, operand, shared)
    woken = wake(t.process, uaddr, max(1, _signed(val)), private=private)
    value = _signed(old)
    holds = (
        value == against,
        value != against,
        value < against,
        value <= against,
        value > against,
        value >= against,
    )
    if holds[comparison]:
        woken += wake(t.process, uaddr2, max(1, _signed(val2)), private=private)
    return woken


def _change(t: Thread, addr: int, operation: int, operand: int, shared: bool) -> int:
    """Do FUTEX_OP_* to the word at `addr`, at once where other processes see it; what it was."""
    memory, swap = t.memory, swapper() if shared else None
    while True:
        old = memory.u32(addr)
        new = (operand, old + operand, old | operand, old & ~operand, old ^ operand)[operation]
        new &= 0xFFFFFFFF
        if memory.permitted(addr, 4, WRITE) < 4:
            raise LinuxError(EFAULT)
        if swap is None:
            memory.set_u32(addr, new)
            return old
        before = _in_host_order(t, old)
        if swap(memory.base + addr, before, _in_host_order(t, new)) == before:
            return old


def _in_host_order(t: Thread, word: int) -> int:
    return int.from_bytes(word.to_bytes(4, "little"), "big") if t.arch.is_foreign else word


def _try_lock(t: Thread, uaddr: int, private: bool) -> bool:
    """Take a PI lock if it is free; EDEADLK when it is ours already."""
    value = t.memory.u32(uaddr)
    owner = value & abi.FUTEX_TID_MASK
    if owner == t.tid:
        raise LinuxError(EDEADLK)
    if owner and not value & abi.FUTEX_OWNER_DIED:
        return False
    waiters = abi.FUTEX_WAITERS if t.process.futexes.waiting(key(uaddr, private)) else 0
    t.memory.set_u32(uaddr, t.tid | waiters | value & abi.FUTEX_OWNER_DIED)
    return True


def _has_owner(t: Thread, uaddr: int) -> bool:
    """Whether the owner of a PI lock may be a thread that lives."""
    owner = t.memory.u32(uaddr) & abi.FUTEX_TID_MASK
    return owner in t.process.threads or t.memory.is_shared(uaddr)


def _lock_pi(t: Thread, uaddr: int, private: bool, deadline: int | None) -> Blocking[int]:
    if _try_lock(t, uaddr, private):
        return 0
    if not _has_owner(t, uaddr):
        raise LinuxError(ESRCH)
    value = t.memory.u32(uaddr)
    t.memory.set_u32(uaddr, value | abi.FUTEX_WAITERS)
    waiter = Waiter(Wait(deadline=deadline), key(uaddr, private), BITSET_ANY, t.tid)
    try:
        yield from _queue(t, waiter)
    except LinuxError as error:
        if error.errno == ERESTARTSYS:
            raise LinuxError(ERESTARTNOINTR) from None
        raise
    return 0  # the unlocker made us the owner


def _unlock_pi(t: Thread, uaddr: int, private: bool) -> int:
    value = t.memory.u32(uaddr)
    if value & abi.FUTEX_TID_MASK != t.tid:
        raise LinuxError(EPERM)
    if uaddr & 3:
        raise LinuxError(EINVAL)
    hand_over(t.process, uaddr, 0, private)
    return 0


def _signed(value: int, bits: int = 32) -> int:
    return value - (1 << bits) if value >> bits - 1 & 1 else value
