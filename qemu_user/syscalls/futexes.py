"""futex(2): waiting in user space until a word changes."""

from __future__ import annotations

from errno import EAGAIN, EFAULT, EINVAL, ENOSYS, ETIMEDOUT
from time import clock_gettime_ns, monotonic_ns

from ..exec import hostcall
from ..exec.abi import clocks
from ..exec.abi import processes as abi
from ..exec.cpu import WRITE
from ..exec.errors import ERESTART_RESTARTBLOCK, ERESTARTSYS, LinuxError
from ..exec.futex import BITSET_ANY, Waiter, alive, key, wake
from ..exec.stubs import swapper
from ..exec.waiting import Wait, in_helper
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking
    from .args import Addr, FutexOp, In, UInt

_COMMAND = ~(abi.FUTEX_PRIVATE_FLAG | abi.FUTEX_CLOCK_REALTIME)
_STATES = abi.FUTEX_WAITERS | abi.FUTEX_OWNER_DIED
_BILLION = 1_000_000_000
_WAITS = (abi.FUTEX_WAIT, abi.FUTEX_WAIT_BITSET)
_LOCKS = (abi.FUTEX_LOCK_PI, abi.FUTEX_LOCK_PI2)
_TIMED = (*_WAITS, *_LOCKS, abi.FUTEX_WAIT_REQUEUE_PI)
_REQUEUES = (abi.FUTEX_REQUEUE, abi.FUTEX_CMP_REQUEUE)
_OWNED = (  # whose words are their owners' ids
    *(*_LOCKS, abi.FUTEX_UNLOCK_PI, abi.FUTEX_TRYLOCK_PI),
    *(abi.FUTEX_WAIT_REQUEUE_PI, abi.FUTEX_CMP_REQUEUE_PI),
)
_KNOWN = (  # FUTEX_FD is gone from Linux
    *(*_WAITS, *_OWNED, *_REQUEUES),
    *(abi.FUTEX_WAKE, abi.FUTEX_WAKE_BITSET, abi.FUTEX_WAKE_OP),
)
_REALTIME_ALLOWED = (abi.FUTEX_WAIT_BITSET, abi.FUTEX_LOCK_PI2, abi.FUTEX_WAIT_REQUEUE_PI)
_LOOK = 100_000_000  # ns between looks whether the owner of a lock still lives


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
    if command in _OWNED:
        from .pifutexes import owned

        words = uaddr, val, timeout.addr & 0xFFFFFFFF, uaddr2, val3
        return (yield from owned(t, command, private, deadline, *words))
    requeues = command in _REQUEUES
    if requeues and (_signed(val) < 0 or _signed(timeout.addr & 0xFFFFFFFF) < 0):
        raise LinuxError(EINVAL)
    if command in (abi.FUTEX_WAIT_BITSET, abi.FUTEX_WAKE_BITSET) and not val3:
        raise LinuxError(EINVAL)
    check_word(t, uaddr, private)
    if command in _WAITS:
        bitset = val3 if command == abi.FUTEX_WAIT_BITSET else BITSET_ANY
        if deadline is not None:
            return (yield from _wait_until(t, uaddr, private, val, bitset, deadline))
        result = yield from wait_word(t, uaddr, private, val, bitset, None)
        return result
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
        return wake(t.process, uaddr, max(1, _signed(val)), bitset, private=private)
    raise LinuxError(ENOSYS)


def check_word(t: Thread, uaddr: int, private: bool, change: bool = False) -> None:
    """EINVAL unless aligned; EFAULT where Linux finds no key for a futex.

    The key of a shared one is its mapping: one that could be written to, or else is a file's.
    """
    if uaddr & 3:
        raise LinuxError(EINVAL)
    if private:
        if uaddr >= t.memory.size:
            raise LinuxError(EFAULT)
        return
    t.memory.u32(uaddr)
    if t.memory.permitted(uaddr, 4, WRITE) < 4:
        vma = t.memory.vmas.at(uaddr)
        if change or vma is None or not (vma.shared or vma.ino):
            raise LinuxError(EFAULT)


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
        yield from wait_shared(t, uaddr, val, bitset, deadline)
        return 0
    waiter = Waiter(Wait(deadline=deadline), key(uaddr, private), bitset)
    yield from queue(t, waiter)
    return 0


def _wait_until(
    t: Thread, uaddr: int, private: bool, val: int, bitset: int, deadline: int
) -> Blocking[int]:
    """`wait_word`, which a handler interrupts whatever its flags; the deadline stays."""
    try:
        return (yield from wait_word(t, uaddr, private, val, bitset, deadline))
    except LinuxError as error:
        if error.errno != ERESTARTSYS:
            raise
        t.restart_block = lambda: _wait_until(t, uaddr, private, val, bitset, deadline)
        raise LinuxError(ERESTART_RESTARTBLOCK) from None


def queue(t: Thread, waiter: Waiter) -> Blocking[None]:
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


def wait_shared(
    t: Thread, uaddr: int, val: int, bitset: int, deadline: int | None
) -> Blocking[None]:
    """The host's futex does it, in a helper.

    The word of a lock that is waited for is its owner's thread id and FUTEX_WAITERS. When that
    thread was killed nobody has walked its robust list: who waits does what the kernel would.
    """
    host = t.memory.base + uaddr
    word = _in_host_order(t, val)
    owner = val & abi.FUTEX_TID_MASK if val & _STATES == abi.FUTEX_WAITERS else 0

    def sleep(until: int | None) -> None:
        span = None
        if until is not None:
            sec, nsec = divmod(max(0, until), _BILLION)  # before the machine's start: long over
            span = hostcall.pack(clocks.Timespec(tv_sec=sec, tv_nsec=nsec))
        hostcall.call("futex", host, abi.FUTEX_WAIT_BITSET, word, span, None, bitset)

    def watch() -> bool:
        """Whether the owner has died."""
        while alive(owner):
            until = monotonic_ns() + _LOOK
            last = deadline is not None and deadline <= until
            try:
                sleep(deadline if last else until)
                return False
            except LinuxError as error:
                if last or error.errno != ETIMEDOUT:
                    raise
        return True

    if not owner:
        yield from in_helper(t, lambda: sleep(deadline))
    elif (yield from in_helper(t, watch)):
        exchange(t, uaddr, val, abi.FUTEX_WAITERS | abi.FUTEX_OWNER_DIED)


def requeue_words(
    t: Thread, private: bool, uaddr: int, val: int, val2: int, uaddr2: int, compare: int | None
) -> int:
    check_word(t, uaddr2, private)
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
    check_word(t, uaddr2, private, change=True)
    operation, comparison = val3 >> 28 & 15, val3 >> 24 & 15
    operand, against = _signed(val3 >> 12 & 0xFFF, 12), _signed(val3 & 0xFFF, 12)
    if operation & abi.FUTEX_OP_OPARG_SHIFT:
        operand = 1 << (operand & 31)
    shared = not private and t.memory.is_shared(uaddr) and t.memory.is_shared(uaddr2)
    if shared and not t.arch.is_foreign:  # the host would add in its own byte order
        first, second = t.memory.base + uaddr, t.memory.base + uaddr2
        return hostcall.call("futex", first, abi.FUTEX_WAKE_OP, val, val2, second, val3)
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
    memory = t.memory
    while True:
        old = memory.u32(addr)
        new = (operand, old + operand, old | operand, old & ~operand, old ^ operand)[operation]
        if not shared:
            memory.set_u32(addr, new)
            return old
        if exchange(t, addr, old, new & 0xFFFFFFFF):
            return old


def exchange(t: Thread, addr: int, old: int, new: int) -> bool:
    """Replace the word if it is `old`, at once where other processes see it. EFAULT."""
    if t.memory.permitted(addr, 4, WRITE) < 4:
        raise LinuxError(EFAULT)
    swap = swapper()
    if swap is None:  # not made for this host
        t.memory.set_u32(addr, new)
        return True
    before = _in_host_order(t, old)
    return swap(t.memory.base + addr, before, _in_host_order(t, new)) == before


def _in_host_order(t: Thread, word: int) -> int:
    return int.from_bytes(word.to_bytes(4, "little"), "big") if t.arch.is_foreign else word


def _signed(value: int, bits: int = 32) -> int:
    return value - (1 << bits) if value >> bits - 1 & 1 else value
