"""Registers that the engine's functions do not know, found beside others in the CPU state."""

from __future__ import annotations

import ctypes
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .engine_state import Api


class Field:
    """A register at a host address, as wide as it is."""

    __slots__ = ("address", "size")

    def __init__(self, address: int, size: int) -> None:
        self.address = address
        self.size = size

    def get(self) -> int:
        """The unsigned value."""
        return int.from_bytes(ctypes.string_at(self.address, self.size), sys.byteorder)

    def set(self, value: int) -> None:
        """Set it; bits that do not fit are lost."""
        value &= (1 << 8 * self.size) - 1
        ctypes.memmove(self.address, value.to_bytes(self.size, sys.byteorder), self.size)


class FieldBank:
    """A bank some of whose registers are fields."""

    def __init__(self, api: Api, names: Sequence[str]) -> None:
        self._api = api
        self._names = names

    def get(self) -> Sequence[int]:
        """All values, in the order of the names."""
        return tuple(map(self._api.read, self._names))

    def set(self, values: Sequence[int]) -> None:
        """Set all, in the order of the names."""
        for name, value in zip(self._names, values, strict=True):
            self._api.write(name, value)
