"""-strace=json: one JSON object a line; docs/strace-json.md has the schema."""

from __future__ import annotations

import json
from errno import ENOSYS
from time import monotonic_ns, time_ns

from ..exec.abi.numbers import number_table
from ..exec.errors import ERESTARTSYS
from . import lines, typed, values
from .inject import Tampered
from .tracer import Tracer
from .values import Unbound, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..exec.process import Process
    from ..exec.signals import SigInfo
    from ..exec.thread import Thread
    from .settings import Settings
    from .stacks import Stacks
    from .tracer import Lines, Started
    from .values import Late

_ENDLESS = ("exit", "exit_group")


class Begun:
    """A call that has begun, with what its arguments said then."""

    __slots__ = ("args", "begun", "texts", "view", "when")

    def __init__(self, view: View) -> None:
        known = type(view.bound) is not Unbound
        self.view = view
        self.when = time_ns()
        self.texts: list[str | Late] = (lines.arguments if known else lines.undefined)(view)
        self.args = typed.arguments(view)
        self.begun = monotonic_ns()

    def record(self, t: Thread, passed: int | None) -> dict[str, Any]:
        """What is known of the call; `passed`: ns it took, None if it never ends."""
        view = self.view
        over = passed is not None
        record: dict[str, Any] = {
            "type": "syscall",
            "time": self.when / 1e9,
            "pid": t.process.pid,
            "tid": t.tid,
            "name": view.bound.name,
            "number": view.bound.number,
            "args": typed.finished(self.args, view) if over else self.args,
            "text": lines.early(self.texts) + lines.late(view, self.texts),
            "result": view.result if over and not view.error else None,
        }
        if view.error >= ERESTARTSYS:
            record["restart"] = lines.result(view).split()[1]
        elif view.error:
            record["errno"] = lines.errno_name(view.error, view.arch)
        if passed is not None:
            record["duration"] = passed / 1e9
        record |= {mark.lower(): True for mark in view.marks}
        return record


class JsonLines(Tracer):
    """One object for each call when it is over, for each signal and each end."""

    def __init__(self, lines: Lines, settings: Settings, stacks: Stacks | None) -> None:
        super().__init__(lines, settings)
        self._stacks = stacks
        self._begun: dict[int, Begun] = {}

    def started(self, by: Started) -> None:
        """The execve that began the program."""
        if not self.wants(by.call) or not self.passes(0):
            return
        pid = by.process.pid
        args = [
            {"name": "filename", "type": "path", **typed.text(by.path)},
            {"name": "argv", "type": "strings", "value": [typed.plain(a) for a in by.argv]},
            {"name": "envp", "type": "address", "value": f"{by.envp:#x}"},
        ]
        record = {"type": "syscall", "time": time_ns() / 1e9, "pid": pid, "tid": pid}
        self._write(pid, {
            **record, "name": "execve", "number": by.call.number, "args": args,
            "text": by.text(self.settings.limit), "result": 0, "duration": 0.0,
        })  # fmt: skip

    def syscall_enter(self, t: Thread, call: Any, words: Sequence[int]) -> None:
        """Remember what the arguments say now; write at once what never returns."""
        if not self.wants(call):
            return
        begun = Begun(self.view(t, call, words))
        if call.name not in _ENDLESS:
            self._begun[t.tid] = begun
        elif self._ends("unfinished"):
            self._call(t, begun.record(t, None))

    def syscall_exit(
        self, t: Thread, call: Any, words: Sequence[int], result: int, error: int
    ) -> None:
        """Write it."""
        begun = self._begun.pop(t.tid, None)
        if begun is None or not self.passes(error):
            return
        passed = monotonic_ns() - begun.begun
        view = begun.view
        view.result, view.error = result, error
        view.marks = t.ext.get(Tampered, ()) if isinstance(call, Tampered) else ()
        self._call(t, begun.record(t, passed))

    def syscall_unknown(self, t: Thread, number: int, words: Sequence[int]) -> None:
        """A number that nobody defines."""
        name = number_table(t.arch.name).get(number) or f"syscall_{number:#x}"
        call = Unbound(name, number)
        if self.wants(call) and self.passes(ENOSYS):
            begun = Begun(self.view(t, call, words))
            begun.view.result, begun.view.error = -1, ENOSYS
            self._call(t, begun.record(t, 0))

    def signal_delivered(self, t: Thread, info: SigInfo) -> None:
        """A signal that is about to have its effect."""
        self._signal(t, info, ignored=False)

    def signal_ignored(self, t: Thread, info: SigInfo) -> None:
        """One that has none."""
        self._signal(t, info, ignored=True)

    def _signal(self, t: Thread, info: SigInfo, *, ignored: bool) -> None:
        if self.shows(info.signo, t.arch):
            self._call(t, {
                "type": "signal", "time": time_ns() / 1e9, "pid": t.process.pid, "tid": t.tid,
                "name": values.told_name(info.signo, t.arch),
                "number": t.arch.model.signal_to_guest(info.signo),
                "code": lines.code_text(info), "sender": info.pid or None,
                "address": f"{info.addr:#x}" if info.kind == "fault" else None,
                "ignored": ignored, "text": lines.siginfo_text(info, t.arch),
            })  # fmt: skip

    def thread_exit(self, t: Thread, code: int) -> None:
        """A thread, but not the process, is over."""
        self._begun.pop(t.tid, None)
        if len(t.process.threads) > 1:
            record = {"type": "thread_exit", "time": time_ns() / 1e9, "pid": t.process.pid}
            self._write(t.tid, {**record, "tid": t.tid, "code": code})
            self.lines.ended(t.tid)

    def process_fork(self, child: Process) -> None:
        """The calls of the parent's threads are not the child's."""
        self._begun.clear()
        self.lines.forked()

    def process_exit(self, p: Process, status: int) -> None:
        """The end, after the calls that it cut short."""
        for tid, begun in list(self._begun.items()):
            if tid in p.threads and self._ends("unfinished"):
                begun.view.error = ERESTARTSYS  # what it would have stored is not there
                record = begun.record(p.threads[tid], None)
                record.pop("restart")
                self._write(tid, record)
        self._begun.clear()
        number = status & 0x7F
        self._write(p.pid, {
            "type": "exit", "time": time_ns() / 1e9, "pid": p.pid,
            "code": None if number else status >> 8 & 0xFF,
            "signal": values.told_name(number, p.arch) if number else None,
            "core": bool(status & 0x80),
        })  # fmt: skip

    def _ends(self, how: str) -> bool:
        return self.settings.statuses is None or how in self.settings.statuses

    def _call(self, t: Thread, record: dict[str, Any]) -> None:
        """With -k, the stack as well."""
        if self._stacks is not None:
            record["stack"] = [frame.record() for frame in self._stacks.frames(t)]
        self._write(t.tid, record)

    def _write(self, tid: int, record: dict[str, Any]) -> None:
        self.lines.line(tid, json.dumps(record, separators=(",", ":")))
