"""What a process has used (man 2 getrusage, times)."""

from __future__ import annotations

import os

from ..exec import hostcall
from ..exec.abi.clocks import Timeval, Tms
from ..exec.abi.processes import RUSAGE_THREAD, Rusage
from .args import Out, RusageWho
from .clocks import thread_time
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread


def _timeval(nanoseconds: int) -> Timeval:
    return Timeval(tv_sec=nanoseconds // 10**9, tv_usec=nanoseconds % 10**9 // 1000)


@syscall
def getrusage(t: Thread, who: RusageWho, usage: Out[Rusage]) -> int:
    found = hostcall.fill(Rusage, "getrusage", who, hostcall.OUT)
    if who == RUSAGE_THREAD:
        found.ru_utime, found.ru_stime = _timeval(thread_time(t)), Timeval()
    usage.write(found)
    return 0


@syscall
def times(t: Thread, buf: Out[Tms]) -> int:
    found = os.times()
    ticks = os.sysconf("SC_CLK_TCK")
    if buf:
        buf.write(
            Tms(
                tms_utime=int(found.user * ticks),
                tms_stime=int(found.system * ticks),
                tms_cutime=int(found.children_user * ticks),
                tms_cstime=int(found.children_system * ticks),
            )
        )
    return hostcall.call("times", None)
