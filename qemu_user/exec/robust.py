"""The robust futex list that a dying thread leaves (man 2 set_robust_list)."""

from __future__ import annotations

from . import futex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .thread import Thread

_LIMIT = 2048  # entries, so that a loop in the list ends


def release_robust_list(t: Thread) -> None:
    """Mark each lock the thread still holds as orphaned and wake one waiter of it."""
    if not t.robust_list:
        return
    memory, word = t.memory, t.arch.model.word
    try:
        entry = memory.word(t.robust_list)
        offset = _signed(memory.word(t.robust_list + word), word)
        pending = memory.word(t.robust_list + 2 * word)
        for _ in range(_LIMIT):
            if entry & ~1 == t.robust_list:
                break
            following = memory.word(entry & ~1)
            if entry != pending:
                _orphan(t, (entry & ~1) + offset, pi=bool(entry & 1), pending=False)
            entry = following
        if pending:
            _orphan(t, (pending & ~1) + offset, pi=bool(pending & 1), pending=True)
    except OSError:
        return


def _orphan(t: Thread, addr: int, *, pi: bool, pending: bool) -> None:
    value = t.memory.u32(addr)
    if pending and not pi and not value:
        futex.wake(t.process, addr, 1)  # between unlocking and waking
        return
    if value & futex.TID_MASK != t.tid:
        return
    if pi:
        private = not t.process.futexes.waiting(futex.key(addr, False))
        futex.hand_over(t.process, addr, futex.OWNER_DIED, private)
        return
    if t.memory.is_shared(addr):  # another process may say just now that it waits
        value |= futex.WAITERS
    t.memory.set_u32(addr, value & futex.WAITERS | futex.OWNER_DIED)
    if value & futex.WAITERS:
        futex.wake(t.process, addr, 1)


def _signed(value: int, word: int) -> int:
    bits = 8 * word
    return value - (1 << bits) if value >> bits - 1 else value
