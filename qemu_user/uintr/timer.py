"""The user timer (UTMR): a vector requested when the time-stamp counter reaches a deadline."""

from __future__ import annotations

import ctypes
import mmap
import os
from time import monotonic_ns, sleep

from ..exec.hostthreads import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .state import Receiver

RDTSC = bytes.fromhex("0f3148c1e2204809d0c3")
RDTSC_SOURCE = "rdtsc; shl rdx, 32; or rax, rdx; ret"
_CALIBRATION = 2_000_000  # ns


def arm(receiver: Receiver, deadline: int, vector: int) -> None:
    """Request `vector` of the thread once the guest's counter is at `deadline`; 0 disarms."""
    receiver.timer = None
    if not deadline:
        return
    scheduler = receiver.thread.process.scheduler
    clock = Clock.get()
    wait = clock.nanoseconds(deadline - clock.read())
    end = monotonic_ns() + wait

    def expire() -> None:
        if receiver.timer is expire and receiver.registered and monotonic_ns() >= end:
            receiver.timer = None
            receiver.uirr |= 1 << vector

    receiver.timer = expire

    def tell() -> None:
        sleep(wait / 1e9)
        scheduler.from_outside(expire)

    if wait <= 0:
        expire()
    else:
        start(tell)


class Clock:
    """The counter that the guest's RDTSC reads: the host's, or nanoseconds where it has none."""

    _only: Clock | None = None

    def __init__(self) -> None:
        self.read = _host_counter() if os.uname().machine == "x86_64" else monotonic_ns
        self._start = (self.read(), monotonic_ns())

    @classmethod
    def get(cls) -> Clock:
        """The clock, made at first use."""
        if cls._only is None:
            cls._only = cls()
        return cls._only

    def nanoseconds(self, ticks: int) -> int:
        """How long so many ticks take."""
        ticks_then, then = self._start
        while monotonic_ns() < then + _CALIBRATION:
            pass  # a sleep could take as long as the guest's PR_SET_TIMERSLACK says
        return ticks * (monotonic_ns() - then) // (self.read() - ticks_then)


def _host_counter() -> Callable[[], int]:
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(RDTSC)
    _kept.append(page)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_uint64)(address)


_kept: list[mmap.mmap] = []
