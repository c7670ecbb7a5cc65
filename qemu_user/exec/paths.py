"""Paths that mean something else to the guest than to the host: -L's prefix and its own /proc."""

from __future__ import annotations

import os
from errno import ENOENT, ENXIO

from .errors import LinuxError
from .hostcall import AT_FDCWD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from .thread import Thread
    from .tracing.tracer import Tracer

    Traced: TypeAlias = tuple[Tracer, int, bytes]

# Last components of the files under /proc/<pid> that are not left to the host.
_GENERATED = frozenset(b"maps smaps smaps_rollup auxv cmdline environ stat statm status".split())
_OWN_THREAD = b"/proc/thread-self"
_INTERESTING = _GENERATED | {b"exe", b"mem", b"cpuinfo"}


def host_path(t: Thread, dirfd: int, path: bytes) -> bytes:
    """Where the host has the existing file that a path names: below -L's prefix first."""
    prefix = t.process.options.sysroot
    if not prefix:
        return path
    prefix = prefix.rstrip(b"/")
    if not path.startswith(b"/"):
        return _relative(prefix, dirfd, path) or path
    candidate = prefix + path
    return candidate if os.path.lexists(candidate) else path


def directory(t: Thread, path: bytes) -> bytes:
    """Where a working directory is: the host's first, since getcwd(2) tells its name.

    Relative paths find what is below the prefix from there, too.
    """
    return path if os.path.isdir(path) else host_path(t, AT_FDCWD, path)


def _relative(prefix: bytes, dirfd: int, path: bytes) -> bytes | None:
    """The existing file below the prefix or of the host that a directory's counterpart has."""
    if not path:
        return None
    try:
        base = os.getcwdb() if dirfd == AT_FDCWD else os.readlink(b"/proc/self/fd/%d" % dirfd)
    except OSError:
        return None
    if base == prefix or base.startswith(prefix + b"/"):
        if os.path.lexists(base + b"/" + path):
            return None
        candidate = base[len(prefix) :] + b"/" + path
    elif dirfd == AT_FDCWD:
        while path == b".." or path.startswith(b"../"):
            base, path = os.path.dirname(base), path[3:]
        candidate = prefix + os.path.join(base, path)
    else:
        return None
    return candidate if os.path.lexists(candidate) else None


def follow(t: Thread, dirfd: int, path: bytes) -> bytes:
    """`host_path`, where /proc/self/exe is the guest's program and not the emulator's."""
    if path.startswith(_OWN_THREAD) and path[len(_OWN_THREAD) :][:1] in (b"", b"/"):
        path = b"/proc/%s%s" % (thread_self(t), path[len(_OWN_THREAD) :])
    if _own(t, dirfd, path) == b"exe":
        return program(t)
    return _others_program(t, dirfd, path) or host_path(t, dirfd, path)


def tracee(t: Thread, dirfd: int, path: bytes) -> Traced | None:
    """(tracer, id, name below /proc/<id>) of a file of a thread that we trace; None for others."""
    if t.process.tracing is None:
        return None
    absolute = _absolute(dirfd, path)
    if absolute is None:
        return None
    from .tracing import procfs

    return procfs.split(t.process, absolute)


def _others_program(t: Thread, dirfd: int, path: bytes) -> bytes | None:
    """What another emulated process runs, if the path is that process's /proc/<pid>/exe."""
    if not path.endswith(b"exe"):
        return None
    other = tracee(t, dirfd, path)
    if other is not None and other[2] == b"exe":
        found: bytes = other[0].ask(other[1], "proc", "exe")
        return found
    parts = (_absolute(dirfd, path) or b"").split(b"/")
    if len(parts) < 4 or parts[1] != b"proc" or parts[-1] != b"exe" or not parts[2].isdigit():
        return None
    from .visible import program_of

    return program_of(parts[2])


def thread_self(t: Thread) -> bytes:
    """Where /proc/thread-self leads, which to the host is one thread of the emulator."""
    return b"%d/task/%d" % (t.process.pid, t.tid)


def program(t: Thread) -> bytes:
    """The path of the file that is being run."""
    path: bytes = t.process.image.path
    return path


def link_target(t: Thread, dirfd: int, path: bytes) -> bytes | None:
    """What readlink(2) says where the host would answer for the emulator; None elsewhere."""
    if path == _OWN_THREAD:
        return thread_self(t)
    name = _own(t, dirfd, path)
    if name == b"exe":
        return os.path.realpath(program(t))
    if name is None:
        return _others_program(t, dirfd, path)
    if name is not None and name.startswith(b"fd/") and name[3:].isdigit():
        fd = int(name[3:])
        files = t.process.files
        if fd in files.reserved:
            raise LinuxError(ENOENT)
        special = files.special.get(fd)
        if special is not None:
            return special.name.encode()
    return None


def contents(t: Thread, dirfd: int, path: bytes) -> bytes | None:
    """The text of a file that the guest must see its own version of; None for all others."""
    name = _own(t, dirfd, path)
    if name is None:
        other = tracee(t, dirfd, path)
        if other is None or other[2] not in _GENERATED:
            return None
        text: bytes = other[0].ask(other[1], "proc", other[2].decode())
        return text
    if name == b"/cpuinfo":
        return _cpuinfo(t) if os.path.exists(b"/proc/cpuinfo") else None
    head, _, last = name.rpartition(b"/")
    if head == b"fd" and last.isdigit() and int(last) in t.process.files.special:
        raise LinuxError(ENXIO)  # an anonymous inode cannot be opened again
    if head == b"fdinfo" and last.isdigit() and int(last) in t.process.files.special:
        return _fdinfo(int(last), t.process.files.special[int(last)].fdinfo)
    if last in _GENERATED and (not head or head.startswith(b"task/")):
        from . import procfs

        make: Callable[[Thread, bytes], bytes] = getattr(procfs, last.decode())
        return make(*_subject(t, _absolute(dirfd, path) or b""))
    return None


def _subject(t: Thread, absolute: bytes) -> tuple[Thread, bytes]:
    """Whose file below /proc/<pid> that is, and the directory in which the host has its own.

    What is the process's says of its first thread what is a thread's.
    """
    process, parts = t.process, absolute.split(b"/")
    if parts[2] == b"thread-self":
        return t, b"/proc/self/task/%d" % t.tid
    if parts[3] == b"task":
        return process.threads[int(parts[4])], b"/proc/self/task/" + parts[4]
    return process.threads.get(process.pid, t), b"/proc/self"


def _fdinfo(fd: int, own: str) -> bytes:
    """The host's text for an emulated file: no position, no locks, but lines of its own."""
    with open(f"/proc/self/fdinfo/{fd}") as host:
        lines = [line for line in host if not line.startswith(("pos:", "lock:", "seals:"))]
    return "".join(("pos:\t0\n", *lines, own)).encode()


def is_own_memory(t: Thread, dirfd: int, path: bytes) -> bool:
    """Whether the path is /proc/self/mem."""
    return _own(t, dirfd, path) == b"mem"


def hidden_entries(t: Thread, fd: int) -> set[bytes] | None:
    """Names in the open directory `fd` that belong to the emulator; None when there are none."""
    try:
        path = os.readlink(b"/proc/self/fd/%d" % fd)
    except OSError:
        return None
    name = _of_process(t, path)
    other = tracee(t, AT_FDCWD, path)
    if other is not None and other[2] == b"task":
        shown = other[0].ask(other[1], "proc", "task").split(b"\n")
        return set(os.listdir(path)) - set(shown)
    if name in (b"fd", b"fdinfo") or (name and name.endswith((b"/fd", b"/fdinfo"))):
        return {b"%d" % number for number in t.process.files.reserved}
    if name == b"map_files":
        return {entry for entry in os.listdir(path) if entry[:1] != b"."}
    if name == b"task":
        tids = {b"%d" % tid for tid in t.process.threads}
        return set(os.listdir(b"/proc/self/task")) - tids
    return None


def serve(data: bytes, name: str) -> int:
    """A descriptor from which `data` can be read, as from a file under /proc."""
    writer = os.memfd_create(name, os.MFD_CLOEXEC)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(writer, view) :]
        return os.open(f"/proc/self/fd/{writer}", os.O_RDONLY)
    finally:
        os.close(writer)


def _own(t: Thread, dirfd: int, path: bytes) -> bytes | None:
    """The path below the guest's own /proc/<pid>, "/cpuinfo" for that file, None for others."""
    absolute = _absolute(dirfd, path)
    return None if absolute is None else _of_process(t, absolute)


def _absolute(dirfd: int, path: bytes) -> bytes | None:
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


def _of_process(t: Thread, path: bytes) -> bytes | None:
    parts = path.lstrip(b"/").split(b"/", 2)
    if parts[0] != b"proc" or len(parts) < 2:
        return None
    if len(parts) == 2:
        return b"/cpuinfo" if parts[1] == b"cpuinfo" else None
    who, name = parts[1], parts[2]
    if who == b"thread-self":
        return name
    if who == b"self" or who == b"%d" % t.process.pid:
        if name.startswith(b"task/"):
            return _of_task(t, name)
        return name
    return None


def _of_task(t: Thread, name: bytes) -> bytes:
    """A name below task/<tid> as one of the process's where threads share the file."""
    _, tid, *rest = name.split(b"/", 2)
    if rest and tid.isdigit() and int(tid) in t.process.threads:
        return rest[0]
    if tid.isdigit() and int(tid) not in t.process.threads:
        raise LinuxError(ENOENT)
    return name


def _cpuinfo(t: Thread) -> bytes | None:
    make = t.arch.cpuinfo
    return None if make is None else make(t.process).encode()
