"""What a guest thread can wait for; every blocking system call goes through here."""

from __future__ import annotations

from errno import EINTR
from select import POLLIN, POLLOUT
from time import monotonic_ns

from .errors import ERESTARTSYS, LinuxError
from .hostthreads import helper_ident, interrupt_helper, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import TypeAlias, TypeVar

    from .process import Process
    from .thread import Thread

    T = TypeVar("T")
    Blocking: TypeAlias = Generator["Wait", None, T]


class Wait:
    """One sleep: ends by a ready descriptor, the deadline, `Scheduler.wake` or a signal.

    After the `yield` that handed it to the scheduler, what ended it is set.
    """

    __slots__ = (
        "deadline",
        "fds",
        "interrupted",
        "ready",
        "signals",
        "thread",
        "timed_out",
        "woken",
    )

    def __init__(
        self,
        fds: Sequence[tuple[int, int]] = (),
        deadline: int | None = None,
        *,
        signals: bool = True,
    ) -> None:
        self.fds = fds  # (descriptor, poll events)
        self.deadline = deadline  # monotonic nanoseconds
        self.signals = signals  # False: only death ends it early (TASK_KILLABLE)
        self.ready: dict[int, int] = {}  # descriptor -> poll events
        self.timed_out = False
        self.interrupted = False
        self.woken = False  # by Scheduler.wake
        self.thread: Thread | None = None  # while it sleeps


def wait(_: Thread, what: Wait) -> Blocking[Wait]:
    """Sleep; ERESTARTSYS when a signal (or an extension) ended it with nothing else ready."""
    yield what
    if what.interrupted and not (what.ready or what.woken):
        raise LinuxError(ERESTARTSYS)
    return what


def closing(p: Process, fd: int) -> None:
    """`fd` will be another file or none: calls that wait for it go on with the one it is now."""
    for t in p.threads.values():
        sleep = t.sleep
        if sleep is not None and any(fd == waited for waited, _ in sleep.fds):
            new = t.moved[fd] = p.files.keep(fd)
            sleep.fds = [(new if waited == fd else waited, events) for waited, events in sleep.fds]


def readable(t: Thread, fd: int) -> Blocking[None]:
    """Sleep until a read of `fd` would not block (or would fail)."""
    yield from wait(t, Wait([(fd, POLLIN)]))


def writable(t: Thread, fd: int) -> Blocking[None]:
    """Sleep until a write to `fd` would not block (or would fail)."""
    yield from wait(t, Wait([(fd, POLLOUT)]))


def sleep_until(_: Thread, deadline: int | None) -> Blocking[bool]:
    """Sleep until `deadline` (monotonic ns; None: for ever). False when it ended early."""
    what = Wait(deadline=deadline)
    yield what
    return what.timed_out


def after(seconds: int, nanoseconds: int) -> int:
    """The deadline that many (nano)seconds from now."""
    return monotonic_ns() + seconds * 1_000_000_000 + nanoseconds


def in_helper(t: Thread, call: Callable[[], T], sleeps: list[Wait] | None = None) -> Blocking[T]:
    """Run a host call that cannot be polled in a host thread of its own, so that only `t` waits.

    A signal for `t` interrupts the host call, which must then fail with EINTR (so reach the host
    through ctypes: Python's own wrappers would retry); EINTR is turned into ERESTARTSYS. So does
    who wakes the sleep, which is found among `sleeps`.
    """
    scheduler = t.process.scheduler
    outcome: list[tuple[bool, object]] = []
    ident: list[int] = []
    what = first = Wait()
    if sleeps is not None:
        sleeps.append(first)

    def helper() -> None:
        ident.append(helper_ident())
        try:
            result = (True, call())
        except BaseException as error:
            result = (False, error)  # type: ignore[assignment]
        outcome.append(result)
        scheduler.from_outside(lambda: scheduler.wake(what))

    try:
        start(helper)
        while not outcome:
            yield what
            if outcome:
                break
            if ident:
                interrupt_helper(ident[0])
            # The signal may have come before the host call began: look again after a moment.
            what = Wait(deadline=monotonic_ns() + 2_000_000, signals=False)
    finally:
        if sleeps is not None:
            sleeps.remove(first)
        if not outcome and ident:
            interrupt_helper(ident[0])
    good, value = outcome[0]
    if good:
        return value  # type: ignore[return-value]
    if isinstance(value, OSError) and value.errno == EINTR:
        raise LinuxError(ERESTARTSYS)
    raise value  # type: ignore[misc]
