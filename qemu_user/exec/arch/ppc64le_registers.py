"""Register sets of little-endian 64-bit PowerPC: the big-endian ones in its own byte order."""

from __future__ import annotations

from .ppc64_registers import (
    POINTED,
    REQUESTS,
    SETS,
    USER_DEBUG,
    USER_SIZE,
    hit,
    repeatable,
    watched,
)

__all__ = ("POINTED", "REQUESTS", "SETS", "USER_DEBUG", "USER_SIZE", "hit", "repeatable", "watched")
