"""How the host schedules guest threads that asked for something special."""

from __future__ import annotations

import ctypes
import os

from . import hostcall
from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .thread import Thread

_ATTR_SIZE = 56  # bytes of struct sched_attr as of Linux 5.3
_CPU_BYTES = 1024


def inherit(source: int, tid: int) -> None:
    """Give the host's task `tid` the processors, policy and nice of `source`."""
    attributes = ctypes.create_string_buffer(_ATTR_SIZE)
    mask = ctypes.create_string_buffer(_CPU_BYTES)
    try:
        filled = hostcall.call("sched_getaffinity", source, len(mask), mask)
        hostcall.call("sched_setaffinity", tid, filled, mask)
        hostcall.call("sched_getattr", source, attributes, len(attributes), 0)
        hostcall.call("sched_setattr", tid, attributes, 0)
    except LinuxError:
        return  # it may no more than we


def confined(t: Thread, tid: int) -> None:
    """The task `tid` of the process of `t` may from now on use other processors."""
    process = t.process
    of = process.threads.get(tid)
    if of is None:
        return
    process.scheduled = True
    if of.parked is not None:
        of.cpus = frozenset(os.sched_getaffinity(tid))
    if of.rseq is not None:
        of.rseq.shown = -1
    process.scheduler.look()
