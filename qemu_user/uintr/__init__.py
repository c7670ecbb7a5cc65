"""Intel user interrupts (UINTR): an extension that the rest of the emulator does not know."""

from __future__ import annotations

from .extension import Uintr as extension  # noqa: N813
from .generation import NAMES as ABIS

ARCHES = ("x86_64",)

__all__ = ["ABIS", "ARCHES", "extension"]
