"""Host memory of which the kernel reaches as much as of the guest's, and not a byte more."""

from __future__ import annotations

from . import host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self


class Edge:
    """`data` with a page behind it that nobody can touch, until the `with` block's end.

    The host then finds itself whether a call needs what lies beyond, and where EFAULT comes
    among its errors. Raises LinuxError(ENOMEM).
    """

    def __init__(self, data: bytes) -> None:
        size = -(-len(data) // host.PAGE) * host.PAGE
        self._base, self._size = 0, size + host.PAGE
        self._base = host.mmap(0, self._size, host.READ | host.WRITE, host.BLANK)
        host.mprotect(self._base + size, host.PAGE, 0)
        self.addr = self._base + size - len(data)
        self.length = len(data)
        host.view(self.addr, len(data))[:] = data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        host.munmap(self._base, self._size)

    def read(self, size: int) -> bytes:
        """The first `size` bytes, or as many as there are."""
        return bytes(host.view(self.addr, max(0, min(size, self.length))))
