"""-o and -ff: the files that strace(1)'s lines go to."""

from __future__ import annotations

import os

from ..exec.appending import append

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.files import Files

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC


class Output:
    """One file for all, or with `separate` one for each thread: PATH.TID. Lines arrive whole."""

    def __init__(self, files: Files, path: str, *, separate: bool) -> None:
        """OSError when `path` can't be written."""
        self._files = files
        self._path = os.path.join(os.getcwd(), path)  # the guest may change its directory
        self._separate = separate
        self._fds: dict[int, int] = {}
        self._open(os.getpid())

    def _open(self, tid: int) -> int:
        name = f"{self._path}.{tid}" if self._separate else self._path
        fd = self._files.create(lambda: os.open(name, _FLAGS, 0o666))
        self._fds[tid if self._separate else 0] = fd
        return fd

    def line(self, tid: int, text: str) -> None:
        """A line of thread `tid`; a full disk does not end the guest."""
        fd = self._fds.get(tid if self._separate else 0)
        try:
            append(self._open(tid) if fd is None else fd, text)
        except OSError:
            return

    def ended(self, tid: int) -> None:
        """Thread `tid` has written its last line."""
        fd = self._fds.pop(tid, None) if self._separate else None
        if fd is not None:
            self._files.unreserve(fd)

    def forked(self) -> None:
        """In a forked child, whose thread has another id."""
        if self._separate:
            for tid in list(self._fds):
                self.ended(tid)
