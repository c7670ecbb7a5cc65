"""What -strace's ways of writing share: which events are wanted, and where lines go."""

from __future__ import annotations

from ..exec.abi.numbers import call_numbers
from ..exec.observe import Observer
from .values import Unbound, View, quoted, told_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ..exec.arch import Arch
    from ..exec.process import Process
    from ..exec.thread import Thread
    from .output import Output
    from .settings import Settings


class Lines:
    """Where lines go: -o's files, or the log that everything shares."""

    def __init__(self, log: Callable[[str], None], output: Output | None) -> None:
        self._log = log
        self._output = output
        self.own_file = output is not None

    def line(self, tid: int, text: str) -> None:
        """Text about thread `tid`, which arrives whole."""
        if self._output is None:
            self._log(text)
        else:
            self._output.line(tid, text)

    def ended(self, tid: int) -> None:
        """Thread `tid` has written its last line."""
        if self._output is not None:
            self._output.ended(tid)

    def forked(self) -> None:
        """In a forked child."""
        if self._output is not None:
            self._output.forked()


class Started:
    """How the program was started: what execve would have said."""

    def __init__(
        self, process: Process, path: bytes, argv: Sequence[bytes], variables: int
    ) -> None:
        arch = process.arch
        self.call = Unbound("execve", call_numbers(arch.name).get("execve", -1))
        self.process = process
        self.path = path
        self.argv = argv
        self.envp = process.image.sp + (len(argv) + 2) * arch.model.word  # where the guest has it
        self.variables = variables

    def text(self, limit: int) -> str:
        """The arguments in strace(1)'s layout."""
        argv = [quoted(word, limit) for word in self.argv[:limit]]
        argv += ["..."] * (len(self.argv) > limit)
        path = quoted(self.path, 4096)
        return f"{path}, [{', '.join(argv)}], {self.envp:#x} /* {self.variables} vars */"


class Tracer(Observer):
    """Knows the settings' filters."""

    def __init__(self, lines: Lines, settings: Settings) -> None:
        self.lines = lines
        self.settings = settings
        self._wanted: dict[str, bool] = {}

    def wants(self, call: Any) -> bool:
        """Whether this call is to be written."""
        if self.settings.trace is None:
            return True
        known = self._wanted.get(call.name)
        if known is None:
            known = self._wanted[call.name] = self.settings.trace.has(call.name, call.number)
        return known

    def passes(self, error: int) -> bool:
        """-e status=: whether a call that ended so is to be written."""
        statuses = self.settings.statuses
        return statuses is None or ("failed" if error else "successful") in statuses

    def shows(self, signo: int, arch: Arch) -> bool:
        """-e signal=: whether this signal is to be written."""
        if self.settings.signals is None:
            return True
        inverted, names = self.settings.signals
        return (told_name(signo, arch) in names) != inverted

    def view(self, t: Thread, call: Any, words: Sequence[int]) -> View:
        """A call to be written, as the settings want it."""
        settings = self.settings
        raw = settings.raw is not None and settings.raw.has(call.name, call.number)
        return View(t, call, words, settings.limit, settings.paths, raw=raw)
