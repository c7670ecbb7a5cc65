"""64-bit MIPS, little-endian (ABI n64)."""

from __future__ import annotations

from .mips import make

ARCH = make("mips64el", 8, "<")
