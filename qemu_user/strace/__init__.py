"""-strace: an observer that writes each system call and signal, in qemu-user's or strace(1)'s way.

Every line is written whole, in one write. A call that sleeps while others have something to say is
written in two lines, `<unfinished ...>` and `<... resumed>`.
"""

from __future__ import annotations

import os
from errno import ENOSYS

from ..exec.abi.numbers import number_table
from ..exec.observe import Observer
from . import lines, qemu, values
from .values import Unbound, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from ..exec.process import Process
    from ..exec.signals import SigInfo
    from ..exec.thread import Thread
    from ..syscalls.syscall import Bound
    from .values import Late

    class Lines(Protocol):
        """Where lines go; each arrives whole."""

        def line(self, text: str) -> None: ...


_FORKS = frozenset(("clone", "clone3", "fork", "vfork"))
_COLUMN = 40  # where strace(1) puts the =


class Pending:
    """A call that has begun: its view, its arguments, and whether half of it is written."""

    __slots__ = ("prefix", "shown", "texts", "view")

    def __init__(self, view: View, texts: list[str | Late], prefix: str) -> None:
        self.view = view
        self.prefix = prefix  # as it was when the call began
        self.texts = texts
        self.shown = False


class Strace(Observer):
    """Writes to `log`; `mode` is "qemu" or "full", `limit` how much of a string is shown."""

    def __init__(self, log: Lines, mode: str = "qemu", limit: int = 32) -> None:
        self._log = log
        self.full = mode == "full"
        self.limit = limit
        self._pending: dict[int, Pending] = {}
        self._family = False  # this process was forked by one that is traced, too
        self._forked = False  # this process may have children

    def wants(self, bound: Bound) -> bool:
        """Whether this call is to be written."""
        return True

    def syscall_enter(self, t: Thread, call: Bound, words: Sequence[int]) -> None:
        """Remember what the arguments say now; write at once what never returns."""
        if not self.wants(call):
            return
        view = View(t, call, words, self.limit)
        if not self.full:
            pending = Pending(view, [qemu.arguments(view)], self._prefix(t))
            if call.name in qemu.SILENT:
                self._log.line(self._prefix(t) + f"{call.name}({pending.texts[0]})")
                return
        else:
            pending = Pending(view, lines.arguments(view), self._prefix(t))
            if call.name in ("exit", "exit_group"):
                self._line(t, self._head(pending), "?")
                return
        self._pending[t.tid] = pending

    def syscall_exit(
        self, t: Thread, call: Bound, words: Sequence[int], result: int, error: int
    ) -> None:
        """Write the line, or its second half."""
        pending = self._pending.pop(t.tid, None)
        if pending is None:
            return
        view = pending.view
        view.result, view.error = result, error
        if not self.full:
            text = f"{call.name}({pending.texts[0]}) = {qemu.result(view)}"
            self._log.line(self._prefix(t) + text)
            return
        if call.name in _FORKS and not error:
            self._forked = True
        rest = lines.late(view, pending.texts)
        if pending.shown:
            self._line(t, f"{self._prefix(t)}<... {call.name} resumed>{rest}", lines.result(view))
        else:
            self._line(t, self._head(pending) + rest, lines.result(view))

    def syscall_pause(self, t: Thread, call: Bound, words: Sequence[int]) -> None:
        """Other processes write in between: say at once that it has begun."""
        pending = self._pending.get(t.tid)
        if self.full and pending is not None and self._accompanied():
            self._unfinished(t, pending)

    def syscall_unknown(self, t: Thread, number: int, words: Sequence[int]) -> None:
        """A number that nobody defines."""
        name = number_table(t.arch.name).get(number)
        view = View(t, Unbound(name or f"syscall_{number:#x}"), words, self.limit)
        view.result, view.error = -1, ENOSYS
        if self.full:
            pending = Pending(view, lines.undefined(view), self._prefix(t))
            rest = lines.late(view, pending.texts)
            self._line(t, self._head(pending) + rest, lines.result(view))
        elif name in qemu.FORMATS or name in qemu.RAW:
            text = f"{name}({qemu.arguments(view)}) = {qemu.result(view)}"
            self._log.line(self._prefix(t) + text)
        else:
            self._log.line(f"{self._prefix(t)}Unknown syscall {number}")

    def signal_delivered(self, t: Thread, info: SigInfo) -> None:
        """--- SIGNAL {...} ---"""
        if self.full:
            name = values.signal_name(info.signo, t.arch)
            self._event(t, f"--- {name} {lines.siginfo_text(info, t.arch)} ---")
        else:
            self._log.line(qemu.signal_line(info, t.arch))

    def signal_ignored(self, t: Thread, info: SigInfo) -> None:
        """As strace(1), which sees signals before their disposition does."""
        if self.full:
            self.signal_delivered(t, info)

    def thread_exit(self, t: Thread, code: int) -> None:
        """A thread, but not the process, is over."""
        self._pending.pop(t.tid, None)
        if self.full and len(t.process.threads) > 1:
            self._event(t, f"+++ exited with {code} +++")

    def process_fork(self, child: Process) -> None:
        """The calls of the parent's threads are not the child's."""
        self._pending.clear()
        self._family = True

    def process_exit(self, p: Process, status: int) -> None:
        """+++ exited with N +++ or +++ killed by SIGNAL +++"""
        if not self.full:
            return
        for tid, pending in list(self._pending.items()):
            if tid in p.threads and not pending.shown:
                self._unfinished(p.threads[tid], pending)
        self._pending.clear()
        number = status & 0x7F
        if number:
            core = " (core dumped)" if status & 0x80 else ""
            text = f"+++ killed by {values.signal_name(number, p.arch)}{core} +++"
        else:
            text = f"+++ exited with {status >> 8 & 0xFF} +++"
        tag = f"[pid {p.pid:>5}] " if self._accompanied() else ""
        self._log.line(f"{tag}{text}")

    def _accompanied(self) -> bool:
        """Whether a parent or children of this process may be writing as well."""
        if self._family:
            return True
        if self._forked:
            try:
                os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                return True
            except ChildProcessError:
                self._forked = False
        return False

    def _head(self, pending: Pending) -> str:
        return f"{pending.prefix}{pending.view.bound.name}({lines.early(pending.texts)}"

    def _line(self, t: Thread, body: str, result: str) -> None:
        """A call's line with the result in its column."""
        self._interrupt(t)
        text = f"{body})"
        self._log.line(f"{text:<{_COLUMN - 1}} = {result}")

    def _event(self, t: Thread, text: str) -> None:
        self._interrupt(t)
        self._log.line(f"{self._prefix(t)}{text}")

    def _interrupt(self, t: Thread) -> None:
        """Another thread's call is under way: write that it is not over."""
        for tid, pending in list(self._pending.items()):
            if tid != t.tid and not pending.shown and tid in t.process.threads:
                self._unfinished(t.process.threads[tid], pending)

    def _unfinished(self, t: Thread, pending: Pending) -> None:
        if not pending.shown:
            pending.shown = True
            head = self._head(pending)
            self._log.line(f"{head} <unfinished ...>")

    def _prefix(self, t: Thread) -> str:
        if not self.full:
            return f"{t.process.pid} "
        if len(t.process.threads) > 1 or self._accompanied():
            return f"[pid {t.tid:>5}] "
        return ""
