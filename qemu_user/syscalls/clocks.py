"""Reading, setting and sleeping by clocks."""

from __future__ import annotations

import ctypes
import time as host_time
from errno import EINVAL, EOPNOTSUPP
from time import clock_gettime_ns, monotonic_ns

from ..exec import hostcall
from ..exec.abi import clocks as abi
from ..exec.abi.clocks import Timespec, Timeval, Timex, Timezone
from ..exec.errors import ERESTART_RESTARTBLOCK, ERESTARTNOHAND, LinuxError
from ..exec.hostcall import OUT
from ..exec.waiting import sleep_until
from .args import Clock, In, InOut, Long, Out, TimerFlags
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.hostcall import Word
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

SECOND = 1_000_000_000
TICK = 4_000_000  # ns after which a CPU clock that stands still is looked at again
_PER_THREAD, _KIND = 4, 3  # bits of a CPU clock's number (CPUCLOCK_*); no thread has kind 3
_SLEEPABLE = frozenset(
    (
        abi.CLOCK_REALTIME,
        abi.CLOCK_MONOTONIC,
        abi.CLOCK_BOOTTIME,
        abi.CLOCK_TAI,
        abi.CLOCK_PROCESS_CPUTIME_ID,
    )
)
_ALARMS = {
    abi.CLOCK_REALTIME_ALARM: abi.CLOCK_REALTIME,
    abi.CLOCK_BOOTTIME_ALARM: abi.CLOCK_BOOTTIME,
}
UNSLEEPABLE = frozenset(
    (
        abi.CLOCK_THREAD_CPUTIME_ID,
        abi.CLOCK_MONOTONIC_RAW,
        abi.CLOCK_REALTIME_COARSE,
        abi.CLOCK_MONOTONIC_COARSE,
    )
)


def thread_time(of: Thread) -> int:
    """CPU time of a guest thread in ns: what its host thread used while it was its turn."""
    return of.process.scheduler.cpu_time(of)


def clocked_thread(t: Thread, clock: int) -> Thread | None:
    """The thread whose CPU time the clock shows, None for another clock; EINVAL."""
    if clock == abi.CLOCK_THREAD_CPUTIME_ID:
        return t
    if clock >= 0 or not clock & _PER_THREAD or clock & _KIND == _KIND:
        return None
    of = t.process.threads.get(~(clock >> 3) or t.tid)
    if of is None:
        raise LinuxError(EINVAL)
    return of


def now(t: Thread, clock: int) -> int:
    """What the clock shows, in ns; EINVAL for one that does not exist."""
    if clock < 0:
        of = clocked_thread(t, clock)
        if of is not None:
            return thread_time(of)
        found = hostcall.fill(Timespec, "clock_gettime", clock & 0xFFFFFFFF, OUT)
        return found.tv_sec * SECOND + found.tv_nsec
    if clock == abi.CLOCK_THREAD_CPUTIME_ID:
        return thread_time(t)
    return clock_gettime_ns(clock)


def timespec(nanoseconds: int) -> Timespec:
    """The time as a structure."""
    value = Timespec.__new__(Timespec)  # a tenth of what the keywords cost
    value.tv_sec, value.tv_nsec = divmod(nanoseconds, SECOND)
    return value


def nanoseconds(value: Timespec) -> int:
    """The structure as a time; EINVAL for one that is none (timespec64_valid)."""
    if value.tv_sec < 0 or not 0 <= value.tv_nsec < SECOND:
        raise LinuxError(EINVAL)
    return value.tv_sec * SECOND + value.tv_nsec


@syscall(wide="clock_gettime64", native="clock")
def clock_gettime(t: Thread, clockid: Clock, tp: Out[Timespec]) -> int:
    tp.write(timespec(now(t, clockid)))
    return 0


@syscall(wide="clock_settime64")
def clock_settime(t: Thread, clockid: Clock, tp: In[Timespec]) -> int:
    return hostcall.call("clock_settime", clockid & 0xFFFFFFFF, _packed(tp))


def _packed(pointer: In[Timespec] | In[Timezone]) -> Word:
    """What the host shall read, or find to be out of reach when it comes to it."""
    if not pointer:
        return hostcall.INVALID
    try:
        return hostcall.pack(pointer.read())
    except LinuxError:
        return hostcall.INVALID


@syscall(wide="clock_getres_time64")
def clock_getres(t: Thread, clockid: Clock, res: Out[Timespec]) -> int:
    clocked_thread(t, clockid)  # the host has more threads than the guest
    found = hostcall.fill(Timespec, "clock_getres", clockid & 0xFFFFFFFF, OUT)
    if res:
        res.write(found)
    return 0


def sleep_on(t: Thread, clock: int, target: int) -> Blocking[bool]:
    """Sleep until `clock` shows `target` ns; False when a signal came first."""
    least = 0
    while True:
        left = target - now(t, clock)
        if left <= 0:
            return True
        if not (yield from sleep_until(t, monotonic_ns() + max(left, least))):
            return False
        if clock < 0 or clock == abi.CLOCK_PROCESS_CPUTIME_ID:
            least = TICK


def _sleep_for(t: Thread, clock: int, target: int, rem: Out[Timespec]) -> Blocking[int]:
    """A relative sleep, which restart_syscall(2) goes on with where it was interrupted."""
    if (yield from sleep_on(t, clock, target)):
        return 0
    if rem:
        rem.write(timespec(max(0, target - now(t, clock))))
    t.restart_block = lambda: _sleep_for(t, clock, target, rem)
    raise LinuxError(ERESTART_RESTARTBLOCK)


@syscall
def nanosleep(t: Thread, rqtp: In[Timespec], rmtp: Out[Timespec]) -> Blocking[int]:
    length = nanoseconds(rqtp.read())
    return (yield from _sleep_for(t, abi.CLOCK_MONOTONIC, monotonic_ns() + length, rmtp))


def _sleep_clock(t: Thread, clock: int) -> int:
    """The clock that clock_nanosleep sleeps by; EINVAL and EOPNOTSUPP as it gives them."""
    if clock in _SLEEPABLE or clock in _ALARMS:
        return clock
    if clock in UNSLEEPABLE:
        raise LinuxError(EOPNOTSUPP)
    if clock < 0:
        return clock
    raise LinuxError(EINVAL)


def _alarm_clock(clock: int, flags: int) -> int:
    """The clock behind one that wakes the machine; EOPNOTSUPP where no hardware does."""
    try:
        hostcall.fill(Timespec, "clock_getres", clock, OUT)
    except LinuxError:
        raise LinuxError(EOPNOTSUPP) from None
    if flags & ~abi.TIMER_ABSTIME:
        raise LinuxError(EINVAL)
    return _ALARMS[clock]


@syscall(wide="clock_nanosleep_time64")
def clock_nanosleep(
    t: Thread, clockid: Clock, flags: TimerFlags, rqtp: In[Timespec], rmtp: Out[Timespec]
) -> Blocking[int]:
    clock = _sleep_clock(t, clockid)
    when = nanoseconds(rqtp.read())
    if clock < 0:
        now(t, clock)
        if clock & _PER_THREAD and ~(clock >> 3) in (0, t.tid):
            raise LinuxError(EINVAL)  # it would wait for itself
    if clock in _ALARMS:
        clock = _alarm_clock(clock, flags)
    if flags & abi.TIMER_ABSTIME:
        if (yield from sleep_on(t, clock, when)):
            return 0
        raise LinuxError(ERESTARTNOHAND)
    # A relative sleep does not follow changes of the wall clock.
    steady = abi.CLOCK_MONOTONIC if clock in (abi.CLOCK_REALTIME, abi.CLOCK_TAI) else clock
    return (yield from _sleep_for(t, steady, now(t, steady) + when, rmtp))


@syscall
def gettimeofday(t: Thread, tv: Out[Timeval], tz: Out[Timezone]) -> int:
    if tv:
        value = host_time.time_ns()
        tv.write(Timeval(tv_sec=value // SECOND, tv_usec=value % SECOND // 1000))
    if tz:
        tz.write(hostcall.fill(Timezone, "gettimeofday", None, OUT))
    return 0


@syscall
def settimeofday(t: Thread, tv: In[Timeval], tz: In[Timezone]) -> int:
    time = hostcall.pack(tv.read()) if tv else None
    zone = _packed(tz) if tz else None
    return hostcall.call("settimeofday", time, zone)


@syscall
def time(t: Thread, tloc: Out[Long]) -> int:
    seconds = int(host_time.time())
    if tloc:
        tloc.write(seconds)
    return seconds


def _adjust(buf: InOut[Timex], name: str, *args: int) -> int:
    room = ctypes.create_string_buffer(hostcall.pack(buf.read()))
    result = hostcall.call(name, *args, room)
    buf.write(hostcall.unpack(Timex, room.raw))
    return result


@syscall
def adjtimex(t: Thread, buf: InOut[Timex]) -> int:
    return _adjust(buf, "adjtimex")


@syscall(wide="clock_adjtime64")
def clock_adjtime(t: Thread, clockid: Clock, buf: InOut[Timex]) -> int:
    return _adjust(buf, "clock_adjtime", clockid & 0xFFFFFFFF)
