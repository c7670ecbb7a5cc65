"""-e inject=: system calls that fail, lie, are late or bring a signal, as strace(1) has it."""

from __future__ import annotations

import errno
from time import monotonic_ns

from ..exec.abi.errno import error_names, error_numbers
from ..exec.abi.numbers import number_table
from ..exec.abi.signals import SI_KERNEL
from ..exec.abi.signames import signal_numbers
from ..exec.arch import NAMES
from ..exec.errors import ERESTARTSYS, LinuxError
from ..exec.signals import SigInfo
from ..exec.waiting import Wait
from .values import Unbound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import Any

    from ..exec.thread import Thread
    from .settings import Selection

_UNITS = {"ns": 1, "us": 1000, "ms": 1_000_000, "s": 1_000_000_000}
_MOST = 65535  # invocations that when= can tell apart


class When:
    """FIRST[..LAST][+[STEP]]: which invocations of a call are meant."""

    def __init__(self, text: str) -> None:
        """ValueError if `text` is not of that form."""
        span, plus, step = text.partition("+")
        first, dots, last = span.partition("..")
        self.first = _count(first)
        self.step = _count(step) if step else 1
        self.last: int | None = self.first
        if dots:
            self.last = _count(last)
        elif plus:
            self.last = None
        if self.last is not None and self.last < self.first:
            raise ValueError(f"{text} ends before it begins")

    def takes(self, count: int) -> bool:
        """Whether the invocation number `count`, from 1, is one of them."""
        late = self.last is not None and count > self.last
        return count >= self.first and not late and (count - self.first) % self.step == 0


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _MOST:
        raise ValueError(f"'{text}' is no number of invocations")
    return int(text)


def _duration(text: str) -> int:
    """Nanoseconds of "500", which are microseconds, "5ms", "1s"."""
    digits = text.rstrip("nmus")
    unit = text[len(digits) :] or "us"
    if not digits.isdecimal() or unit not in _UNITS:
        raise ValueError
    return int(digits) * _UNITS[unit]


class Injection:
    """One -e inject= expression."""

    def __init__(self, text: str, select: Callable[[str], Selection]) -> None:
        """ValueError if `text` is no such expression."""
        calls, *words = text.split(":")
        self.calls = select(calls)
        self.error = ""  # a name, or the guest's number
        self.value: int | None = None
        self.signal = ""
        self.delays = [0, 0]  # ns before and after
        self.when = When("1+")
        try:
            for word in words:
                self._take(*word.partition("=")[::2])
        except ValueError:
            raise ValueError(f"invalid inject argument '{text}'") from None
        does = self.error or self.signal or any(self.delays) or self.value is not None
        if not does or (self.error and self.value is not None):
            raise ValueError(f"invalid inject argument '{text}'")

    def _take(self, name: str, value: str) -> None:
        from .settings import signal_of

        if name == "error":
            known = value in error_numbers(NAMES[0]) and hasattr(errno, value)
            if not known and not (value.isdecimal() and 0 < int(value) < ERESTARTSYS):
                raise ValueError
            self.error = value
        elif name == "retval":
            self.value = int(value, 0)
        elif name == "signal":
            self.signal = signal_of(value)
        elif name in ("delay_enter", "delay_exit"):
            self.delays[name == "delay_exit"] = _duration(value)
        elif name == "when":
            self.when = When(value)
        else:
            raise ValueError

    def host_error(self, arch: str) -> int:
        """The host's number of the error."""
        name = self.error
        if name.isdecimal():
            name = error_names(arch).get(int(name), "")
        number: int = getattr(errno, name, 0) or int(self.error)
        return number


class Injector:
    """Replaces the definitions of the calls that are tampered with."""

    def __init__(self, injections: Sequence[Injection], wants: Callable[[Any], bool]) -> None:
        """`wants`: whether a call is traced; as with strace(1), others are left alone."""
        self._injections = injections
        self._wants = wants
        self._counts: dict[tuple[int, str], int] = {}

    def replace(self, t: Thread, number: int, bound: Any) -> Any:
        """What is to answer for `bound`, which is None where nobody defines the number."""
        name = number_table(t.arch.name).get(number, f"syscall_{number:#x}")
        name = name if bound is None else bound.name
        if not self._wants(bound or Unbound(name, number)):
            return bound
        for injection in reversed(self._injections):
            if injection.calls.has(name, number):
                return Tampered(self, injection, bound, name, number)
        return bound

    def due(self, t: Thread, injection: Injection, name: str) -> bool:
        """Count an invocation; whether it is one to tamper with."""
        count = self._counts[t.tid, name] = self._counts.get((t.tid, name), 0) + 1
        return injection.when.takes(count)


class Tampered:
    """A system call that does not always do what it is defined to."""

    __slots__ = ("_bound", "_injection", "_injector", "blocks", "leaves", "name", "number",
                 "slots", "syscall", "words")  # fmt: skip

    def __init__(
        self, injector: Injector, injection: Injection, bound: Any, name: str, number: int
    ) -> None:
        self._injector = injector
        self._injection = injection
        self._bound = bound
        self.name, self.number = name, number
        self.slots = getattr(bound, "slots", [])
        self.words = getattr(bound, "words", 6)
        self.syscall = getattr(bound, "syscall", None)
        self.leaves = getattr(bound, "leaves", False)
        self.blocks = getattr(bound, "blocks", False) or any(injection.delays)

    def call(self, t: Thread, words: Sequence[int]) -> Any:
        """The result, or a generator of waits that ends with it."""
        injection = self._injection
        marks = t.ext[Tampered] = []
        if not self._injector.due(t, injection, self.name):
            return self._genuine(t, words)
        if injection.signal:
            signo = signal_numbers(t.arch.name)[injection.signal]
            t.post(SigInfo(signo, SI_KERNEL))
        if injection.error or injection.value is not None:
            marks.append("INJECTED")
        if any(injection.delays):
            marks.append("DELAYED")
            return self._late(t, words)
        return self._waits(t, words) if self.blocks else self._answer(t, words)

    def _genuine(self, t: Thread, words: Sequence[int]) -> Any:
        """The call itself, in the form that `blocks` announces."""
        if self.blocks and not getattr(self._bound, "blocks", False):
            return self._waits_for_nothing(t, words)
        return self._defined(t, words)

    def _defined(self, t: Thread, words: Sequence[int]) -> Any:
        if self._bound is None:
            raise LinuxError(errno.ENOSYS)
        return self._bound.call(t, words)

    def _answer(self, t: Thread, words: Sequence[int]) -> Any:
        """What the expression says, or else the call's own answer."""
        injection = self._injection
        if injection.error:
            raise LinuxError(injection.host_error(t.arch.name))
        if injection.value is not None:
            return injection.value
        return self._defined(t, words)

    def _waits_for_nothing(self, t: Thread, words: Sequence[int]) -> Generator[Wait, None, Any]:
        return self._defined(t, words)
        yield

    def _waits(self, t: Thread, words: Sequence[int]) -> Generator[Wait, None, Any]:
        answer = self._answer(t, words)
        return (yield from answer) if hasattr(answer, "send") else answer

    def _late(self, t: Thread, words: Sequence[int]) -> Generator[Wait, None, Any]:
        before, after = self._injection.delays
        yield from _sleep(before)
        result = yield from self._waits(t, words)
        yield from _sleep(after)
        return result


def _sleep(duration: int) -> Generator[Wait, None, None]:
    deadline = monotonic_ns() + duration
    while monotonic_ns() < deadline:
        yield Wait(deadline=deadline, signals=False)
