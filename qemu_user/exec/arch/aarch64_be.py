"""AArch64 with big-endian data: as the little-endian one but for the order of bytes."""

from __future__ import annotations

from ..abi.layout import DataModel
from .aarch64 import make

ARCH = make("aarch64_be", DataModel(8, ">"))
