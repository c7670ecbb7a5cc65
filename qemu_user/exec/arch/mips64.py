"""64-bit MIPS, big-endian (ABI n64)."""

from __future__ import annotations

from .mips import make

ARCH = make("mips64", 8, ">")
