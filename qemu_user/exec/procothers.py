"""What the emulators of other guests answer about them below /proc."""

from __future__ import annotations

import os
from time import monotonic_ns

from .errors import LinuxError
from .procself import CONTENTS, HIDDEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .thread import Thread

_PATIENCE = 2_000_000_000  # ns to wait for its answer
_REST = 5_000_000_000  # ns after which one that gave none is asked again
_deaf: dict[int, int] = {}  # these, and until when
# What the host has in place of a file that an emulator implements.
_PLACEHOLDERS = (b"anon_inode:", b"/memfd:", b"/dev/null")


def ask(t: Thread, pid: int, what: str, tid: int, name: bytes) -> bytes | list[bytes] | None:
    """`procself.answer` of the process that `pid` belongs to, which is not ours.

    None where that is no guest, or can't answer: it is stopped, or another user's.
    """
    tracing = t.process.tracing
    tracer = None if tracing is None else tracing.tracer
    if tracer is not None and (tid or pid) in tracer.tracees:
        if not tid and tracer.tracees[pid].peer.pid != pid:
            tid = pid
        found: bytes | list[bytes] | None = tracer.ask(tid or pid, "proc", what, tid, name)
        return found
    if not _may_be_emulated(pid):
        return None
    from .tracing import visit

    begin = monotonic_ns()
    if _deaf.get(pid, 0) > begin:
        return None
    try:
        visited = visit.Visit(t.process, pid, _PATIENCE)
    except LinuxError:
        if monotonic_ns() > begin + _PATIENCE:
            _deaf[pid] = monotonic_ns() + _REST
        return None
    try:
        if visited.pid != pid and not tid:
            tid = pid  # /proc/<tid> of another thread than the first
        found = visited.ask(what, tid, name)
    finally:
        visited.close()
    return found


def _may_be_emulated(pid: int) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/exe") == os.readlink("/proc/self/exe")
    except OSError:
        return False


def contents(t: Thread, pid: int, tid: int, name: bytes) -> bytes | None:
    """The text of a file; None where it is the host's."""
    if name.startswith(b"fd/"):
        return None
    found = ask(t, pid, CONTENTS, tid, name)
    assert not isinstance(found, list)
    return found


def link_target(t: Thread, pid: int, tid: int, name: bytes) -> bytes | None:
    """Where a link leads; None where the host says it."""
    if name == b"exe":
        from .visible import program_of

        return program_of(b"%d" % pid)
    try:
        host = os.readlink(b"/proc/%d/%s" % (pid, name))
    except OSError:
        return None
    if not host.startswith(_PLACEHOLDERS):
        return None
    found = ask(t, pid, "link", tid, name)
    assert not isinstance(found, list)
    return found


def hidden(t: Thread, pid: int, tid: int, name: bytes) -> list[bytes] | None:
    """Names in a directory that belong to its emulator."""
    found = ask(t, pid, HIDDEN, tid, name)
    assert not isinstance(found, bytes)
    return found
