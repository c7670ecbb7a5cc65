"""-strace in lines, as qemu-user or strace(1) writes them.

Every line is written whole, in one write. A call that sleeps while others have something to say is
written in two lines, `<unfinished ...>` and `<... resumed>`.
"""

from __future__ import annotations

import os
from errno import ENOSYS
from time import monotonic_ns, time_ns

from ..exec.abi.numbers import number_table
from . import lines, qemu, values
from .inject import Tampered
from .stamps import Stamps, duration_text
from .tracer import Tracer
from .values import Unbound, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..exec.process import Process
    from ..exec.signals import SigInfo
    from ..exec.thread import Thread
    from ..syscalls.syscall import Bound
    from .settings import Settings
    from .stacks import Stacks
    from .tracer import Lines, Started
    from .values import Late

_FORKS = frozenset(("clone", "clone3", "fork", "vfork"))
_COLUMN = 40  # where strace(1) puts the =


class Pending:
    """A call that has begun: its view, its arguments, and whether half of it is written."""

    __slots__ = ("begun", "prefix", "shown", "texts", "view", "when")

    def __init__(self, view: View, texts: list[str | Late], prefix: str) -> None:
        self.view = view
        self.prefix = prefix  # as it was when the call began
        self.texts = texts
        self.shown = False
        self.when = time_ns()
        self.begun = monotonic_ns()


class Strace(Tracer):
    """qemu-user's lines, or with `full` strace(1)'s; `stacks` are written below each."""

    def __init__(
        self, lines: Lines, settings: Settings, *, full: bool, stacks: Stacks | None = None
    ) -> None:
        super().__init__(lines, settings)
        self.full = full
        self._stacks = stacks
        self._stamps = Stamps(settings.clock, relative=settings.relative)
        self._pending: dict[int, Pending] = {}
        # Whole calls alone: nobody else writes to their file, or they may not be written at all.
        self._whole = settings.separate or settings.statuses is not None
        self._family = False  # this process was forked by one that is traced, too
        self._forked = False  # this process may have children

    # calls

    def started(self, by: Started) -> None:
        """The execve that began the program."""
        if not self.full or not self.wants(by.call) or not self.passes(0):
            return
        t = next(iter(by.process.threads.values()))
        took = duration_text(0) if self.settings.duration else ""
        head = f"{self._lead(self._who(t), time_ns())}execve({by.text(self.settings.limit)}"
        self._line(t, head, "0" + took)

    def syscall_enter(self, t: Thread, call: Bound, words: Sequence[int]) -> None:
        """Remember what the arguments say now; write at once what never returns."""
        if not self.wants(call):
            return
        view = self.view(t, call, words)
        if not self.full:
            pending = Pending(view, [qemu.arguments(view)], self._who(t))
            if call.name in qemu.SILENT:
                self.lines.line(t.tid, f"{pending.prefix}{call.name}({pending.texts[0]})")
                return
        else:
            pending = Pending(view, lines.arguments(view), self._who(t))
            if call.name in ("exit", "exit_group"):
                statuses = self.settings.statuses
                if statuses is None or "unfinished" in statuses:
                    self._line(t, self._head(pending), "?")
                return
        self._pending[t.tid] = pending

    def syscall_exit(
        self, t: Thread, call: Bound | Tampered, words: Sequence[int], result: int, error: int
    ) -> None:
        """Write the line, or its second half."""
        pending = self._pending.pop(t.tid, None)
        if pending is None:
            return
        if call.name in _FORKS and not error:
            self._forked = True
        if not self.passes(error):
            return
        view = pending.view
        view.result, view.error = result, error
        view.marks = t.ext.get(Tampered, ()) if isinstance(call, Tampered) else ()
        if not self.full:
            text = f"{call.name}({pending.texts[0]}) = {qemu.result(view)}"
            self.lines.line(t.tid, self._who(t) + text)
            return
        text = lines.result(view)
        if self.settings.duration:
            text += duration_text(monotonic_ns() - pending.begun)
        rest = lines.late(view, pending.texts)
        if pending.shown:
            lead = self._lead(self._who(t), time_ns())
            self._line(t, f"{lead}<... {call.name} resumed>{rest}", text)
        else:
            self._line(t, self._head(pending) + rest, text)

    def syscall_pause(self, t: Thread, call: Bound, words: Sequence[int]) -> None:
        """Other processes write in between: say at once that it has begun."""
        pending = self._pending.get(t.tid)
        if self.full and pending is not None and not self._whole and self._accompanied():
            self._unfinished(t, pending)

    def syscall_unknown(self, t: Thread, number: int, words: Sequence[int]) -> None:
        """A number that nobody defines."""
        name = number_table(t.arch.name).get(number)
        call = Unbound(name or f"syscall_{number:#x}", number)
        if not self.wants(call) or not self.passes(ENOSYS):
            return
        view = self.view(t, call, words)
        view.result, view.error = -1, ENOSYS
        if self.full:
            pending = Pending(view, lines.undefined(view), self._who(t))
            rest = lines.late(view, pending.texts)
            self._line(t, self._head(pending) + rest, lines.result(view))
        elif name in qemu.FORMATS or name in qemu.RAW:
            text = f"{name}({qemu.arguments(view)}) = {qemu.result(view)}"
            self.lines.line(t.tid, self._who(t) + text)
        else:
            self.lines.line(t.tid, f"{self._who(t)}Unknown syscall {number}")

    # signals and ends

    def signal_delivered(self, t: Thread, info: SigInfo) -> None:
        """--- SIGNAL {...} ---"""
        if not self.shows(info.signo, t.arch):
            return
        if self.full:
            name = values.told_name(info.signo, t.arch)
            self._event(t, f"--- {name} {lines.siginfo_text(info, t.arch)} ---", stack=True)
        else:
            self.lines.line(t.tid, qemu.signal_line(info, t.arch))

    def signal_ignored(self, t: Thread, info: SigInfo) -> None:
        """As strace(1), which sees signals before their disposition does."""
        if self.full:
            self.signal_delivered(t, info)

    def thread_exit(self, t: Thread, code: int) -> None:
        """A thread, but not the process, is over."""
        self._pending.pop(t.tid, None)
        if len(t.process.threads) > 1:
            if self.full:
                self._event(t, f"+++ exited with {code} +++")
            self.lines.ended(t.tid)

    def process_fork(self, child: Process) -> None:
        """The calls of the parent's threads are not the child's."""
        self._pending.clear()
        self._family = True
        self.lines.forked()

    def process_exit(self, p: Process, status: int) -> None:
        """+++ exited with N +++ or +++ killed by SIGNAL +++"""
        if not self.full:
            return
        for tid, pending in list(self._pending.items()):
            statuses = self.settings.statuses
            if tid in p.threads and (statuses is None or "unfinished" in statuses):
                self._unfinished(p.threads[tid], pending)
        self._pending.clear()
        number = status & 0x7F
        if number:
            core = " (core dumped)" if status & 0x80 else ""
            text = f"+++ killed by {values.told_name(number, p.arch)}{core} +++"
        else:
            text = f"+++ exited with {status >> 8 & 0xFF} +++"
        who = self._tag(p.pid, accompanied=self._accompanied())
        self.lines.line(p.pid, self._lead(who, time_ns()) + text)

    # lines

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

    def _who(self, t: Thread) -> str:
        """Whose line it is; a file of all processes needs it always."""
        if not self.full:
            return f"{t.process.pid} "
        others = not self.lines.own_file and (len(t.process.threads) > 1 or self._accompanied())
        return self._tag(t.tid, accompanied=others)

    def _tag(self, tid: int, *, accompanied: bool) -> str:
        if self.lines.own_file:
            return "" if self.settings.separate else f"{tid:<5} "
        return f"[pid {tid:>5}] " if accompanied else ""

    def _lead(self, who: str, when: int) -> str:
        return who + self._stamps.text(when)

    def _head(self, pending: Pending) -> str:
        lead = self._lead(pending.prefix, pending.when)
        return f"{lead}{pending.view.bound.name}({lines.early(pending.texts)}"

    def _line(self, t: Thread, body: str, result: str) -> None:
        """A call's line with the result in its column."""
        self._interrupt(t)
        text = f"{body})"
        self.lines.line(t.tid, f"{text:<{_COLUMN - 1}} = {result}{self._stack(t)}")

    def _event(self, t: Thread, text: str, *, stack: bool = False) -> None:
        self._interrupt(t)
        lead = self._lead(self._who(t), time_ns())
        self.lines.line(t.tid, f"{lead}{text}{self._stack(t) if stack else ''}")

    def _stack(self, t: Thread) -> str:
        """-k: lines to go with the line before."""
        return "" if self._stacks is None else "".join(f"\n{x}" for x in self._stacks.lines(t))

    def _interrupt(self, t: Thread) -> None:
        """Another thread's call is under way: write that it is not over."""
        for tid, pending in () if self._whole else list(self._pending.items()):
            if tid != t.tid and not pending.shown and tid in t.process.threads:
                self._unfinished(t.process.threads[tid], pending)

    def _unfinished(self, t: Thread, pending: Pending) -> None:
        if not pending.shown:
            pending.shown = True
            self.lines.line(t.tid, f"{self._head(pending)} <unfinished ...>")
