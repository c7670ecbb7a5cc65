"""64-bit MIPS, little-endian, with longs and pointers of 32 bits (ABI n32)."""

from __future__ import annotations

from .mips import make

ARCH = make("mipsn32el", 4, "<", register=8)
