"""64-bit PowerPC, little-endian (ELFv2): as the big-endian one but for the byte order."""

from __future__ import annotations

from .ppc64 import SigContext, UContext, make

__all__ = ("ARCH", "SigContext", "UContext")

ARCH = make("ppc64le", "<")
