"""Structures of the second generation of calls of 32-bit ABIs: stat64, clock_gettime64, fcntl64."""

from __future__ import annotations

from .clocks import Itimerspec, Timespec, Timex
from .files import Flock, Flock64
from .layout import I64, Array, CStruct, Int, UInt
from .stats import Stat, Stat64, Statfs, Statfs64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .layout import DataModel


class WideTimespec(CStruct):
    """struct __kernel_timespec; only the low half of the nanoseconds counts, and is first here."""

    stands_for = Timespec
    tv_sec: I64
    tv_nsec: Int
    _pad0: Int


class WideTimespecBig(CStruct):
    """The same in big-endian memory."""

    stands_for = Timespec
    tv_sec: I64
    _pad0: Int
    tv_nsec: Int


class WideItimerspec(CStruct):
    """struct __kernel_itimerspec."""

    stands_for = Itimerspec
    it_interval: WideTimespec
    it_value: WideTimespec


class WideItimerspecBig(CStruct):
    """The same in big-endian memory."""

    stands_for = Itimerspec
    it_interval: WideTimespecBig
    it_value: WideTimespecBig


class WideTimeval(CStruct):
    """struct __kernel_timex_timeval."""

    tv_sec: I64
    tv_usec: I64


class WideTimex(CStruct):
    """struct __kernel_timex."""

    stands_for = Timex
    modes: UInt
    _pad0: Int
    offset: I64
    freq: I64
    maxerror: I64
    esterror: I64
    status: Int
    _pad1: Int
    constant: I64
    precision: I64
    tolerance: I64
    time: WideTimeval
    tick: I64
    ppsfreq: I64
    jitter: I64
    shift: Int
    _pad2: Int
    stabil: I64
    jitcnt: I64
    calcnt: I64
    errcnt: I64
    stbcnt: I64
    tai: Int
    _pad3: tuple[int, ...] = Array(Int, 11)


def variants(own: Mapping[str, type[CStruct]], model: DataModel) -> dict[str, type[CStruct]]:
    """Base structure's name -> what those calls take; `own` are the architecture's variants."""
    big = model.order == ">"
    return {
        **own,
        "Timespec": WideTimespecBig if big else WideTimespec,
        "Itimerspec": WideItimerspecBig if big else WideItimerspec,
        "Timex": WideTimex,
        Stat.__name__: own.get("Stat64", Stat64),
        Statfs.__name__: own.get("Statfs64", Statfs64),
        Flock.__name__: own.get("Flock64", Flock64),
    }
