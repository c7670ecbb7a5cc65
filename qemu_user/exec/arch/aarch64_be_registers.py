"""Register sets of big-endian AArch64: the little-endian one's in its own byte order."""

from __future__ import annotations

from .aarch64_registers import (
    POINTED,
    REQUESTS,
    SETS,
    USER_DEBUG,
    USER_SIZE,
    hit,
    repeatable,
    watched,
)

__all__ = (
    "POINTED",
    "REQUESTS",
    "SETS",
    "USER_DEBUG",
    "USER_SIZE",
    "hit",
    "repeatable",
    "watched",
)
