"""The tracer's side: the processes it traces, what they report, and what wait4 makes of it."""

from __future__ import annotations

import os
from errno import ECHILD, ESRCH
from socket import SHUT_RDWR

from .. import hostthreads
from ..abi import processes as abi
from ..abi import signals as sig
from ..errors import LinuxError
from ..signals import SigInfo
from . import channel
from .state import tracing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket
    from typing import Any

    from ..process import Process

    Note = tuple[tuple[Any, ...], tuple[socket, socket] | None]

_STOPPED = 0x7F


class Tracee:
    """A thread we trace, as it was when it last reported."""

    __slots__ = ("ended", "peer", "reported", "stop", "tid", "times")

    def __init__(self, tid: int, peer: Peer) -> None:
        self.tid = tid
        self.peer = peer
        self.stop = 0  # exit code of the stop it is in; 0: it runs
        self.reported = True  # by wait4
        self.ended: int | None = None  # wait status of a thread that is gone
        self.times = (0.0, 0.0)  # user and system CPU time, in seconds

    @property
    def status(self) -> int:
        """What wait4 stores."""
        return self.stop << 8 | _STOPPED if self.ended is None else self.ended

    @property
    def code(self) -> int:
        """si_code for waitid."""
        if self.ended is None:
            return sig.CLD_TRAPPED
        return sig.CLD_KILLED if self.ended & 0x7F else sig.CLD_EXITED

    @property
    def value(self) -> int:
        """si_status for waitid."""
        if self.ended is None:
            return self.stop
        return self.ended & 0x7F or self.ended >> 8

    @property
    def pid(self) -> int:
        """Of its process."""
        return self.peer.pid


class Peer:
    """The emulator of a process we trace."""

    def __init__(
        self, owner: Tracer, pid: int, ends: tuple[socket, socket], *, child: bool
    ) -> None:
        self.owner = owner
        self.pid = pid
        self.child = child  # of ours: the host's wait reports its end
        self.gone = False
        files = owner.process.files
        self._asking, self._hearing = (channel.keep(files, end) for end in ends)
        self._notes: list[Note | None] = []
        hostthreads.start(self._listen, self._hearing)

    def _listen(self, end: socket) -> None:
        note: Note | None = (), None
        while note is not None:
            note = channel.hear(end)
            self._notes.append(note)
            self.owner.process.scheduler.from_outside(self.take_in)

    def take_in(self) -> None:
        """Take note of what the tracee reported."""
        while self._notes:
            note = self._notes.pop(0)
            if note is None:
                self.owner.lost(self)
            else:
                (what, *about, user, system), ends = note
                self.owner.heard(self, what, about, (user, system), ends)

    def ask(self, name: str, tid: int, *about: Any) -> Any:
        """The tracee's answer to a request (requests.py). ESRCH when it is gone."""
        try:
            channel.send(self._asking, (name, tid, *about))
        except OSError:
            raise LinuxError(ESRCH) from None
        reply = channel.receive(self._asking)
        if reply is None:
            raise LinuxError(ESRCH)
        error, value = reply
        if error:
            raise LinuxError(error)
        return value

    def end(self) -> None:
        """Nothing there is traced any more; the tracee finds itself alone."""
        for end in (self._asking, self._hearing):
            try:
                end.shutdown(SHUT_RDWR)  # wakes our listener, too
            except OSError:
                continue  # the other side was faster
        self.close()

    def close(self) -> None:
        """Give the descriptors back."""
        for end in (self._asking, self._hearing):
            self.owner.process.files.unreserve(end.detach())


class Tracer:
    """All that a process traces."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.peers: dict[int, Peer] = {}
        self.tracees: dict[int, Tracee] = {}  # who reported last comes last

    def adopt(
        self,
        pid: int,
        ends: tuple[socket, socket],
        tid: int,
        options: int,
        seized: bool,
        *,
        child: bool,
    ) -> None:
        """A process whose thread `tid` we trace from now on."""
        self.peers[pid] = peer = Peer(self, pid, ends, child=child)
        self.tracee(tid, peer)

    def tracee(self, tid: int, peer: Peer) -> None:
        """One more thread."""
        if tid not in self.tracees:
            self.tracees[tid] = Tracee(tid, peer)

    def ask(self, tid: int, name: str, *about: Any) -> Any:
        """A request to a tracee; ESRCH when it is none of ours."""
        tracee = self.tracees.get(tid)
        if tracee is None or tracee.ended is not None:
            raise LinuxError(ESRCH)
        return tracee.peer.ask(name, tid, *about)

    def resume(self, tid: int, name: str, *about: int) -> None:
        """A request after which the tracee is not in the stop any more."""
        tracee = self.tracees.get(tid)
        if tracee is None or not tracee.stop:
            raise LinuxError(ESRCH)
        before, tracee.stop = tracee.stop, 0
        try:
            tracee.peer.ask(name, tid, *about)
        except LinuxError:
            tracee.stop = before
            raise

    def detach(self, tid: int, signo: int) -> None:
        """PTRACE_DETACH."""
        self.resume(tid, "detach", signo)
        self._forget(tid)

    def _forget(self, tid: int) -> None:
        tracee = self.tracees.pop(tid)
        peer = tracee.peer
        if all(other.peer is not peer for other in self.tracees.values()):
            self.peers.pop(peer.pid, None)
            peer.end()

    def forked(self) -> None:
        """In a forked child, which traces nobody."""
        for peer in self.peers.values():
            peer.close()

    # what tracees report

    def heard(
        self,
        peer: Peer,
        what: str,
        about: list[Any],
        times: tuple[float, float],
        ends: tuple[socket, socket] | None,
    ) -> None:
        """A note came."""
        tid, *more = about
        if what == "child":
            assert ends is not None
            self.adopt(tid, ends, tid, *more, child=False)
        elif what == "thread":
            self.tracee(tid, peer)
        elif what == "renamed":
            self._renamed(tid, more[0])
        elif tid in self.tracees:
            tracee = self.tracees.pop(tid)
            self.tracees[tid] = tracee  # the last one now
            tracee.times = times
            if what == "stop":
                tracee.stop, tracee.reported = more[0], False
                self._signal(tid, sig.CLD_TRAPPED, more[0] & 0x7F)
            elif tid != peer.pid or not peer.child:
                self._ended(tracee, more[0])

    def _renamed(self, old: int, new: int) -> None:
        tracee = self.tracees.pop(old, None)
        if tracee is not None:
            tracee.tid = new
            self.tracees[new] = tracee

    def _ended(self, tracee: Tracee, status: int) -> None:
        if tracee.ended is None:
            tracee.ended, tracee.stop, tracee.reported = status, 0, False
            self._signal(tracee.tid, tracee.code, tracee.value)

    def lost(self, peer: Peer) -> None:
        """The tracee's process is gone: who did not say how was killed."""
        if self.peers.get(peer.pid) is not peer:
            return
        peer.gone = True
        for tracee in list(self.tracees.values()):
            if tracee.peer is peer and not (peer.child and tracee.tid == peer.pid):
                self._ended(tracee, sig.SIGKILL)
        self._wake()

    def _signal(self, tid: int, code: int, status: int) -> None:
        action = self.process.handlers[sig.SIGCHLD]
        if code != sig.CLD_TRAPPED or not action.flags & sig.SA_NOCLDSTOP:
            info = SigInfo(sig.SIGCHLD, code, pid=tid, uid=os.getuid(), status=status)
            self.process.post(info)
        self._wake()

    def _wake(self) -> None:
        for sleep in list(self.process.child_waits):
            self.process.scheduler.wake(sleep)

    # waiting

    def reported(self, wanted: Callable[[Tracee], bool], options: int) -> Tracee | None:
        """A tracee that wait4 with these options has to report."""
        for peer in list(self.peers.values()):
            peer.take_in()
        for tracee in self.tracees.values():
            ends = tracee.ended is not None
            if not tracee.reported and wanted(tracee) and (not ends or options & abi.WEXITED):
                if not options & abi.WNOWAIT:
                    tracee.reported = True
                    if ends:
                        self._forget(tracee.tid)
                return tracee
        return None

    def wait(self, wanted: Callable[[Tracee], bool], host: Callable[[], int]) -> int:
        """What the host's wait finds; ECHILD if that is so and no tracee is wanted either."""
        try:
            found = host()
        except LinuxError as error:
            left = [t for t in self.tracees.values() if wanted(t)]
            if error.errno != ECHILD or all(_reaped(t) for t in left):
                raise
            return 0
        self.waited(found)
        return found

    def waited(self, pid: int) -> None:
        """The host's wait has told something of a process, or of none (0)."""
        if pid in self.tracees and not os.path.exists(f"/proc/{pid}"):
            self._forget(pid)  # the end of a child


def _reaped(tracee: Tracee) -> bool:
    """The host's wait was to report the end, and does not know the child any more."""
    peer = tracee.peer
    return peer.gone and peer.child and tracee.tid == peer.pid


def tracer(process: Process) -> Tracer:
    """The process's record of whom it traces, which exists from now on."""
    state = tracing(process)
    if state.tracer is None:
        state.tracer = Tracer(process)
    return state.tracer
