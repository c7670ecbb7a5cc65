"""Why a program cannot be loaded."""

from __future__ import annotations

import os

from ..exec.errors import LinuxError


class LoadError(LinuxError):
    """`errno` is execve's answer, `message` a line for the user, `status` the exit code then."""

    def __init__(self, errno: int, message: str, status: int) -> None:
        super().__init__(errno)
        self.message = message
        self.status = status

    def __str__(self) -> str:
        return self.message


def cannot_open(path: bytes, errno: int) -> LoadError:
    """The file is missing, must not be executed, or is no program at all."""
    name = os.fsdecode(path)
    return LoadError(errno, f"Error while loading {name}: {os.strerror(errno)}", 1)


def bad_image(path: bytes, errno: int, why: str) -> LoadError:
    """It is an ELF file that cannot be run."""
    return LoadError(errno, f"{os.fsdecode(path)}: {why}", 255)
