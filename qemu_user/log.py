"""Where -strace and -d write: whole lines, to stderr or to -D's file."""

from __future__ import annotations

import os

from .exec.hostcall import unlimited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .exec.files import Files

ITEMS = {
    "strace": "log every user-mode syscall, its input, and its result",
    "unimp": "log system calls and requests that are not implemented, each once",
    "int": "log processor exceptions",
    "uintr": "log user interrupts: posted, notified, delivered, returned from",
}


def say(text: str) -> None:
    """A line on stderr, if that can be written."""
    try:
        os.write(2, text.encode(errors="surrogateescape") + b"\n")
    except OSError:
        return


class Log:
    """One descriptor, hidden from the guest; each line is one write."""

    def __init__(self, files: Files, path: str | None, wanted: bool) -> None:
        """OSError when `path` (%d: the process's id) can't be written.

        What is not `wanted` must not hold stderr: whoever reads its other end waits for a daemon
        to close it.
        """
        self._files = files
        self._path = path
        self.fd = 2
        self._append: Callable[[int, str], None] | None = None
        if wanted:
            self._open()

    def _open(self) -> None:
        """Take stderr's place; a descriptor of our own, so that the guest may close 2."""
        if self._path is None:
            try:
                fd = os.dup(2)
            except OSError:
                fd = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        else:
            name = self._path.replace("%d", str(os.getpid()), 1)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
            fd = os.open(name, flags, 0o666)
        self.fd = self._files.reserve(fd)

    def forked(self) -> None:
        """A child has a file of its own if the name says so."""
        if self._path is not None and "%d" in self._path:
            self._files.unreserve(self.fd)
            self._open()

    def line(self, text: str) -> None:
        """Write one line; a full disk or a closed pipe does not end the guest."""
        if self._append is None:
            self._append = unlimited(_appending)
        self._append(self.fd, text)


def _appending() -> Callable[[int, str], None]:
    from .exec.appending import append

    return append
