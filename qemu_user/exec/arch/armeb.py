"""armeb: 32-bit Arm with big-endian data and little-endian instructions (BE8)."""

from __future__ import annotations

from .arm import make

ARCH = make("armeb", ">", "armv7b", b"v7b")
