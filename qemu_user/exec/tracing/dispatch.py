"""System calls of traced threads: the same, with stops before and after."""

from __future__ import annotations

from errno import ENOMEM, ENOSYS

from ..abi import ptrace as abi
from ..abi import signals as sig
from ..dispatch import Dispatcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..thread import Thread
    from ..waiting import Blocking

DONE = 1 << 71  # result of what ran in a system call's place and has settled everything
_ENDS = ("exit", "exit_group")


class TracedDispatcher(Dispatcher):
    """A process's dispatcher from the time when one of its threads was first traced."""

    def __init__(self, plain: Dispatcher) -> None:
        self.__dict__.update(plain.__dict__)

    def in_hook(self) -> bool:
        """Calls of traced threads leave the engine, since they stop."""
        return self.process.scheduler.current.traced is None and super().in_hook()

    def dispatch(self, t: Thread) -> None:
        """Answer the call whose trap left the engine."""
        if t.traced is None:
            super().dispatch(t)
        else:
            t.call = self._traced(t)
            self.step(t)

    def _done(self, t: Thread, result: int | None) -> None:
        if result != DONE:
            super()._done(t, result)

    def _failed(self, t: Thread, error: OSError) -> None:
        super()._failed(t, error)
        if t.restart:
            self.show(-t.restart)  # what a tracer sees
            if t.traced is not None:
                t.traced.number = t.number

    def _traced(self, t: Thread) -> Blocking[int]:
        traced = t.traced
        assert traced is not None
        number, *words = self._bank.get()
        traced.number = number
        if traced.mode == abi.PTRACE_SYSCALL:
            convention = t.arch.syscall
            separate = convention.result != convention.number or convention.error is not None
            if not separate:
                self.fail(ENOSYS)
            yield from traced.syscall_stop(abi.PTRACE_SYSCALL_INFO_ENTRY)
            asked, (number, (register, *words)) = number, (traced.number, self._bank.get())
            if number < 0 and separate and register != asked:
                self.fail(ENOSYS)  # refused by means of its register
        if number >= 0:
            tid, image = t.tid, t.process.image
            yield from self._perform(t, number, words)
            if t.traced is not None and t.process.image is not image:
                yield from t.traced.executed(tid)
        if not t.exited and t.traced is traced:  # not in a forked child
            if traced.mode == abi.PTRACE_SYSCALL:
                yield from traced.syscall_stop(abi.PTRACE_SYSCALL_INFO_EXIT)
            elif traced.mode == abi.PTRACE_SINGLESTEP:
                traced.stepped(sig.TRAP_BRKPT)
        return DONE

    def _perform(self, t: Thread, number: int, words: Sequence[int]) -> Blocking[None]:
        bound = self._known.get(number) or self._find(t, number, list(words))
        if bound is None:
            return
        t.bound, t.number, t.words = bound, number, words
        if bound.name in _ENDS and t.traced is not None:
            yield from t.traced.exiting((words[0] & 0xFF) << 8)
        for call in self.process.observers.syscall_enter:
            call(t, bound, words)
        own, t.call = t.call, None  # the call may end the thread, and with it what t.call is
        try:
            result: Any = bound.call(t, words)
            if not t.exited:
                t.call = own
            if bound.blocks:
                result = yield from result
        except OSError as error:
            t.call = own
            self._failed(t, error)
        except MemoryError:
            t.call = own
            self._failed(t, OSError(ENOMEM, ""))
        else:
            self._done(t, result)
