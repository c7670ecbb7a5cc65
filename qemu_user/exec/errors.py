"""The errors by which kernel code answers a guest, and the two that end a run."""

from __future__ import annotations

import os

# Never seen by a guest: Linux's include/linux/errno.h numbers for "this call may be run again".
ERESTARTSYS = 512
ERESTARTNOINTR = 513
ERESTARTNOHAND = 514
ERESTART_RESTARTBLOCK = 516

KEEP = 1 << 70  # a handler's result when it has set the registers itself


class LinuxError(OSError):
    """A system call's failure; `errno` is the host's number, or a restart code (512 and up)."""

    def __init__(self, errno: int) -> None:
        super().__init__(errno, os.strerror(errno))


class GuestExit(Exception):
    """The whole guest process ends now with `status` (as wait4 reports it: code << 8 or signal)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class EngineError(Exception):
    """The engine stopped for a reason the backend has no name for."""
