"""Waiting for children and tracees (man 2 wait4, waitid)."""

from __future__ import annotations

import ctypes
import os
from errno import EAGAIN, ECHILD
from fcntl import F_GETFL

from ..exec import hostcall
from ..exec.abi import processes as abi
from ..exec.abi import signals as sig
from ..exec.abi import signames
from ..exec.abi.clocks import Timeval
from ..exec.abi.processes import Rusage
from ..exec.arrivals import HOST_MODEL
from ..exec.errors import ERESTARTSYS, LinuxError
from ..exec.hostthreads import ignored
from ..exec.signals import SigInfo
from ..exec.waiting import Wait, in_helper
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from ..exec.thread import Thread
    from ..exec.tracing.state import Seen
    from ..exec.waiting import Blocking
    from .args import Addr, IdType, Out, Pid, WaitOptions

_HOST_ORDER: Literal["little", "big"] = "little" if HOST_MODEL.order == "<" else "big"


@syscall
def wait4(
    t: Thread, upid: Pid, stat_addr: Addr, options: WaitOptions, ru: Out[Rusage]
) -> Blocking[int]:
    status = ctypes.create_string_buffer(4)
    usage = ctypes.create_string_buffer(hostcall.size(Rusage))

    def host(extra: int) -> int:
        return hostcall.call("wait4", upid, status, options | extra, usage)

    attempt = Attempt(t, _of_wait4(upid), options | abi.WEXITED, host)
    pid = yield from _for_child(t, attempt, options)
    found = attempt.tracee
    if pid and stat_addr:
        seen = int.from_bytes(status.raw, _HOST_ORDER) if found is None else found.status
        t.memory.set_u32(stat_addr, signames.status_to(t.arch.model.signals, seen))
    if pid and ru:
        ru.write(hostcall.unpack(Rusage, usage.raw) if found is None else _usage(found))
    return pid


def _of_wait4(upid: int) -> Callable[[Seen], bool]:
    """Whether wait4 waits for a tracee."""
    if upid > 0:
        return lambda tracee: tracee.tid == upid
    return lambda tracee: upid == -1 or _group(tracee) == (-upid or os.getpgrp())


def _group(tracee: Seen) -> int:
    try:
        return os.getpgid(tracee.pid)
    except OSError:
        return 0


def _usage(tracee: Seen) -> Rusage:
    user, system = (
        Timeval(tv_sec=int(seconds), tv_usec=int(seconds % 1 * 1e6)) for seconds in tracee.times
    )
    return Rusage(ru_utime=user, ru_stime=system)


class Attempt:
    """One look for a child: among those we trace first, then by the host's wait."""

    def __init__(
        self, t: Thread, wanted: Callable[[Seen], bool], options: int, host: Callable[[int], int]
    ) -> None:
        self.process = t.process
        self.wanted = wanted
        self.options = options
        self.host = host
        self.tracee: Seen | None = None  # what was found, when it is one

    def __call__(self) -> int:
        """The id of a thread or process that has something to report, 0 for none. ECHILD."""
        tracing = self.process.tracing
        if tracing is None:
            return self.host(abi.WNOHANG)
        found = tracing.wait(self.wanted, self.options, lambda: self.host(abi.WNOHANG))
        if isinstance(found, int):
            return found
        self.tracee = found
        return found.tid

    def by_host(self, t: Thread) -> Blocking[int]:
        """What the host's wait finds when it sleeps; 0 if a tracee may have something to report."""
        p = t.process
        try:
            found = yield from in_helper(t, lambda: self.host(0), p.child_waits)
        except LinuxError as error:
            if error.errno != ERESTARTSYS:
                raise
            found = self()
            if not found and t.has_signal():
                raise
            return found
        if p.tracing is not None and p.tracing.tracer is not None:
            p.tracing.tracer.waited(found)
        return found


@syscall
def waitid(
    t: Thread, which: IdType, upid: Pid, infop: Addr, options: WaitOptions, ru: Out[Rusage]
) -> Blocking[int]:
    raw = ctypes.create_string_buffer(128)
    usage = ctypes.create_string_buffer(hostcall.size(Rusage))

    def host(extra: int) -> int:
        hostcall.call("waitid", which, upid, raw, options | extra, usage)
        return int.from_bytes(raw.raw[:4], _HOST_ORDER)

    attempt = Attempt(t, _of_waitid(which, upid), options, host)
    found, failure = 0, None
    impatient = which == abi.P_PIDFD and not options & abi.WNOHANG and _is_nonblocking(upid)
    if impatient:
        options |= abi.WNOHANG
    try:
        found = yield from _for_child(t, attempt, options)
        if impatient and not found:
            raise LinuxError(EAGAIN)
    except LinuxError as error:
        failure = error  # infop is written all the same, and a bad one is what is reported
    if infop:
        info = SigInfo.unpack(HOST_MODEL, raw.raw) if found else SigInfo(0, 0)
        if attempt.tracee is not None:
            seen = attempt.tracee
            info = SigInfo(sig.SIGCHLD, seen.code, pid=seen.tid, uid=os.getuid(), status=seen.value)
        _tell(t, infop, info.pack(t.arch.model))
    if failure:
        raise failure
    if found and ru:
        host_says = hostcall.unpack(Rusage, usage.raw)
        ru.write(host_says if attempt.tracee is None else _usage(attempt.tracee))
    return 0


def _is_nonblocking(pidfd: int) -> bool:
    """Whether it was opened with PIDFD_NONBLOCK."""
    try:
        return bool(hostcall.call("fcntl", pidfd, F_GETFL) & os.O_NONBLOCK)
    except LinuxError:
        return False


def _tell(t: Thread, infop: int, packed: bytes) -> None:
    """Write the six fields that waitid(2) writes, and nothing between and behind them."""
    head, at = 12, 8 + t.arch.model.word
    t.memory.write(infop, packed[:head])
    t.memory.write(infop + at, packed[at : at + head])


def _of_waitid(which: int, upid: int) -> Callable[[Seen], bool]:
    if which == abi.P_PID:
        return lambda tracee: tracee.tid == upid
    if which == abi.P_PGID:
        return lambda tracee: _group(tracee) == (upid or os.getpgrp())
    return lambda _: which == abi.P_ALL


def _for_child(t: Thread, attempt: Attempt, options: int) -> Blocking[int]:
    """Repeat the host's non-blocking wait at each SIGCHLD until it finds a child."""
    silent = ignored(sig.SIGCHLD) or t.process.quiet_children
    while True:
        found = attempt()
        if not found and silent and not options & abi.WNOHANG:
            # No SIGCHLD may come; the host's own wait ends with ECHILD when no child is left.
            try:
                found = yield from attempt.by_host(t)
            except LinuxError as error:
                if error.errno != ECHILD or t.process.tracing is None:
                    raise
                silent = False  # those we trace that are no children of ours wake us
            if not found:
                continue
        if found:
            t.process.scheduler.look()  # its SIGCHLD comes before the call returns
        if found or options & abi.WNOHANG:
            return found
        sleep, sleeps = Wait(), t.process.child_waits
        sleeps.append(sleep)
        try:
            yield sleep
        finally:
            sleeps.remove(sleep)  # in the child of another thread's fork, too, which has its own
        if sleep.interrupted and not sleep.woken:
            found = attempt()
            if found:
                return found
            raise LinuxError(ERESTARTSYS)
