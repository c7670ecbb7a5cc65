"""Writing lines for the user, which must neither end the guest nor be stopped by its limits."""

from __future__ import annotations

import os
import resource
from errno import EFBIG

from .abi.signals import SIGXFSZ
from .complaint import complain
from .hostthreads import forget_signal

_complained: list[OSError] = []


def append(fd: int, text: str) -> None:
    """Write a line whole. The first failure is told on stderr; the guest goes on."""
    data = text.encode(errors="surrogateescape") + b"\n"
    try:
        while data:
            data = data[_write(fd, data) :]
    except OSError as error:
        _complain(error)


def _write(fd: int, data: bytes) -> int:
    try:
        return os.write(fd, data)
    except OSError as error:
        if error.errno != EFBIG:
            raise
    return _write_beyond(fd, data)


def _write_beyond(fd: int, data: bytes) -> int:
    """The same where the guest's RLIMIT_FSIZE is in the way."""
    forget_signal(SIGXFSZ)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    try:
        return os.write(fd, data)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        forget_signal(SIGXFSZ)


def _complain(error: OSError) -> None:
    if _complained:
        return
    _complained.append(error)
    complain(f"qemu: cannot write the log: {error.strerror}")
