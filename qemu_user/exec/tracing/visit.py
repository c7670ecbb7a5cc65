"""The memory of an emulated process that need not be traced (man 2 process_vm_readv)."""

from __future__ import annotations

from errno import EPERM, ESRCH

from ..cpu import READ, WRITE
from ..errors import LinuxError
from . import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket
    from typing import Any

    from ..memory import AddressSpace

MEMORY = "memory"  # what `channel.meet` says for it


class Visit:
    """A conversation with the emulator of process `pid`, which does nothing else until `close`.

    ESRCH when there is no such process; EPERM when it is not emulated, may not be signalled by
    us, or is stopped: it would have to go on to answer.
    """

    def __init__(self, pid: int) -> None:
        state = channel.thread_group(pid)["State"][0]
        if state in "TZX":
            raise LinuxError(EPERM if state == "T" else ESRCH)
        mine, theirs = channel.pairs()
        self._ends = mine
        try:
            error = channel.meet(pid, (MEMORY,), theirs)
        except LinuxError:
            self.close()
            raise
        finally:
            _close(theirs)
        if error:
            self.close()
            raise LinuxError(error)

    def ask(self, name: str, addr: int, what: Any) -> Any:
        """`read` or `write` (see there) in that process; ESRCH when it is gone."""
        asking = self._ends[0]
        try:
            channel.send(asking, (name, addr, what))
        except OSError:
            raise LinuxError(ESRCH) from None
        reply = channel.receive(asking)
        if reply is None:
            raise LinuxError(ESRCH)
        return reply[0]

    def close(self) -> None:
        """The other process goes on."""
        _close(self._ends)


def serve(memory: AddressSpace, ends: tuple[socket, socket]) -> None:
    """The visited side: answer until the visitor is gone."""
    while (request := channel.receive(ends[0])) is not None:
        name, addr, what = request
        try:
            channel.send(ends[0], ((read if name == "read" else write)(memory, addr, what),))
        except OSError:
            break
    _close(ends)


def read(memory: AddressSpace, addr: int, size: int) -> bytes:
    """The beginning of what is asked for that may be read."""
    return memory.read(addr, memory.permitted(addr, size, READ))


def write(memory: AddressSpace, addr: int, data: bytes) -> int:
    """How many bytes could be written, and are."""
    size = memory.permitted(addr, len(data), WRITE)
    memory.write(addr, data[:size])
    return size


def _close(ends: tuple[socket, socket]) -> None:
    for end in ends:
        end.close()
