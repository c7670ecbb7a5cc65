"""qemu_user: run a Linux program of any architecture on this machine, Intel user interrupts included."""

from __future__ import annotations

__version__ = "0.1.0"
