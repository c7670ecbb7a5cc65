"""Futex wait queues (man 2 futex).

Words that only this process can reach are queued here; words in memory shared with other
processes are the host kernel's futexes, since the arena makes them the host's memory too.
"""

from __future__ import annotations

import os

from . import hostcall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .process import Process
    from .waiting import Wait

WAKE_BITSET = 10
WAITERS = 0x80000000
OWNER_DIED = 0x40000000
TID_MASK = 0x3FFFFFFF
BITSET_ANY = 0xFFFFFFFF


class Waiter:
    """One sleeper: `key` follows it when it is requeued."""

    __slots__ = ("bitset", "key", "owner_tid", "wait")

    def __init__(self, wait: Wait, key: int, bitset: int, owner_tid: int = 0) -> None:
        self.wait = wait
        self.key = key
        self.bitset = bitset
        self.owner_tid = owner_tid  # a PI waiter: who gets the lock


class Futexes:
    """Queues by guest address, first come first served."""

    def __init__(self) -> None:
        self._queues: dict[int, list[Waiter]] = {}

    def add(self, waiter: Waiter) -> None:
        self._queues.setdefault(waiter.key, []).append(waiter)

    def remove(self, waiter: Waiter) -> None:
        """Take a waiter off its queue if it still is on one."""
        queue = self._queues.get(waiter.key, [])
        if waiter in queue:
            queue.remove(waiter)
            if not queue:
                del self._queues[waiter.key]

    def take(self, key: int, count: int, bitset: int = BITSET_ANY) -> list[Waiter]:
        """Up to `count` waiters of `key` whose bitset meets `bitset`, taken off the queue."""
        taken = [w for w in self._queues.get(key, ()) if w.bitset & bitset][:count]
        for waiter in taken:
            self.remove(waiter)
        return taken

    def requeue(self, key: int, other: int, count: int) -> int:
        """Move up to `count` waiters of `key` to `other`; returns how many."""
        moved = self.take(key, count)
        for waiter in moved:
            waiter.key = other
            self.add(waiter)
        return len(moved)

    def waiting(self, key: int) -> bool:
        return key in self._queues

    def queued(self, waiter: Waiter) -> bool:
        """Whether nobody has taken `waiter` off its queue."""
        return waiter in self._queues.get(waiter.key, ())

    def clear(self) -> None:
        """A forked child has none of its parent's waiters."""
        self._queues.clear()


def alive(tid: int) -> bool:
    """Whether the thread of any process may still do something."""
    try:
        os.kill(tid, 0)
        with open(f"/proc/{tid}/stat", "rb") as file:
            state = file.read().rpartition(b") ")[2][:1]
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's, or there is no /proc
    return state not in b"ZX"


def key(addr: int, private: bool) -> int:
    """The queue of a word; as in Linux, FUTEX_PRIVATE_FLAG makes it another one."""
    return addr * 2 + private


def wake(
    p: Process, addr: int, count: int, bitset: int = BITSET_ANY, *, private: bool = False
) -> int:
    """Wake up to `count` waiters of the word at `addr`, in this process or sharing it."""
    woken = p.futexes.take(key(addr, private), count, bitset)
    for waiter in woken:
        p.scheduler.wake(waiter.wait)
    if not private and len(woken) < count and p.memory.is_shared(addr):
        host = p.memory.base + addr
        return len(woken) + hostcall.call(
            "futex", host, WAKE_BITSET, count - len(woken), None, None, bitset
        )
    return len(woken)


def hand_over(p: Process, addr: int, state: int, private: bool) -> None:
    """Give a PI lock to its first waiter, or free it; `state` is FUTEX_OWNER_DIED or 0."""
    queue = key(addr, private)
    for waiter in p.futexes.take(queue, 1):
        more = WAITERS if p.futexes.waiting(queue) else 0
        p.memory.set_u32(addr, waiter.owner_tid | more | state)
        p.scheduler.wake(waiter.wait)
        return
    p.memory.set_u32(addr, state)
