"""What one emulated process asks another that it need not trace: its memory, files of /proc."""

from __future__ import annotations

from errno import EPERM, ESRCH

from ..cpu import READ, WRITE
from ..errors import LinuxError
from . import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket
    from typing import Any

    from ..memory import AddressSpace
    from ..process import Process

_FOREVER = 1 << 62  # ns
VISIT = "visit"  # what `channel.meet` says for it


class Visit:
    """A conversation with the emulator of `pid`, a process or thread, until `close`.

    It does nothing else meanwhile.

    ESRCH when there is no such process; EPERM when it is not emulated, may not be signalled by
    us, or is stopped: it would have to go on to answer.
    """

    def __init__(self, process: Process, pid: int, patience: int = channel.PATIENCE) -> None:
        self._process = process
        about = channel.thread_group(pid)
        state, self.pid = about["State"][0], int(about["Tgid"])
        if state in "TZX":
            raise LinuxError(EPERM if state == "T" else ESRCH)
        mine, theirs = channel.pairs()
        self._ends = mine
        try:
            error = channel.meet(process, self.pid, (VISIT,), theirs, patience)
        except LinuxError:
            self.close()
            raise
        finally:
            _close(theirs)
        if error:
            self.close()
            raise LinuxError(error)

    def ask(self, name: str, *about: Any) -> Any:
        """What answers.py says in that process; ESRCH when it is gone."""
        from .answers import callers

        asking = self._ends[0]
        try:
            channel.send(asking, (name, *about))
        except OSError:
            raise LinuxError(ESRCH) from None
        callers(self._process).await_readable(asking.fileno(), _FOREVER)
        reply = channel.receive(asking)
        if reply is None:
            raise LinuxError(ESRCH)
        error, value = reply
        if error:
            raise LinuxError(error)
        return value

    def close(self) -> None:
        """The other process goes on."""
        _close(self._ends)


def read(memory: AddressSpace, addr: int, size: int) -> bytes:
    """The beginning of what is asked for that may be read; pages for writing alone may not."""
    size = memory.permitted(addr, size, READ)
    for vma in memory.vmas.within(addr, addr + size):
        if not vma.prot & READ:
            size = max(vma.start - addr, 0)
            break
    return memory.read(addr, size)


def write(memory: AddressSpace, addr: int, data: bytes) -> int:
    """How many bytes could be written, and are."""
    size = memory.permitted(addr, len(data), WRITE)
    memory.write(addr, data[:size])
    return size


def peek(memory: AddressSpace, addr: int, size: int) -> bytes:
    """The beginning of what is asked for that is mapped, whatever its protection."""
    return memory.peek_prefix(addr, size)


def poke(memory: AddressSpace, addr: int, data: bytes) -> int:
    """How many bytes are mapped there, and become `data`."""
    size = len(memory.peek_prefix(addr, len(data)))
    memory.poke(addr, data[:size])
    return size


OF_MEMORY: dict[str, Callable[..., Any]] = {
    "peek": peek,
    "poke": poke,
    "read": read,
    "write": write,
}


def _close(ends: tuple[socket, socket]) -> None:
    for end in ends:
        end.close()
