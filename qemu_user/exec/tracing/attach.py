"""How tracing begins: PTRACE_TRACEME, PTRACE_ATTACH and PTRACE_SEIZE."""

from __future__ import annotations

import os
from errno import EPERM, ESRCH

from ..abi import signals as sig
from ..errors import LinuxError
from ..signals import SigInfo
from . import channel
from .answers import callers
from .link import Link
from .state import tracing
from .traced import Traced
from .tracer import tracer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket
    from typing import Any

    from ..process import Process
    from ..thread import Thread


def called(process: Process, pid: int, token: int) -> None:
    """The emulator `pid` wants to trace or visit us, or a child wants to be traced, or has news."""
    kind, about = channel.kind_of(token)
    if kind != channel.MEET:
        tracing(process).child_changed(pid, 0 if kind == channel.CONTINUED else about)
        return
    waiting = callers(process)
    waiting.add(pid, token)
    waiting.finish()


def begun(
    process: Process, pid: int, end: socket, hello: tuple[Any, ...], ends: tuple[socket, socket]
) -> None:
    """`pid` said what it wants, and waits at `end` for the errno."""
    error = 0
    what, *wish = hello
    try:
        if what == "attach":
            _attached(process, pid, ends, *wish)
        else:
            tracer(process).adopt(pid, ends, *wish, child=True)
    except LinuxError as refused:
        error = refused.errno or EPERM
    channel.tell(end, (error,))
    end.close()


def _attached(
    process: Process,
    pid: int,
    ends: tuple[socket, socket],
    tid: int,
    options: int,
    seized: bool,
) -> None:
    t = process.threads.get(tid)
    if t is None or t.traced is not None:
        for end in ends:
            end.close()
        raise LinuxError(ESRCH if t is None else EPERM)
    begin(Link(process, pid, ends), t, options, seized=seized)


def begin(link: Link, t: Thread, options: int, *, seized: bool) -> None:
    """In the tracee: `t` is traced from now on; unless it is seized it gets a SIGSTOP."""
    process = t.process
    t.traced = traced = Traced(t, link, options, seized=seized)
    stop = process.host_stop
    process.group_stop = process.group_stop or stop
    if not seized:
        t.pending.add(SigInfo(sig.SIGSTOP, sig.SI_KERNEL))
    if stop:
        traced.trap, traced.group = seized, 0 if seized else stop
    t.signalled()


def trace_me(t: Thread) -> None:
    """PTRACE_TRACEME. EPERM when it is traced, or its parent is no emulator that forked it."""
    process = t.process
    if t.traced is not None or process.parent != os.getppid():
        raise LinuxError(EPERM)
    theirs, ours = channel.pairs()
    try:
        error = channel.meet(process, process.parent, ("me", t.tid, 0, False), theirs)
    finally:
        for end in theirs:
            end.close()
    if error:
        raise LinuxError(error)
    t.traced = Traced(t, Link(process, process.parent, ours), 0, seized=False)
    tracing(process)


def attach(t: Thread, tid: int, options: int, *, seize: bool) -> None:
    """PTRACE_ATTACH and PTRACE_SEIZE of any emulated process. EPERM, ESRCH."""
    ours = tracer(t.process)
    pid = int(channel.thread_group(tid)["Tgid"])
    if pid == t.process.pid or tid in ours.tracees:
        raise LinuxError(EPERM)
    peer = ours.peers.get(pid)
    if peer is not None:
        peer.ask("attach", tid, options, seize)
        ours.tracee(tid, peer)
        return
    mine, theirs = channel.pairs()
    try:
        error = channel.meet(t.process, pid, ("attach", tid, options, seize), theirs)
    finally:
        for end in theirs:
            end.close()
    if error:
        for end in mine:
            end.close()
        raise LinuxError(error)
    ours.adopt(pid, mine, tid, options, seize, child=_is_child(pid))


def _is_child(pid: int) -> bool:
    return int(channel.thread_group(pid)["PPid"]) == os.getpid()
