"""Signals of the host's that host threads took and the guests' thread has not seen yet."""

from __future__ import annotations

import sys

from .abi.layout import DataModel
from .signals import SigInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .process import Process

CALL_BACK = -0x7472  # si_code of a signal from another emulator (exec/tracing)
HOST_MODEL = DataModel(8, "<" if sys.byteorder == "little" else ">")


class Arrived:
    """A host signal that was taken for the thread `tid`, 0 when any may take it."""

    __slots__ = ("process", "raw", "tid")

    def __init__(self, process: Process, tid: int, raw: bytes) -> None:
        self.process = process
        self.tid = tid
        self.raw = raw

    def __call__(self) -> None:
        self.process.signal_taken(self.tid, self.raw)

    def info(self) -> SigInfo:
        """What came."""
        return SigInfo.unpack(HOST_MODEL, self.raw)
