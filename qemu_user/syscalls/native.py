"""execve of a program that the user wants the host to run by itself (-native)."""

from __future__ import annotations

import ctypes
import os
from fnmatch import fnmatchcase

from ..exec import hostcall
from ..exec.abi.signals import SIG_IGN
from ..exec.arrivals import HOST_MODEL
from ..exec.hostthreads import ALL_SIGNALS, host_signals
from . import limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread


def chosen(globs: tuple[str, ...], path: bytes) -> bool:
    """Whether one of `globs` matches: the whole path, or its last part where it has no slash."""
    text = os.fsdecode(path)
    name = text.rpartition("/")[2]
    return any(fnmatchcase(text if "/" in glob else name, glob) for glob in globs)


def execute(t: Thread, path: bytes, words: list[bytes], environment: list[bytes]) -> None:
    """Become the host's program `path`, with the guest's descriptors, signals and limits.

    Returns only by LinuxError, and the guest goes on.
    """
    p = t.process
    os.stat(path)  # what is not there costs nothing
    loan = p.memory.loan
    if loan is not None:
        loan.give_back()
    for info in (*p.pending.queued(), *t.pending.queued()):
        hostcall.call("rt_sigqueueinfo", p.pid, info.signo, info.pack(HOST_MODEL))
    ignored = [signo for signo in ALL_SIGNALS if p.handlers[signo].handler == SIG_IGN]
    restore = host_signals(ignored, t.mask)
    try:
        limits.give_to_host(t)
        hostcall.call("execve", path, _array(words), _array(environment))
    finally:
        restore()
        p.memory.loan = loan


def _array(words: list[bytes]) -> ctypes.Array[ctypes.c_char_p]:
    return (ctypes.c_char_p * (len(words) + 1))(*words, None)
