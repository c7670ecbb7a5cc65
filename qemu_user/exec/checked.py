"""System calls of threads that are traced or filtered: the same, once others agreed to them."""

from __future__ import annotations

from errno import ENOMEM, ENOSYS

from .abi import processes as seccomp
from .abi import ptrace as abi
from .abi import signals as sig
from .dispatch import Dispatcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .cpu import RegisterBank
    from .thread import Thread
    from .waiting import Blocking

DONE = 1 << 71  # result of what ran in a system call's place and has settled everything
_ENDS = ("exit", "exit_group")
_STOPS = (abi.PTRACE_SYSCALL, abi.PTRACE_SYSEMU, abi.PTRACE_SYSEMU_SINGLESTEP)
_SKIPS = _STOPS[1:]  # after the stop the call is not made
_MAX_ERRNO = 4095
_MADE = (seccomp.SECCOMP_RET_ALLOW, seccomp.SECCOMP_RET_LOG)
_NOBODY = (seccomp.SECCOMP_RET_TRACE, seccomp.SECCOMP_RET_USER_NOTIF)  # there to be asked
_KILLS = seccomp.SECCOMP_RET_KILL_THREAD


class _IntNumber:
    """Words of calls whose number is an int."""

    def __init__(self, words: RegisterBank) -> None:
        self._words = words
        self.set = words.set

    def get(self) -> Sequence[int]:
        """The number, then the arguments."""
        number, *words = self._words.get()
        return (number & 0xFFFFFFFF, *words)


class CheckedDispatcher(Dispatcher):
    """A process's dispatcher from the time when calls of a thread were first to be looked at."""

    def __init__(self, plain: Dispatcher) -> None:
        self.__dict__.update(plain.__dict__)
        if self._number_mask < self._mask:
            self._bank = _IntNumber(self._bank)  # who looks at a call sees the one that is made

    def in_hook(self) -> bool:
        """Calls of traced threads leave the engine, since they stop, as others that may not do."""
        t = self.process.scheduler.current
        if t.traced is not None or t.user_dispatch is not None:
            return False
        if t.seccomp is not None and not t.seccomp.allows(self._bank.get()[0], t.arch):
            return False
        return super().in_hook()

    def dispatch(self, t: Thread) -> None:
        """Answer the call whose trap left the engine."""
        if t.traced is not None:
            t.call = self._traced(t)
            self.step(t)
        elif not self._refused(t):
            super().dispatch(t)

    def _refused(self, t: Thread) -> bool:
        """The call is not made, and this is settled."""
        number, *words = self._bank.get()
        if t.user_dispatch is not None and t.user_dispatch.takes(t, number):
            return True
        if t.seccomp is None or t.seccomp.allows(number, t.arch):
            return False
        return self._enforce(t, number, words, self._verdict(t, number, words))

    def _verdict(self, t: Thread, number: int, words: Sequence[int]) -> int:
        assert t.seccomp is not None
        return t.seccomp.verdict(number, t.arch, lambda: t.cpu.read(t.arch.registers.pc), words)

    def _enforce(self, t: Thread, number: int, words: Sequence[int], verdict: int) -> bool:
        """Do what filters want in a call's place; False: it is to be made."""
        action = verdict & seccomp.SECCOMP_RET_ACTION_FULL
        data = verdict & seccomp.SECCOMP_RET_DATA
        if action in _MADE:
            return False
        bound = self._get(number)
        if bound is not None:
            t.bound, t.number, t.words = bound, number, words
            for call in self.process.observers.syscall_enter:
                call(t, bound, words)
        if action == seccomp.SECCOMP_RET_ERRNO:
            self._failed_by_filter(t, bound, min(data, _MAX_ERRNO))
        elif action in _NOBODY:
            self.fail(ENOSYS)
        else:
            self._signalled(t, number, action, data)
        return True

    def _failed_by_filter(self, t: Thread, bound: Any, error: int) -> None:
        self.show(-error)
        if bound is not None:
            known = (self._errno or {}).items()
            ours = next((host for host, guest in known if guest == error), error)
            for call in self.process.observers.syscall_exit:
                call(t, bound, t.words, -1 if error else 0, ours)

    def _signalled(self, t: Thread, number: int, action: int, data: int) -> None:
        """SIGSYS, to be caught or not; the end of the thread, or of the process."""
        from .userdispatch import refusal

        info = refusal(t, number, sig.SYS_SECCOMP, data)
        if action == seccomp.SECCOMP_RET_TRAP:
            t.force(info)
            return
        assert t.seccomp is not None
        strict = t.seccomp.mode == seccomp.SECCOMP_MODE_STRICT
        if action == _KILLS and (strict or len(self.process.threads) > 1):
            self.process.end_thread(t, 0, sig.SIGKILL if strict else sig.SIGSYS)
            return
        for call in self.process.observers.signal_delivered:
            call(t, info)
        self.process.killed(info)

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
        if t.user_dispatch is not None and t.user_dispatch.takes(t, number):
            return DONE
        emulated = traced.mode in _SKIPS
        if traced.mode in _STOPS:
            stop = traced.syscall_stop(abi.PTRACE_SYSCALL_INFO_ENTRY)
            number, words = yield from self._consult(t, stop)
        if emulated:
            number = -1
        elif number >= 0 and t.seccomp is not None:
            number, words = yield from self._filtered(t, number, words)
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

    def _consult(self, t: Thread, stop: Blocking[None]) -> Blocking[tuple[int, list[int]]]:
        """Stop before a call: its number and arguments when the tracer has seen it.

        A negative number: it is not to be made.
        """
        traced, convention = t.traced, t.arch.syscall
        assert traced is not None
        asked = traced.number
        separate = convention.result != convention.number or convention.error is not None
        if not separate:
            self.fail(ENOSYS)
        yield from stop
        number, (register, *words) = traced.number, self._bank.get()
        if number < 0 and separate and register != asked:
            self.fail(ENOSYS)  # refused by means of its register
        return number, words

    def _filtered(
        self, t: Thread, number: int, words: list[int]
    ) -> Blocking[tuple[int, list[int]]]:
        """What is left of a call of a traced thread that has filters."""
        traced = t.traced
        if traced is None or traced.options & abi.PTRACE_O_SUSPEND_SECCOMP:
            return number, words
        verdict = self._verdict(t, number, words)
        traces = seccomp.SECCOMP_RET_TRACE
        if _action(verdict) == traces and traced.options & abi.PTRACE_O_TRACESECCOMP:
            stop = traced.seccomp_stop(verdict & seccomp.SECCOMP_RET_DATA)
            number, words = yield from self._consult(t, stop)
            if number < 0:
                return number, words
            verdict = self._verdict(t, number, words)
            if _action(verdict) == traces:
                return number, words
        ends = _action(verdict) in (_KILLS, seccomp.SECCOMP_RET_KILL_PROCESS)
        if ends and t.traced is not None:
            yield from t.traced.exiting(sig.SIGSYS)
        own, t.call = t.call, None
        refused = self._enforce(t, number, words, verdict)
        if not t.exited:
            t.call = own
        return -1 if refused else number, words

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


def _action(verdict: int) -> int:
    return verdict & seccomp.SECCOMP_RET_ACTION_FULL
