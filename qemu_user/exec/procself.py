"""What this process answers about itself below /proc, to its guest and to other emulators."""

from __future__ import annotations

import os
from errno import ENOENT, ENXIO

from . import paths, procnames
from .errors import LinuxError
from .procnames import GENERATED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .process import Process
    from .thread import Thread

CONTENTS, LINK, HIDDEN = "contents", "link", "hidden"


def answer(p: Process, what: str, tid: int, name: bytes) -> bytes | list[bytes] | None:
    """What `what` (CONTENTS, LINK or HIDDEN) says of the file `name` of the process or thread."""
    if what == CONTENTS:
        return contents(p, tid, name)
    if what == LINK:
        return link_target(p, name)
    return hidden(p, name)


def contents(p: Process, tid: int, name: bytes, asking: Thread | None = None) -> bytes | None:
    """The text of a file that the host would say something else in; None for all others.

    `asking` is the thread of ours that reads it.
    """
    head, _, last = name.rpartition(b"/")
    if head in (b"fd", b"fdinfo") and last.isdigit():
        special = p.files.special.get(int(last))
        if special is not None and head == b"fd" and not special.path:
            raise LinuxError(ENXIO)  # an anonymous inode cannot be opened again
        return _fdinfo(int(last), special.fdinfo) if special and head == b"fdinfo" else None
    if head or last not in GENERATED:
        return None
    from . import procfs

    t, where = procnames.subject(p, tid)
    if last == b"syscall" and not (t is asking or p.scheduler.is_asleep(t)):
        return b"running\n"
    make: Callable[[Thread, bytes], bytes] = getattr(procfs, last.decode())
    return make(t, where)


def link_target(p: Process, name: bytes) -> bytes | None:
    """What readlink(2) says where the host would answer for the emulator; None elsewhere."""
    if name == b"exe":
        return os.path.realpath(paths.program(p))
    if name.startswith(b"fd/") and name[3:].isdigit():
        fd = int(name[3:])
        if fd in p.files.reserved:
            raise LinuxError(ENOENT)
        special = p.files.special.get(fd)
        if special is not None:
            return special.name.encode()
    return None


def hidden(p: Process, name: bytes) -> list[bytes] | None:
    """Names in a directory that belong to the emulator; None for directories without them."""
    if name in (b"fd", b"fdinfo"):
        return [b"%d" % number for number in p.files.reserved]
    if name == b"map_files":
        return [entry for entry in os.listdir(b"/proc/self/map_files") if entry[:1] != b"."]
    if name == b"task":
        tids = {b"%d" % tid for tid in p.threads}
        return [tid for tid in os.listdir(b"/proc/self/task") if tid not in tids]
    return None


def _fdinfo(fd: int, own: str) -> bytes:
    """The host's text for an emulated file: no position, no locks, but lines of its own."""
    with open(f"/proc/self/fdinfo/{fd}") as host:
        lines = [line for line in host if not line.startswith(("pos:", "lock:", "seals:"))]
    return "".join(("pos:\t0\n", *lines, own)).encode()
