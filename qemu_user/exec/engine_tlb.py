"""When to flush the engine's TLB so that it grows.

It starts with 256 entries and is resized only by a flush: doubled when it was over 70 % full,
shrunk when it was hardly used for a while. Without flushes a program that touches much memory looks
every page up again and again. So a flush follows when many look-ups were made, and each time
more have to be made before the next one.
"""

from __future__ import annotations

from . import stubs

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable

_FIRST, _LAST, _LATER = 256, 1 << 16, 1 << 20  # look-ups between flushes
_MAYBE_SHRUNK = 1 << 12
_NEVER = 1 << 63


class TlbGrowth:
    """Sets FILL_LIMIT in the control block; the fill stub sets FLAGS when it is reached."""

    def __init__(self, control: ctypes.Array[ctypes.c_uint64], flush: Callable[[], None]) -> None:
        self._control = control
        self._flush = flush
        self._paused = False
        self.step = _FIRST  # look-ups until the next flush
        self._set_limit()

    def grow(self) -> None:
        """The limit was reached: flush, and wait for more look-ups from now on."""
        memoryview(self._control).cast("B")[1] = 0
        self._flush()
        self.step = self.step * 2 if self.step < _LAST else _LATER
        self._set_limit()

    def flushed(self) -> None:
        """Somebody else flushed, after which the TLB may be small again."""
        if self.step > _MAYBE_SHRUNK:
            self.step = _MAYBE_SHRUNK
            self._set_limit()

    def pause(self) -> None:
        """Let the limit not be reached until `resume`."""
        self._paused = True
        self._control[stubs.FILL_LIMIT] = _NEVER

    def resume(self) -> None:
        """Count look-ups again."""
        self._paused = False
        self._set_limit()

    def _set_limit(self) -> None:
        if not self._paused:
            self._control[stubs.FILL_LIMIT] = self._control[stubs.FILLS] + self.step
