"""64-bit MIPS, big-endian, with longs and pointers of 32 bits (ABI n32)."""

from __future__ import annotations

from .mips import make

ARCH = make("mipsn32", 4, ">", register=8)
