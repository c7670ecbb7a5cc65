"""Register sets of big-endian Arm for ptrace(2): those of the other byte order."""

from __future__ import annotations

from .arm_registers import (
    POINTED,
    REQUESTS,
    SETS,
    SETTERS,
    USER_DEBUG,
    USER_SIZE,
    hit,
    watched,
)

__all__ = (
    "POINTED",
    "REQUESTS",
    "SETS",
    "SETTERS",
    "USER_DEBUG",
    "USER_SIZE",
    "hit",
    "watched",
)
