"""Whose file below /proc a path names (man 5 proc)."""

from __future__ import annotations

import os
from errno import ENOENT

from .errors import LinuxError
from .hostcall import AT_FDCWD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from .process import Process
    from .thread import Thread

    Named: TypeAlias = tuple[int, int, bytes]

# Names of files that a process or thread says about itself, because the host's would be about
# the emulator.
GENERATED = frozenset(
    b"maps smaps smaps_rollup numa_maps auxv cmdline environ stat statm status sched schedstat"
    b" syscall limits".split()
)
MEMORY = frozenset((b"mem", b"pagemap"))
_INTERESTING = GENERATED | MEMORY | {b"exe", b"cpuinfo"}
_OWN_THREAD = b"/proc/thread-self"


def named(t: Thread, dirfd: int, path: bytes) -> Named | None:
    """(process or thread, thread if one is named below task/, name) of a file below /proc/<pid>.

    ENOENT for threads of the emulator; None for other files.
    """
    whole = absolute(dirfd, path)
    return None if whole is None else of_absolute(t, whole)


def of_absolute(t: Thread, path: bytes) -> Named | None:
    """`named` of a normalised path."""
    parts = path.split(b"/", 3)
    if len(parts) < 4 or parts[0] or parts[1] != b"proc":
        return None
    p, who, name = t.process, parts[2], parts[3]
    if who == b"thread-self":
        return p.pid, t.tid, name
    if who == b"self":
        who = b"%d" % p.pid
    if not who.isdigit():
        return None
    pid, tid = int(who), 0
    if pid in p.threads:
        pid, tid = p.pid, 0 if pid == p.pid else pid
    if name.startswith(b"task/"):
        _, below, *rest = name.split(b"/", 2)
        if below.isdigit():
            if pid == p.pid and int(below) not in p.threads:
                raise LinuxError(ENOENT)
            return (pid, int(below), rest[0]) if rest else None
    return pid, tid, name


def absolute(dirfd: int, path: bytes) -> bytes | None:
    """The whole of a path that may lead below /proc; None for others."""
    if path.startswith(b"/"):
        return os.path.normpath(path) if b"/proc" in path else None
    last = path.rpartition(b"/")[2]
    if last not in _INTERESTING and not last.isdigit():
        return None
    try:
        at = b"/proc/self/cwd" if dirfd == AT_FDCWD else b"/proc/self/fd/%d" % dirfd
        base = os.readlink(at)
    except OSError:
        return None
    return os.path.normpath(base + b"/" + path) if base.startswith(b"/proc") else None


def own_thread(t: Thread, path: bytes) -> bytes:
    """The path, where /proc/thread-self is the guest's and not one thread of the emulator."""
    if path.startswith(_OWN_THREAD) and path[len(_OWN_THREAD) :][:1] in (b"", b"/"):
        return b"/proc/%s%s" % (thread_self(t), path[len(_OWN_THREAD) :])
    return path


def is_own_thread(path: bytes) -> bool:
    """Whether that is /proc/thread-self, which is a symbolic link."""
    return path == _OWN_THREAD


def thread_self(t: Thread) -> bytes:
    """Where /proc/thread-self leads."""
    return b"%d/task/%d" % (t.process.pid, t.tid)


def subject(p: Process, tid: int) -> tuple[Thread, bytes]:
    """The thread that a file is about, and the directory in which the host has its own.

    What is the process's says of its first thread what is a thread's. ESRCH.
    """
    if tid and tid in p.threads:
        return p.threads[tid], b"/proc/self/task/%d" % tid
    if tid:
        raise LinuxError(ENOENT)
    return p.threads.get(p.pid) or next(iter(p.threads.values())), b"/proc/self"
