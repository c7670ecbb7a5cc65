"""/proc/self/mem: the guest's memory as a file, whatever its pages permit."""

from __future__ import annotations

import os
from errno import EBADF, EINVAL, EIO

from ..exec import hostcall
from ..exec.errors import LinuxError
from ..exec.files import SpecialFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking


class MemoryFile(SpecialFile):
    """Position in the file = guest address; the host's descriptor keeps the position."""

    name = "/proc/self/mem"

    def __init__(self, access: int) -> None:
        self._access = access

    def pread(self, t: Thread, size: int, offset: int) -> bytes:
        if self._access == os.O_WRONLY:
            raise LinuxError(EBADF)
        size = self._mapped(t, offset, size)
        return t.memory.peek(offset, size) if size else b""

    def pwrite(self, t: Thread, data: bytes, offset: int) -> int:
        if self._access == os.O_RDONLY:
            raise LinuxError(EBADF)
        size = self._mapped(t, offset, len(data))
        if size:
            t.memory.poke(offset, data[:size])
        return size

    def seek(self, t: Thread, fd: int, offset: int, whence: int) -> int:
        """Any address; there is no end to count from."""
        if whence not in (os.SEEK_SET, os.SEEK_CUR):
            raise LinuxError(EINVAL)
        return hostcall.call("lseek", fd, offset, whence)

    def read(self, t: Thread, fd: int, size: int) -> Blocking[bytes]:
        data = self.pread(t, size, os.lseek(fd, 0, os.SEEK_CUR))
        os.lseek(fd, len(data), os.SEEK_CUR)
        return data
        yield

    def write(self, t: Thread, fd: int, data: bytes) -> Blocking[int]:
        done = self.pwrite(t, data, os.lseek(fd, 0, os.SEEK_CUR))
        os.lseek(fd, done, os.SEEK_CUR)
        return done
        yield

    def _mapped(self, t: Thread, addr: int, size: int) -> int:
        """How many bytes from `addr` on are mapped; EIO when there are none."""
        at, end = addr, addr + size
        while at < end and (vma := t.memory.vmas.at(at)) is not None:
            at = vma.end
        if at == addr and size:
            raise LinuxError(EIO)
        return min(at, end) - addr
