"""/proc/<pid>/mem and pagemap: a process's memory as files, whatever its pages permit."""

from __future__ import annotations

import os
from errno import EBADF, EINVAL, EIO

from ..exec import hostcall
from ..exec.arena import PAGE
from ..exec.errors import LinuxError
from ..exec.files import SpecialFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.memory import AddressSpace
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

_ENTRY = 8  # bytes of a page in pagemap


class Positioned(SpecialFile):
    """A file with positions, which the host's descriptor keeps, and without an end."""

    def __init__(self, pid: int, name: str) -> None:
        self.name = f"/proc/{pid}/{name}"
        self.path = self.name.encode()

    def seek(self, t: Thread, fd: int, offset: int, whence: int) -> int:
        """Any position; there is no end to count from."""
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


class MemoryFile(Positioned):
    """/proc/<pid>/mem: position in the file = guest address."""

    def __init__(self, access: int, pid: int) -> None:
        super().__init__(pid, "mem")
        self._access = access

    def pread(self, t: Thread, size: int, offset: int) -> bytes:
        """Bytes there, whatever their protection; EIO in a hole."""
        if self._access == os.O_WRONLY:
            raise LinuxError(EBADF)
        data = self._peek(t, offset, size)
        if size and not data:
            raise LinuxError(EIO)
        return data

    def pwrite(self, t: Thread, data: bytes, offset: int) -> int:
        """How many bytes were written."""
        if self._access == os.O_RDONLY:
            raise LinuxError(EBADF)
        done = self._poke(t, offset, data)
        if data and not done:
            raise LinuxError(EIO)
        return done

    def _peek(self, t: Thread, addr: int, size: int) -> bytes:
        return t.memory.peek_prefix(addr, size)

    def _poke(self, t: Thread, addr: int, data: bytes) -> int:
        size = len(t.memory.peek_prefix(addr, len(data)))
        t.memory.poke(addr, data[:size])
        return size


class PageMap(Positioned):
    """/proc/self/pagemap: the host's entries of what is mapped (man 5 proc)."""

    def __init__(self, pid: int) -> None:
        super().__init__(pid, "pagemap")

    def pread(self, t: Thread, size: int, offset: int) -> bytes:
        """Whole entries."""
        if size % _ENTRY or offset % _ENTRY:
            raise LinuxError(EINVAL)
        return entries(t.memory, offset // _ENTRY, size // _ENTRY)

    def pwrite(self, t: Thread, data: bytes, offset: int) -> int:
        raise LinuxError(EBADF)


def entries(memory: AddressSpace, first: int, count: int) -> bytes:
    """Of pages from `first` on; nothing is present where nothing is mapped."""
    count = min(count, max(0, memory.size // PAGE - first))
    data = bytearray(_ENTRY * count)
    host = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    try:
        for vma in memory.vmas.within(first * PAGE, (first + count) * PAGE):
            at, end = max(vma.start // PAGE, first), min(vma.end // PAGE, first + count)
            place = _ENTRY * (memory.base // PAGE + at)
            found = os.pread(host, _ENTRY * (end - at), place) if vma.prot else b""
            data[_ENTRY * (at - first) : _ENTRY * (at - first) + len(found)] = found
    finally:
        os.close(host)
    return bytes(data)
