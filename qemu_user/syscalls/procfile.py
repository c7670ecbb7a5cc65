"""An open file below /proc whose text the emulator makes (man 5 proc)."""

from __future__ import annotations

import os
from errno import EINVAL, ESRCH

from ..exec import hostcall, paths
from ..exec.errors import LinuxError
from ..exec.files import SpecialFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.procnames import Named
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

    Make = Callable[[Thread], bytes | None]


class ProcFile(SpecialFile):
    """Its text is made anew whenever it is read from the beginning.

    The host's descriptor is that of a file with the text of the beginning, and keeps the position.
    """

    in_part = True
    on_host = True

    def __init__(self, name: bytes, path: bytes, text: bytes, make: Make) -> None:
        self.name = name.decode(errors="replace")
        self.path = path
        self._make = make
        self._text = text
        self._fresh = True

    def pread(self, t: Thread, size: int, offset: int) -> bytes:
        """Text from there on. ESRCH when the process is gone."""
        if not offset and not self._fresh:
            text = self._make(t)
            if text is None:
                raise LinuxError(ESRCH)
            self._text = text
        self._fresh = False
        return self._text[offset : offset + size]

    def read(self, t: Thread, fd: int, size: int) -> Blocking[bytes]:
        data = self.pread(t, size, os.lseek(fd, 0, os.SEEK_CUR))
        os.lseek(fd, len(data), os.SEEK_CUR)
        return data
        yield

    def seek(self, t: Thread, fd: int, offset: int, whence: int) -> int:
        """There is no end to count from."""
        if whence not in (os.SEEK_SET, os.SEEK_CUR):
            raise LinuxError(EINVAL)
        return hostcall.call("lseek", fd, offset, whence)


def open_own(t: Thread, where: Named, path: bytes) -> int | None:
    """A descriptor of a file below /proc/<pid>, as `open_text`."""
    pid, tid, name = where
    below = b"task/%d/" % tid if tid else b""
    whole = b"/proc/%d/%s%s" % (pid, below, name)
    return open_text(t, whole, path, lambda reader: paths.contents(reader, where))


def open_text(t: Thread, name: bytes, path: bytes, make: Make) -> int | None:
    """A descriptor, close-on-exec; None where the text is the host's."""
    text = make(t)
    if text is None:
        return None
    fd = paths.serve(text, os.path.basename(path).decode(errors="replace"))
    return t.process.files.install(fd, ProcFile(name, path, text, make))
