"""Other emulators that wait for our answer, also while we wait for one of theirs."""

from __future__ import annotations

import os
from errno import EIO
from select import POLLIN
from time import monotonic_ns

from .. import procself
from ..arrivals import CALL_BACK, Arrived
from ..hostthreads import poll_fds
from . import channel, visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket
    from typing import Any, TypeAlias

    from ..process import Process

    Ends: TypeAlias = tuple[socket, socket]
    Begin: TypeAlias = Callable[[Process, int, socket, tuple[Any, ...], Ends], None]


class _Caller:
    """Another emulator that called, and what it asks when it visits (visit.py)."""

    def __init__(self, process: Process, pid: int, end: socket) -> None:
        self.process = process
        self.pid = pid
        self.end = channel.keep(process.files, end)
        self.visits = False

    def step(self, begin: Begin) -> bool:
        """Its socket is readable; False when there is nothing more to answer here."""
        if self.visits:
            return self._answer() or self._close()
        heard = channel.hear(self.end)
        hello, ends = heard or ((), None)
        if ends is None:
            return self._close()
        if hello[0] != visit.VISIT:
            self.process.files.reserved.discard(self.end.fileno())
            begin(self.process, self.pid, self.end, hello, ends)
            return False
        channel.tell(self.end, (0,))
        self._close()
        ends[1].close()
        self.end, self.visits = channel.keep(self.process.files, ends[0]), True
        return True

    def _answer(self) -> bool:
        request = channel.receive(self.end)
        if request is None:
            return False
        try:
            reply = (0, _answer(self.process, *request))
        except OSError as error:
            reply = (error.errno or EIO, None)
        try:
            channel.send(self.end, reply)
        except OSError:
            return False
        return True

    def _close(self) -> bool:
        self.process.files.unreserve(self.end.detach())
        return False


def _answer(process: Process, name: str, *about: Any) -> Any:
    of_memory = visit.OF_MEMORY.get(name)
    if of_memory is not None:
        return of_memory(process.memory, *about)
    return procself.answer(process, name, *about)


class Callers:
    """Those that wait for us; nobody waits for another without answering these."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._callers: list[_Caller] = []

    def add(self, pid: int, token: int) -> None:
        """An emulator's signal came."""
        end = channel.connect(pid, token)
        if end is not None:
            self._callers.append(_Caller(self._process, pid, end))

    def finish(self) -> None:
        """Answer until all are content."""
        from .attach import begun

        self._loop(-1, None, begun)

    def await_readable(self, fd: int, deadline: int) -> bool:
        """Wait in the middle of a system call until `fd` is readable; False at the deadline (ns).

        Nothing happens meanwhile but that others are answered.
        """
        ready = self._loop(fd, deadline, self._later)
        if self._callers:
            self._process.scheduler.from_outside(self.finish)
        return ready

    def _later(
        self, p: Process, pid: int, end: socket, hello: Any, ends: tuple[socket, socket]
    ) -> None:
        from .attach import begun

        p.scheduler.from_outside(lambda: begun(p, pid, end, hello, ends))

    def _loop(self, fd: int, deadline: int | None, begin: Begin) -> bool:
        scheduler = self._process.scheduler
        scheduler.signals.open()
        scheduler.idle = True
        try:
            while fd >= 0 or self._callers:
                self._take_in()
                callers = {caller.end.fileno(): caller for caller in self._callers}
                watched = [scheduler.signals.fd, scheduler.wake_fd, *callers]
                left = None if deadline is None else max(0, deadline - monotonic_ns())
                ready = poll_fds(dict.fromkeys(watched if fd < 0 else [fd, *watched], POLLIN), left)
                if scheduler.wake_fd in ready:
                    os.eventfd_read(scheduler.wake_fd)
                if fd in ready or not ready:
                    return fd in ready
                for number in ready.keys() & callers.keys():
                    if not callers[number].step(begin):
                        self._callers.remove(callers[number])
            return False
        finally:
            scheduler.idle = False

    def _take_in(self) -> None:
        """Who calls is answered; all else is left to the time after the system call."""
        scheduler = self._process.scheduler
        calls, raw = scheduler.signals.take(scheduler.outside)
        calls += [Arrived(self._process, 0, info) for info in raw]
        rest = []
        for call in calls:
            info = call.info() if isinstance(call, Arrived) else None
            if info and info.code == CALL_BACK and not channel.kind_of(info.value)[0]:
                self.add(info.pid, info.value)
            else:
                rest.append(call)
        scheduler.outside[:0] = rest
        if rest:
            scheduler.look()


def callers(process: Process) -> Callers:
    """Those of this process."""
    found: Callers | None = process.kept.get(Callers)
    if found is None:
        found = process.kept[Callers] = Callers(process)
    return found
