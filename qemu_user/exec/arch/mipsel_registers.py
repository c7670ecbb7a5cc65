"""Register sets of 32-bit MIPS, little-endian: those of the other byte order."""

from __future__ import annotations

from .mips_registers import (
    POINTED,
    REQUESTS,
    SETS,
    SETTERS,
    USER_DEBUG,
    USER_SIZE,
    hit,
    repeatable,
    user_place,
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
    "repeatable",
    "user_place",
    "watched",
)
