"""32-bit MIPS, little-endian (ABI o32)."""

from __future__ import annotations

from .mips import make

ARCH = make("mipsel", 4, "<")
