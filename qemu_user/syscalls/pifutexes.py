"""Futexes whose word is their owner's thread id: locks with priority inheritance (man 2 futex).

Guest threads take turns whatever their priority is, so that nothing has to be inherited. Locks in
memory that processes share are taken by compare-and-exchange, and waited for in the host's kernel.
"""

from __future__ import annotations

from errno import EAGAIN, EDEADLK, EINVAL, EPERM

from ..exec.abi import processes as abi
from ..exec.errors import ERESTARTNOINTR, ERESTARTSYS, LinuxError
from ..exec.futex import BITSET_ANY, Waiter, alive, hand_over, key, wake
from ..exec.waiting import Wait
from .futexes import check_word, exchange, queue, wait_shared, wait_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

_CHANGING = (abi.FUTEX_LOCK_PI, abi.FUTEX_LOCK_PI2, abi.FUTEX_TRYLOCK_PI)
_BITS = abi.FUTEX_WAITERS | abi.FUTEX_OWNER_DIED


def owned(
    t: Thread,
    command: int,
    private: bool,
    deadline: int | None,
    uaddr: int,
    val: int,
    val2: int,
    uaddr2: int,
    val3: int,
) -> Blocking[int]:
    """futex(2)'s commands about such words; `deadline` in monotonic ns."""
    if command == abi.FUTEX_UNLOCK_PI:
        unlock(t, uaddr, private)
        return 0
    check_word(t, uaddr, private, command in _CHANGING)
    if command == abi.FUTEX_TRYLOCK_PI:
        try_lock(t, uaddr, private)
    elif command == abi.FUTEX_WAIT_REQUEUE_PI:
        yield from wait_requeue(t, uaddr, uaddr2, private, val, deadline)
    elif command == abi.FUTEX_CMP_REQUEUE_PI:
        return requeue(t, uaddr, val, val2, uaddr2, val3, private)
    else:
        yield from lock(t, uaddr, private, deadline)
    return 0


def lock(t: Thread, uaddr: int, private: bool, deadline: int | None) -> Blocking[None]:
    """FUTEX_LOCK_PI and FUTEX_LOCK_PI2."""
    try:
        if not private and t.memory.is_shared(uaddr):
            yield from _lock_shared(t, uaddr, deadline)
        else:
            yield from _lock_own(t, uaddr, private, deadline)
    except LinuxError as error:
        if error.errno == ERESTARTSYS:
            raise LinuxError(ERESTARTNOINTR) from None
        raise


def try_lock(t: Thread, uaddr: int, private: bool) -> None:
    """FUTEX_TRYLOCK_PI."""
    shared = not private and t.memory.is_shared(uaddr)
    if shared and not _taken(t, uaddr):
        raise LinuxError(EAGAIN)
    if not shared and not _take_own(t, uaddr, private):
        _check_owner(t, uaddr, private)
        raise LinuxError(EAGAIN)


def unlock(t: Thread, uaddr: int, private: bool) -> None:
    """FUTEX_UNLOCK_PI."""
    value = t.memory.u32(uaddr)
    if value & abi.FUTEX_TID_MASK != t.tid:
        raise LinuxError(EPERM)
    check_word(t, uaddr, private, change=True)
    if private or not t.memory.is_shared(uaddr):
        hand_over(t.process, uaddr, 0, private)
        return
    while not exchange(t, uaddr, value, 0):
        value = t.memory.u32(uaddr)
    wake(t.process, uaddr, 1)


def wait_requeue(
    t: Thread, uaddr: int, uaddr2: int, private: bool, val: int, deadline: int | None
) -> Blocking[None]:
    """FUTEX_WAIT_REQUEUE_PI: sleep at `uaddr`, then own the lock at `uaddr2`."""
    if uaddr == uaddr2:
        raise LinuxError(EINVAL)
    check_word(t, uaddr2, private, change=True)
    yield from wait_word(t, uaddr, private, val, BITSET_ANY, deadline)
    yield from lock(t, uaddr2, private, deadline)


def requeue(
    t: Thread, uaddr: int, val: int, val2: int, uaddr2: int, compare: int, private: bool
) -> int:
    """FUTEX_CMP_REQUEUE_PI: who waits at `uaddr` waits for the lock at `uaddr2` from now on.

    They do so by themselves: woken together, they take the lock or queue for it in their order.
    """
    if uaddr == uaddr2 or val != 1:
        raise LinuxError(EINVAL)
    check_word(t, uaddr2, private, change=True)
    if t.memory.u32(uaddr) != compare:
        raise LinuxError(EAGAIN)
    return wake(t.process, uaddr, min(val + val2, 0x7FFFFFFF), private=private)


# in memory of this process


def _take_own(t: Thread, uaddr: int, private: bool) -> bool:
    """Take the lock if it is free; EDEADLK when it is ours already."""
    value = t.memory.u32(uaddr)
    owner = value & abi.FUTEX_TID_MASK
    if owner == t.tid:
        raise LinuxError(EDEADLK)
    if owner:
        return False
    waiters = abi.FUTEX_WAITERS if t.process.futexes.waiting(key(uaddr, private)) else 0
    t.memory.set_u32(uaddr, t.tid | waiters | value & abi.FUTEX_OWNER_DIED)
    return True


def _check_owner(t: Thread, uaddr: int, private: bool) -> None:
    """ESRCH unless the owner of a lock is a thread that lives.

    EPERM for one of the kernel, and one of another process where only this one has the lock.
    """
    owner = t.memory.u32(uaddr) & abi.FUTEX_TID_MASK
    if owner in t.process.threads:
        return
    from ..exec.tracing.channel import thread_group

    if thread_group(owner).get("Kthread") == "1" or private:
        raise LinuxError(EPERM)


def _lock_own(t: Thread, uaddr: int, private: bool, deadline: int | None) -> Blocking[None]:
    if _take_own(t, uaddr, private):
        return
    _check_owner(t, uaddr, private)
    t.memory.set_u32(uaddr, t.memory.u32(uaddr) | abi.FUTEX_WAITERS)
    waiter = Waiter(Wait(deadline=deadline), key(uaddr, private), BITSET_ANY, t.tid)
    yield from queue(t, waiter)  # the unlocker makes us the owner


# in memory that processes share


def _taken(t: Thread, uaddr: int, waited: int = 0) -> bool:
    """Take the lock if it is free, or its owner has died; EDEADLK when it is ours already.

    `waited` is FUTEX_WAITERS when others may still wait: what a free word does not tell.
    """
    while True:
        value = t.memory.u32(uaddr)
        owner = value & abi.FUTEX_TID_MASK
        if owner == t.tid:
            raise LinuxError(EDEADLK)
        died = 0
        if owner:
            if alive(owner):
                return False
            died = abi.FUTEX_OWNER_DIED
        if exchange(t, uaddr, value, t.tid | value & _BITS | died | waited):
            return True


def _lock_shared(t: Thread, uaddr: int, deadline: int | None) -> Blocking[None]:
    waited = 0
    while not _taken(t, uaddr, waited):
        waited = abi.FUTEX_WAITERS
        value = t.memory.u32(uaddr)
        asked = value | abi.FUTEX_WAITERS
        if value & abi.FUTEX_TID_MASK and (value == asked or exchange(t, uaddr, value, asked)):
            try:
                yield from wait_shared(t, uaddr, asked, BITSET_ANY, deadline)
            except LinuxError as error:
                if error.errno != EAGAIN:
                    raise
