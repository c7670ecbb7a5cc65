"""Observers hear what happens to guests; an event nobody overrides costs an empty loop."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .cpu import Trap
    from .process import Process
    from .signals import SigInfo
    from .thread import Thread


class Observer:
    """Every event as a method that does nothing; override the ones you want."""

    def syscall_enter(self, t: Thread, call: Any, words: Sequence[int]) -> None:
        """Before a known system call; `call` is its Bound."""

    def syscall_exit(
        self, t: Thread, call: Any, words: Sequence[int], result: int, error: int
    ) -> None:
        """After it: `error` is 0, a host errno, or a restart code (512 and up)."""

    def syscall_unknown(self, t: Thread, number: int, words: Sequence[int]) -> None:
        """A number without a definition: ENOSYS."""

    def syscall_pause(self, t: Thread, call: Any, words: Sequence[int]) -> None:
        """The call sleeps and other threads may run."""

    def signal_delivered(self, t: Thread, info: SigInfo) -> None:
        """A signal reaches its handler or default action."""

    def signal_ignored(self, t: Thread, info: SigInfo) -> None:
        """A signal that the process ignores is thrown away."""

    def thread_start(self, t: Thread) -> None: ...

    def thread_exit(self, t: Thread, code: int) -> None: ...

    def process_fork(self, child: Process) -> None:
        """In the child, before it runs."""

    def process_exec(self, p: Process) -> None: ...

    def process_exit(self, p: Process, status: int) -> None:
        """`status` as wait4 reports it: exit code << 8, or the signal that killed it."""

    def trap(self, t: Thread, trap: Trap) -> None:
        """A processor exception, before the kernel answers it."""


EVENTS = tuple(name for name in vars(Observer) if not name.startswith("_"))


class Observers:
    """Per event, the tuple of methods to call."""

    syscall_enter: tuple[Callable[..., None], ...]
    syscall_exit: tuple[Callable[..., None], ...]
    syscall_unknown: tuple[Callable[..., None], ...]
    syscall_pause: tuple[Callable[..., None], ...]
    signal_delivered: tuple[Callable[..., None], ...]
    signal_ignored: tuple[Callable[..., None], ...]
    thread_start: tuple[Callable[..., None], ...]
    thread_exit: tuple[Callable[..., None], ...]
    process_fork: tuple[Callable[..., None], ...]
    process_exec: tuple[Callable[..., None], ...]
    process_exit: tuple[Callable[..., None], ...]
    trap: tuple[Callable[..., None], ...]

    def __init__(self) -> None:
        self._all: list[Observer] = []
        self._file()

    def add(self, observer: Observer) -> None:
        self._all.append(observer)
        self._file()

    def _file(self) -> None:
        for event in EVENTS:
            base = getattr(Observer, event)
            calls = [
                self._guarded(o, getattr(o, event))
                for o in self._all
                if getattr(type(o), event) is not base
            ]
            setattr(self, event, tuple(calls))

    def _guarded(self, observer: Observer, call: Callable[..., None]) -> Callable[..., None]:
        """A failing observer is reported and removed; the guest goes on."""

        def guarded(*args: object) -> None:
            try:
                call(*args)
            except Exception as error:
                if observer in self._all:
                    self._all.remove(observer)
                    self._file()
                    name = type(observer).__name__
                    sys.stderr.write(f"qemu: observer {name} failed and is removed: {error!r}\n")

        return guarded
