"""Run Linux programs of any architecture on this machine, Intel user interrupts included."""

from __future__ import annotations

__version__ = "0.1.0"
