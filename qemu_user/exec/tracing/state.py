"""What a process knows of tracing: who traces it, and whom it traces."""

from __future__ import annotations

import os

from ..abi import processes as abi
from ..abi import signals as sig
from ..signals import SigInfo
from . import channel
from .traced import tell_parent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from ..process import Process
    from ..thread import Thread
    from .link import Link
    from .tracer import Tracee, Tracer

    Seen: TypeAlias = "Tracee | Changed"

_STOPPED, _CONTINUED = 0x7F, 0xFFFF  # wait statuses


class Changed:
    """A child that somebody else traces, and how it changed: stopped, or went on."""

    __slots__ = ("code", "option", "pid", "status", "tid", "times", "value")

    def __init__(self, pid: int, signo: int) -> None:
        self.tid = self.pid = pid
        self.option = abi.WSTOPPED if signo else abi.WCONTINUED
        self.status = signo << 8 | _STOPPED if signo else _CONTINUED
        self.code = sig.CLD_STOPPED if signo else sig.CLD_CONTINUED
        self.value = signo or sig.SIGCONT  # si_status
        self.times = (0.0, 0.0)


class Tracing:
    """Made when a process first traces or is traced; the process tells it what happens."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.links: list[Link] = []  # to the tracers of our threads
        self.tracer: Tracer | None = None  # when we trace others
        self.changed: dict[int, Changed] = {}  # children that others trace

    def continued(self) -> None:
        """SIGCONT came: the group-stop is over."""
        if self.process.group_stop:
            tell_parent(self.process, channel.CONTINUED, 0)
        self.process.group_stop = 0
        for t in self.process.threads.values():
            if t.traced is not None:
                t.traced.group = 0
                if t.traced.seized:
                    t.traced.interrupt()

    def child_changed(self, pid: int, signo: int) -> None:
        """A child that somebody else traces was stopped by `signo`, or went on (0)."""
        p = self.process
        self.changed[pid] = Changed(pid, signo)
        if not p.handlers[sig.SIGCHLD].flags & sig.SA_NOCLDSTOP:
            code = sig.CLD_STOPPED if signo else sig.CLD_CONTINUED
            status = signo or sig.SIGCONT
            info = SigInfo(sig.SIGCHLD, code, pid=pid, uid=os.getuid(), status=status)
            p.post(info)
        for sleep in list(p.child_waits):
            p.scheduler.wake(sleep)

    def wait(
        self, wanted: Callable[[Seen], bool], options: int, host: Callable[[], int]
    ) -> Seen | int:
        """Who has something to report, else what the host's wait finds (0: nothing yet). ECHILD.

        `wanted` says who is waited for.
        """
        if self.tracer is not None:
            found = self.tracer.reported(wanted, options)
            if found is not None:
                return found
        for child in self.changed.values():
            if options & child.option and wanted(child):
                if not options & abi.WNOWAIT:
                    del self.changed[child.pid]
                return child
        if self.tracer is None:
            return host()
        return self.tracer.wait(wanted, host)

    def forked(self, t: Thread) -> None:
        """In a forked child: its parent's links are not its own."""
        self.changed.clear()
        links, self.links = self.links, []
        tracer, self.tracer = self.tracer, None
        if t.traced is not None:
            t.traced.forked(t)
        for link in links:
            link.close()
        if tracer is not None:
            tracer.forked()

    def thread_ended(self, t: Thread, status: int) -> None:
        """`t` is gone while others live on."""
        traced, t.traced = t.traced, None
        if traced is not None:
            traced.link.ended(t.tid, status)

    def process_ended(self, status: int) -> None:
        """The process ends with `status` (as wait4 has it)."""
        for link in self.links:
            link.process_ended(status)


def tracing(process: Process) -> Tracing:
    """The process's state of tracing, which exists from now on."""
    if process.tracing is None:
        process.tracing = Tracing(process)
        process.check_calls()
    return process.tracing
