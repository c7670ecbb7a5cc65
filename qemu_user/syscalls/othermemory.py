"""The memory of another process: process_vm_readv(2), process_vm_writev(2), /proc/pid/mem."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from errno import EBADF, EFAULT, EINVAL, EIO

from ..exec.cpu import READ, WRITE
from ..exec.errors import LinuxError
from ..exec.tracing import visit
from ..exec.tracing.channel import thread_group
from .ownmemory import MemoryFile
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..exec.thread import Thread
    from .args import IoVecIn, IoVecOut, Pid, ULong

    Transfer = Callable[[str, int, object], object]

PIECE = 1 << 18  # bytes asked for in one message
NOTE = "only of emulated processes; of those that are stopped, only tracees"
_OWN: dict[str, Callable[..., object]] = {"read": visit.read, "write": visit.write}


@syscall(note=NOTE)
def process_vm_readv(t: Thread, pid: Pid, local: IoVecOut, remote: IoVecIn, flags: ULong) -> int:
    pieces = _pieces(t, local, remote, flags)
    if not pieces:
        return 0
    with _transfer(t, pid) as transfer:
        done = 0
        for ours, theirs, size in pieces:
            data = transfer("read", theirs, size)
            assert isinstance(data, bytes)
            size = min(len(data), t.memory.permitted(ours, size, WRITE))
            t.memory.write(ours, data[:size])
            done += size
            if not size or size < len(data):
                break
    if not done:
        raise LinuxError(EFAULT)
    return done


@syscall(note=NOTE)
def process_vm_writev(t: Thread, pid: Pid, local: IoVecIn, remote: IoVecIn, flags: ULong) -> int:
    pieces = _pieces(t, local, remote, flags)
    if not pieces:
        return 0
    with _transfer(t, pid) as transfer:
        done = 0
        for ours, theirs, size in pieces:
            data = t.memory.read(ours, t.memory.permitted(ours, size, READ))
            written = transfer("write", theirs, data)
            assert isinstance(written, int)
            done += written
            if written < size:
                break
    if not done:
        raise LinuxError(EFAULT)
    return done


@contextmanager
def _transfer(t: Thread, pid: int) -> Iterator[Transfer]:
    """How to reach the memory of a process: our own, a tracee's or another one's."""
    tracer = t.process.tracing.tracer if t.process.tracing is not None else None
    if pid in t.process.threads:
        yield lambda name, addr, what: _OWN[name](t.memory, addr, what)
    elif tracer is not None and pid in tracer.tracees:
        yield lambda name, addr, what: tracer.ask(pid, name, addr, what)
    else:
        with closing(visit.Visit(int(thread_group(pid)["Tgid"]))) as visited:
            yield visited.ask


def _pieces(
    t: Thread, local: IoVecIn | IoVecOut, remote: IoVecIn | IoVecOut, flags: int
) -> list[tuple[int, int, int]]:
    """(our address, theirs, bytes) where both vectors run on; errors in the kernel's order."""
    if flags:
        raise LinuxError(EINVAL)
    ours = [[addr, size] for addr, size in local.segments() if size]
    if any(addr + size > 1 << t.arch.task_bits for addr, size in ours):
        raise LinuxError(EFAULT)
    if not ours:
        return []
    theirs = [[addr, size] for addr, size in remote.segments() if size]
    return list(_pairs(ours, theirs))


def _pairs(ours: list[list[int]], theirs: list[list[int]]) -> Iterator[tuple[int, int, int]]:
    while ours and theirs:
        size = min(ours[0][1], theirs[0][1], PIECE)
        yield ours[0][0], theirs[0][0], size
        for side in (ours, theirs):
            side[0][0] += size
            side[0][1] -= size
            if not side[0][1]:
                side.pop(0)


class OtherMemoryFile(MemoryFile):
    """/proc/pid/mem of a tracee."""

    def __init__(self, access: int, pid: int) -> None:
        super().__init__(access)
        self.name = f"/proc/{pid}/mem"
        self._pid = pid

    def _ask(self, t: Thread, name: str, addr: int, what: object) -> object:
        tracing = t.process.tracing
        tracer = tracing.tracer if tracing is not None else None
        if tracer is None or self._pid not in tracer.tracees:
            return b"" if name == "peek" else 0  # as when the address space is gone
        return tracer.ask(self._pid, name, addr, what)

    def pread(self, t: Thread, size: int, offset: int) -> bytes:
        """Bytes there, whatever their protection; EIO in a hole."""
        if self._access == os.O_WRONLY:
            raise LinuxError(EBADF)
        data = b""
        while len(data) < size:
            want = min(size - len(data), PIECE)
            more = self._ask(t, "peek", offset + len(data), want)
            assert isinstance(more, bytes)
            data += more
            if len(more) < want:
                break
        if size and not data:
            raise LinuxError(EIO)
        return data

    def pwrite(self, t: Thread, data: bytes, offset: int) -> int:
        """How many bytes were written."""
        if self._access == os.O_RDONLY:
            raise LinuxError(EBADF)
        done = self._ask(t, "poke", offset, data[:PIECE])
        assert isinstance(done, int)
        if data and not done:
            raise LinuxError(EIO)
        return done
