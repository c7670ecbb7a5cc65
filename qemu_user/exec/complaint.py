"""What the emulator itself says on stderr: never into a file that the guest opened as 2."""

from __future__ import annotations

import os

_stderr: list[tuple[int, int]] = []  # device and inode


def remember_stderr() -> None:
    """A program begins: its descriptor 2, if there is one, is where complaints go."""
    try:
        found = os.fstat(2)
    except OSError:
        _stderr.clear()
        return
    _stderr[:] = [(found.st_dev, found.st_ino)]


def complain(text: str) -> None:
    """Write a line on stderr, if 2 still is what the program began with and takes it."""
    try:
        now = os.fstat(2)
        if (now.st_dev, now.st_ino) in _stderr:
            os.write(2, text.encode(errors="surrogateescape") + b"\n")
    except OSError:
        return
