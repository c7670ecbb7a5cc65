"""The memory of another process: process_vm_readv(2), process_vm_writev(2), /proc/pid/mem."""

from __future__ import annotations

from errno import EFAULT, EINVAL

from ..exec.cpu import READ, WRITE
from ..exec.errors import LinuxError
from ..exec.tracing import visit
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
    return _all(t, pid, _pieces(t, local, remote, flags), _read_piece)


@syscall(note=NOTE)
def process_vm_writev(t: Thread, pid: Pid, local: IoVecIn, remote: IoVecIn, flags: ULong) -> int:
    return _all(t, pid, _pieces(t, local, remote, flags), _write_piece)


def _read_piece(t: Thread, transfer: Transfer, ours: int, theirs: int, size: int) -> int:
    data = transfer("read", theirs, size)
    assert isinstance(data, bytes)
    done = min(len(data), t.memory.permitted(ours, size, WRITE))
    t.memory.write(ours, data[:done])
    return done


def _write_piece(t: Thread, transfer: Transfer, ours: int, theirs: int, size: int) -> int:
    data = t.memory.read(ours, t.memory.permitted(ours, size, READ))
    done = transfer("write", theirs, data)
    assert isinstance(done, int)
    return done


def _all(t: Thread, pid: int, pieces: list[tuple[int, int, int]], move: Callable[..., int]) -> int:
    """Move pieces until one is cut short; the bytes moved, EFAULT for none."""
    if not pieces:
        return 0
    transfer, visited = _reach(t, pid)
    total = 0
    try:
        for ours, theirs, size in pieces:
            done = move(t, transfer, ours, theirs, size)
            total += done
            if done < size:
                break
    finally:
        if visited is not None:
            visited.close()
    if not total:
        raise LinuxError(EFAULT)
    return total


def _reach(t: Thread, pid: int) -> tuple[Transfer, visit.Visit | None]:
    """How to ask for the memory of our own process, a tracee or another one; what to close."""
    if pid in t.process.threads:
        return lambda name, addr, what: _OWN[name](t.memory, addr, what), None
    tracer = t.process.tracing.tracer if t.process.tracing is not None else None
    if tracer is not None and pid in tracer.tracees:
        return lambda name, addr, what: tracer.ask(pid, name, addr, what), None
    visited = visit.Visit(t.process, pid)
    return visited.ask, visited


def _pieces(
    t: Thread, local: IoVecIn | IoVecOut, remote: IoVecIn | IoVecOut, flags: int
) -> list[tuple[int, int, int]]:
    """(our address, theirs, bytes) where both vectors run on; errors in the kernel's order."""
    if flags:
        raise LinuxError(EINVAL)
    segments = local.segments()
    if any(addr + size > 1 << t.arch.task_bits for addr, size in segments):
        raise LinuxError(EFAULT)
    ours = [[addr, size] for addr, size in segments if size]
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
    """/proc/<pid>/mem of another guest."""

    def __init__(self, access: int, pid: int) -> None:
        super().__init__(access, pid)
        self._pid = pid

    def _ask(self, t: Thread, name: str, addr: int, what: object) -> object:
        try:
            transfer, visited = _reach(t, self._pid)
        except LinuxError:
            return b"" if name == "peek" else 0  # as when the address space is gone
        try:
            return transfer(name, addr, what)
        finally:
            if visited is not None:
                visited.close()

    def _peek(self, t: Thread, addr: int, size: int) -> bytes:
        data = b""
        while len(data) < size:
            want = min(size - len(data), PIECE)
            more = self._ask(t, "peek", addr + len(data), want)
            assert isinstance(more, bytes)
            data += more
            if len(more) < want:
                break
        return data

    def _poke(self, t: Thread, addr: int, data: bytes) -> int:
        done = self._ask(t, "poke", addr, data[:PIECE])
        assert isinstance(done, int)
        return done


def open_memory(t: Thread, pid: int, access: int) -> MemoryFile | None:
    """/proc/<pid>/mem of another process; None where that is no guest."""
    tracing = t.process.tracing
    tracer = None if tracing is None else tracing.tracer
    if tracer is None or pid not in tracer.tracees:
        try:
            visit.Visit(t.process, pid).close()
        except LinuxError:
            return None
    return OtherMemoryFile(access, pid)
