"""The tracee's side: the connection to one tracer, and the answers to its requests."""

from __future__ import annotations

import os

from .. import hostthreads
from ..abi import ptrace as abi
from ..abi import signals as sig
from . import channel
from .requests import answer
from .state import tracing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket
    from typing import Any

    from ..process import Process
    from .traced import Traced

_CORE = 0x80  # of a wait status: the kernel wrote a core file


class Link:
    """What connects this process with the process `pid`, which traces `threads` of it."""

    def __init__(self, process: Process, pid: int, ends: tuple[socket, socket]) -> None:
        self.process = process
        self.pid = pid
        self.threads: dict[int, Traced] = {}
        answering, telling = (channel.keep(process.files, end) for end in ends)
        self._answering, self._telling = answering, telling
        tracing(process).links.append(self)
        hostthreads.start(self._listen, answering)

    def _listen(self, end: socket) -> None:
        while True:
            request = channel.receive(end)
            if request is None:
                self.process.scheduler.from_outside(self._lost)
                return
            self.process.scheduler.from_outside(lambda request=request: self._answer(request))  # type: ignore[misc]

    def _answer(self, request: tuple[Any, ...]) -> None:
        try:
            reply = (0, answer(self, request))
        except OSError as error:
            reply = (error.errno or 5, None)
        try:
            channel.send(self._answering, reply)
        except OSError:
            return  # `_lost` will come

    def tell(self, what: str, *about: Any, ends: tuple[socket, socket] | None = None) -> None:
        """Send the tracer a note."""
        times = os.times()
        channel.tell(self._telling, (what, *about, times.user, times.system), ends)

    def another(self, ends: tuple[socket, socket]) -> Link:
        """In a forked child: its own connection with the same tracer."""
        return Link(self.process, self.pid, ends)

    def close(self) -> None:
        """Give the descriptors back."""
        for end in (self._answering, self._telling):
            self.process.files.unreserve(end.detach())

    def release(self, traced: Traced, signo: int) -> None:
        """The thread is no longer traced, and goes on with this signal."""
        t = traced.thread
        t.traced = None
        self.threads.pop(t.tid, None)
        traced.resume(abi.PTRACE_CONT, signo)

    def ended(self, tid: int, status: int) -> None:
        """A thread is gone; the tracer hears of the first one's end when the process ends."""
        if tid != self.process.pid:
            self.threads.pop(tid, None)
            self.tell("exit", tid, status)

    def renamed(self, old: int, new: int) -> None:
        """execve gave the thread `old` the id of the process."""
        self.threads[new] = self.threads.pop(old)
        self.tell("renamed", old, new)

    def process_ended(self, status: int) -> None:
        """The process is about to end; without a core file."""
        status &= ~_CORE if status & 0x7F else -1
        for tid in sorted(self.threads, reverse=True):
            if tid != self.process.pid:
                self.tell("exit", tid, status)
        if self.process.pid in self.threads:
            self.tell("exit", self.process.pid, status)

    def _lost(self) -> None:
        """The tracer is gone."""
        links = tracing(self.process).links
        if self not in links:
            return
        links.remove(self)
        for traced in list(self.threads.values()):
            if traced.options & abi.PTRACE_O_EXITKILL:
                hostthreads.die(sig.SIGKILL)
            self.release(traced, 0)
        self.close()
