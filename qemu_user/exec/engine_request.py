"""How the engine is made to leave translated code at the next block.

Where the library is known (`engine_straight`) every block begins with a test of a counter that the
engine's own requests make negative, and its main loop ends the run for a bit beside it; PC is exact
then, and a request made before a run is not lost. Elsewhere, and where each instruction has a hook,
a hook of every block reads a flag.
"""

from __future__ import annotations

import ctypes
from ctypes import PYFUNCTYPE, c_uint8, c_uint64, c_void_p

from . import stubs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .engine_handle import Handle

_CPU = 0x1A8  # where the handle has the CPU state's address
_BITS = 0x1C  # in the CPU state: requests
_COUNTER = 0x130  # the counter's address
_HANDLE = 0x81A8  # and the handle's


class Request:
    """Requests of `interrupt` and of the fill stub, `control` being the stubs' control block.

    `known` tells that the library is.
    """

    def __init__(
        self,
        handle: Handle,
        control: ctypes.Array[ctypes.c_uint64],
        places: Mapping[str, int] | None,
        known: bool,
    ) -> None:
        self._control = control
        self._flags = memoryview(control).cast("B")[:1]
        self._spare = ctypes.addressof(control) + 8 * stubs.SPARE
        self._bits = c_uint8.from_address(self._spare)
        self.quiet = False  # no hook is needed
        self._ask: ctypes._CFunctionType | None = None
        state = c_uint64.from_address(handle.address + _CPU).value if known else 0
        if state and c_uint64.from_address(state + _HANDLE).value == handle.address:
            # Holding the interpreter's lock: `hush` is before or after it.
            self._ask = PYFUNCTYPE(None, c_void_p)((places or {})["ask"])
        self._state = state
        self._place = ctypes.addressof(control)
        self.hush(False)

    def hush(self, on: bool) -> None:
        """Without a hook of every block from now on if that is possible; outside of a run."""
        self._bits.value = 0
        self.quiet = on = on and self._ask is not None
        bits = self._state + _BITS if on else self._spare
        counter = c_uint64.from_address(self._state + _COUNTER).value + 2 if on else self._spare
        self._bits = c_uint8.from_address(bits)
        self._control[stubs.REQUEST], self._control[stubs.COUNTER] = bits, counter

    def make(self) -> None:
        """From any host thread: the run ends at the next block, or does not begin."""
        self._flags[0] = 1
        if self._ask is not None:
            self._ask(self._place)

    @property
    def made(self) -> bool:
        """Whether `make` was called and not answered."""
        return bool(self._flags[0])

    def answer(self) -> bool:
        """Whether `make` was called; it is answered now."""
        if not self._flags[0]:
            return False  # without writing, which could wipe out a call made just now
        self._bits.value = 0
        self._flags[0] = 0
        return True
