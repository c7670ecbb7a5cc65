"""Host memory that ends where guest memory does: the host finds the errors of what is beyond."""

from __future__ import annotations

from errno import ENOMEM

from . import host
from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


class Fence:
    """`size` bytes at `address`, right before a page that nobody may touch.

    ENOMEM. With `data` they are these bytes and can only be read.
    """

    def __init__(self, size: int, data: bytes | None = None) -> None:
        self._pages = -(-size // host.PAGE) * host.PAGE
        base = host.reserve(self._pages + host.PAGE)
        if base is None:
            raise LinuxError(ENOMEM)
        self._base, self._size = base, size
        self.address = base + self._pages - size
        if data is not None:
            host.view(self.address, size)[:] = data
            if size:
                host.mprotect(base, self._pages, host.READ)
        host.mprotect(base + self._pages, host.PAGE, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        host.munmap(self._base, self._pages + host.PAGE)

    def read(self, size: int) -> bytes:
        """The first `size` bytes, or as many as there are."""
        return bytes(host.view(self.address, max(0, min(size, self._size))))
