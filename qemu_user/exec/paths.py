"""Paths that mean something else to the guest than to the host: -L's prefix and its own /proc."""

from __future__ import annotations

import os
from errno import ETXTBSY

from . import procnames
from .errors import LinuxError
from .hostcall import AT_FDCWD
from .procnames import GENERATED, named, of_absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .process import Process
    from .procnames import Named
    from .thread import Thread

_DIRECTORIES = frozenset((b"fd", b"fdinfo", b"task", b"map_files"))


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
    path = procnames.own_thread(t, path)
    if path.endswith(b"exe"):
        found = _link(t, named(t, dirfd, path))
        if found is not None:
            return found
    return host_path(t, dirfd, path)


def program(p: Process) -> bytes:
    """The path of the file that is being run."""
    path: bytes = p.image.path
    return path


def check_not_running(t: Thread, dirfd: int, path: bytes) -> None:
    """LinuxError(ETXTBSY) for the program's own file, which nobody may write to (man 2 open)."""
    vma = t.memory.vmas.at(t.process.image.code_start)
    if vma is None or (backing := vma.backing) is None:
        return
    try:
        about = os.stat(path, dir_fd=None if dirfd == AT_FDCWD else dirfd)
    except (OSError, ValueError):
        return
    if (backing.dev, backing.ino) == (about.st_dev, about.st_ino):
        raise LinuxError(ETXTBSY)


def link_target(t: Thread, dirfd: int, path: bytes) -> bytes | None:
    """What readlink(2) says where the host would answer for the emulator; None elsewhere."""
    if procnames.is_own_thread(path):
        return procnames.thread_self(t)
    return _link(t, named(t, dirfd, path))


def _link(t: Thread, where: Named | None) -> bytes | None:
    if where is None or (where[2] != b"exe" and not where[2].startswith(b"fd/")):
        return None
    pid, tid, name = where
    if pid == t.process.pid:
        if name == b"exe":
            return os.path.realpath(program(t.process))
        from . import procself

        return procself.link_target(t.process, name)
    from . import procothers

    return procothers.link_target(t, pid, tid, name)


def generated(where: Named) -> bool:
    """Whether the guest must see its own version of that file below /proc/<pid>."""
    head, _, last = where[2].rpartition(b"/")
    return head in (b"fd", b"fdinfo") or (not head and last in GENERATED)


def contents(t: Thread, where: Named) -> bytes | None:
    """The text of such a file; None where it is the host's."""
    pid, tid, name = where
    if pid == t.process.pid:
        from . import procself

        return procself.contents(t.process, tid, name, t)
    from . import procothers

    return procothers.contents(t, pid, tid, name)


def cpuinfo(t: Thread) -> bytes | None:
    """The text of /proc/cpuinfo; None where it is the host's."""
    make = t.arch.cpuinfo
    return make(t.process).encode() if make and os.path.exists(b"/proc/cpuinfo") else None


def hidden_entries(t: Thread, fd: int) -> frozenset[bytes] | None:
    """Names in the open directory `fd` that belong to the emulator; None when there are none."""
    try:
        path = os.readlink(b"/proc/self/fd/%d" % fd)
    except OSError:
        return None
    where = of_absolute(t, path) if path.startswith(b"/proc/") else None
    if where is None or where[2] not in _DIRECTORIES:
        return None
    pid, tid, name = where
    if pid == t.process.pid:
        from . import procself

        found = procself.hidden(t.process, name)
    else:
        from . import procothers

        found = procothers.hidden(t, pid, tid, name)
    return None if found is None else frozenset(found)


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
