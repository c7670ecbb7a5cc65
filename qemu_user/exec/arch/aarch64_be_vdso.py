"""The vDSO of big-endian AArch64, whose instructions are little-endian."""

from __future__ import annotations

from .aarch64_vdso import VDSO

__all__ = ("VDSO",)
