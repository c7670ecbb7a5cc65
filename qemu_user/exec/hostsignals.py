"""The host's signals for a process: whichever of our threads takes one, none is overlooked."""

from __future__ import annotations

from _thread import allocate_lock
from select import POLLIN, poll

from .errors import LinuxError
from .hostthreads import Parked, listen, signal_edges, signal_fd, take_signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .files import Files


class HostSignals:
    """What waits in the host, and what parked threads took from there."""

    def __init__(self, files: Files, heard: Callable[[], None]) -> None:
        self._files = files
        self._heard = heard
        self.fd = -1  # polls readable while one waits for the calling thread or the process
        self._edges = -1
        self.deaf = True  # nobody calls `heard`
        self._taking = allocate_lock()  # held from taking a signal until it is posted
        self._poll = poll()

    def listen(self) -> bool:
        """Have `heard()` called when signals come; False if the host makes no thread for that."""
        self.open()
        if not self.deaf:
            return True
        edges = self._edges = self._files.create(lambda: signal_edges(self.fd))
        try:
            listen(edges, lambda: self._look(edges))
        except LinuxError:
            self._edges = -1
            self._files.unreserve(edges)
        self.deaf = self._edges < 0
        return not self.deaf

    def open(self) -> None:
        """Have `fd`, which is opened when somebody first needs it."""
        if self.fd < 0:
            self.fd = self._files.create(signal_fd)
            self._poll.register(self.fd, POLLIN)

    def _look(self, edges: int) -> bool:
        if edges != self._edges:
            return False
        self._heard()
        return True

    def close(self) -> None:
        """The listener ends; parked threads do not know more signals of the process."""
        for fd in (self.fd, self._edges):
            if fd >= 0:
                self._files.unreserve(fd)
        self.fd = self._edges = -1
        self.deaf = True

    def park(self, post: Callable[[int, bytes], None]) -> Parked:
        """A host thread for a guest thread to be."""
        self.open()
        return Parked(post, self._taking, self.fd)

    def came(self, waits: bool | None = None) -> bool:
        """Whether signals are to be taken or posted; `waits`: what a poll said of `fd`."""
        if waits is None:
            waits = bool(self._poll.poll(0))
        return waits or self._taking.locked()

    def take(
        self, posted: list[Callable[[], None]]
    ) -> tuple[list[Callable[[], None]], list[bytes]]:
        """Empty `posted`, and the host's signals behind those that parked threads took."""
        earlier, taken = [], []
        with self._taking:
            while posted:
                earlier.append(posted.pop(0))
            while (info := take_signal(0)) is not None:
                taken.append(info)
        return earlier, taken
