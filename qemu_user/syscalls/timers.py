"""Interval timers, POSIX timers and timer descriptors."""

from __future__ import annotations

from errno import EINVAL, EOPNOTSUPP, ESRCH
from time import monotonic_ns

from ..exec import hostcall
from ..exec.abi import clocks as abi
from ..exec.abi import signals as sig
from ..exec.abi.clocks import Itimerspec, Itimerval, Timespec, Timeval
from ..exec.abi.signals import SigEvent
from ..exec.errors import LinuxError
from ..exec.signals import SigInfo
from .args import Clock, Fd, In, Int, ItimerWhich, Out, TimerFdFlags, TimerFlags, UInt
from .clocks import (
    TICK,
    UNSLEEPABLE,
    clocked_thread,
    nanoseconds,
    now,
    thread_time,
    timespec,
)
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.process import Process
    from ..exec.thread import Thread

_MAX_OVERRUN = 0x7FFFFFFF
_CLOCKS = frozenset(
    (
        abi.CLOCK_REALTIME,
        abi.CLOCK_MONOTONIC,
        abi.CLOCK_PROCESS_CPUTIME_ID,
        abi.CLOCK_THREAD_CPUTIME_ID,
        abi.CLOCK_BOOTTIME,
        abi.CLOCK_REALTIME_ALARM,
        abi.CLOCK_BOOTTIME_ALARM,
        abi.CLOCK_TAI,
    )
)


@syscall
def getitimer(t: Thread, which: ItimerWhich, value: Out[Itimerval]) -> int:
    value.write(hostcall.fill(Itimerval, "getitimer", which, hostcall.OUT))
    return 0


@syscall
def setitimer(t: Thread, which: ItimerWhich, value: In[Itimerval], ovalue: Out[Itimerval]) -> int:
    want = hostcall.pack(value.read() if value else Itimerval())
    old = hostcall.fill(Itimerval, "setitimer", which, want, hostcall.OUT)
    if ovalue:
        ovalue.write(old)
    return 0


@syscall
def alarm(t: Thread, seconds: UInt) -> int:
    want = hostcall.pack(Itimerval(it_value=Timeval(tv_sec=min(seconds, 0x7FFFFFFF))))
    old = hostcall.fill(Itimerval, "setitimer", abi.ITIMER_REAL, want, hostcall.OUT).it_value
    # A fraction counts as a second where it is the whole rest, else it is rounded.
    if old.tv_usec >= 500_000 or (not old.tv_sec and old.tv_usec):
        return old.tv_sec + 1
    return old.tv_sec


class PosixTimer:
    """One timer of timer_create(2); `target` and `interval` are ns of its clock, 0: unarmed."""

    def __init__(self, owner: Thread, number: int, clock: int, event: SigEvent) -> None:
        self.process = owner.process
        self.image = owner.process.image
        self.owner = owner
        self.number = number
        self.clock = clock
        self.thread = clocked_thread(owner, clock)
        self.event = event
        self.target = self.interval = 0
        self.info: SigInfo | None = None  # the last one sent

    def arm(self, target: int, interval: int) -> None:
        """Go off when the clock shows `target`, then every `interval`; 0 disarms."""
        self.target, self.interval = target, interval
        self.info = None
        self._plan()

    def now(self) -> int:
        """What its clock shows; ESRCH when the thread or process is gone whose time that was."""
        if self.thread is None:
            try:
                return now(self.owner, self.clock)
            except LinuxError:
                raise LinuxError(ESRCH) from None
        if self.thread.exited:
            raise LinuxError(ESRCH)
        return thread_time(self.thread)

    def _plan(self, least: int = 0) -> None:
        left = self.left()
        at = monotonic_ns() + max(left, least) if left else None
        self.process.scheduler.set_timer(self, at, self._due)

    def left(self) -> int:
        """Until it goes off next, in ns; 0 when it does not."""
        if not self.target:
            return 0
        try:
            return max(1, self.target - self.now())
        except LinuxError:
            return 0

    def _due(self) -> None:
        if self.process.image is not self.image:
            return  # execve has deleted it
        try:
            late = self.now() - self.target
        except LinuxError:
            return
        if late < 0:  # a CPU clock goes slower than time does, and the wall clock may be set
            self._plan(TICK)
            return
        missed = 0
        if self.interval:
            missed = late // self.interval
            self.target += (missed + 1) * self.interval
        else:
            self.target = 0
        self._send(missed)
        self._plan()

    def _send(self, missed: int) -> None:
        event, process = self.event, self.process
        if event.sigev_notify == sig.SIGEV_NONE:
            return
        thread = None
        if event.sigev_notify == sig.SIGEV_THREAD_ID:
            thread = process.threads.get(event.sigev_notify_thread_id)
            if thread is None:
                return
        queue = process.pending if thread is None else thread.pending
        if self.info is not None and queue.holds(self.info):
            self.info.overrun = min(_MAX_OVERRUN, self.info.overrun + 1 + missed)
            return
        self.info = SigInfo(
            event.sigev_signo,
            sig.SI_TIMER,
            timer=self.number,
            overrun=min(_MAX_OVERRUN, missed),
            value=event.sigev_value,
        )
        process.generate(self.info, thread)


class PosixTimers:
    """The timers of a process; neither fork nor execve keeps them."""

    def __init__(self, process: Process) -> None:
        self.pid = process.pid
        self.image = process.image
        self.by_number: dict[int, PosixTimer] = {}
        self.next = 0

    def drop(self) -> None:
        """Disarm and forget all."""
        for timer in self.by_number.values():
            timer.arm(0, 0)
        self.by_number.clear()


def _timers(t: Thread) -> PosixTimers:
    process = t.process
    found: PosixTimers | None = process.kept.get(PosixTimers)
    if found is None or found.pid != process.pid or found.image is not process.image:
        if found is not None:
            found.drop()
        found = process.kept[PosixTimers] = PosixTimers(process)
    return found


def _timer(t: Thread, number: int) -> PosixTimer:
    timer = _timers(t).by_number.get(number)
    if timer is None:
        raise LinuxError(EINVAL)
    return timer


def _check_event(t: Thread, event: SigEvent) -> None:
    kinds = (sig.SIGEV_SIGNAL, sig.SIGEV_NONE, sig.SIGEV_THREAD, sig.SIGEV_THREAD_ID)
    if event.sigev_notify not in kinds:
        raise LinuxError(EINVAL)
    if event.sigev_notify == sig.SIGEV_THREAD_ID and (
        event.sigev_notify_thread_id not in t.process.threads
    ):
        raise LinuxError(EINVAL)
    if event.sigev_notify != sig.SIGEV_NONE and not 1 <= event.sigev_signo <= 64:
        raise LinuxError(EINVAL)


def _check_clock(t: Thread, clock: int) -> None:
    """EINVAL for a CPU clock of nobody, EOPNOTSUPP where no hardware wakes the machine."""
    if clock in (abi.CLOCK_REALTIME_ALARM, abi.CLOCK_BOOTTIME_ALARM):
        try:
            hostcall.fill(Timespec, "clock_getres", clock, hostcall.OUT)
        except LinuxError:
            raise LinuxError(EOPNOTSUPP) from None
    elif clock < 0:
        now(t, clock)


@syscall
def timer_create(t: Thread, clockid: Clock, sevp: In[SigEvent], timerid: Out[Int]) -> int:
    event = sevp.read() if sevp else None
    if event is not None:
        event.sigev_signo = t.arch.model.signal_to_ours(event.sigev_signo)
    if clockid in UNSLEEPABLE and clockid not in _CLOCKS:
        raise LinuxError(EOPNOTSUPP)
    if clockid >= 0 and clockid not in _CLOCKS:
        raise LinuxError(EINVAL)
    timers = _timers(t)
    number = timers.next  # used up even where the call fails
    timers.next = number + 1 & _MAX_OVERRUN
    if event is None:
        event = SigEvent(sigev_notify=sig.SIGEV_SIGNAL, sigev_signo=sig.SIGALRM, sigev_value=number)
    _check_event(t, event)
    timerid.write(number)
    _check_clock(t, clockid)
    clock = {
        abi.CLOCK_REALTIME_ALARM: abi.CLOCK_REALTIME,
        abi.CLOCK_BOOTTIME_ALARM: abi.CLOCK_BOOTTIME,
    }.get(clockid, clockid)
    timers.by_number[number] = PosixTimer(t, number, clock, event)
    return 0


def _current(timer: PosixTimer) -> Itimerspec:
    return Itimerspec(it_interval=timespec(timer.interval), it_value=timespec(timer.left()))


@syscall(wide="timer_settime64")
def timer_settime(
    t: Thread, timerid: Int, flags: TimerFlags, new: In[Itimerspec], old: Out[Itimerspec]
) -> int:
    if not new:
        raise LinuxError(EINVAL)
    want = new.read()
    value, interval = nanoseconds(want.it_value), nanoseconds(want.it_interval)
    timer = _timer(t, timerid)
    before = _current(timer)
    if value and not flags & abi.TIMER_ABSTIME:
        value += timer.now()
    timer.arm(value, interval if value else 0)
    if old:
        old.write(before)
    return 0


@syscall(wide="timer_gettime64")
def timer_gettime(t: Thread, timerid: Int, value: Out[Itimerspec]) -> int:
    value.write(_current(_timer(t, timerid)))
    return 0


@syscall
def timer_getoverrun(t: Thread, timerid: Int) -> int:
    info = _timer(t, timerid).info
    return info.overrun if info is not None else 0


@syscall
def timer_delete(t: Thread, timerid: Int) -> int:
    _timer(t, timerid).arm(0, 0)
    del _timers(t).by_number[timerid]
    return 0


@syscall
def timerfd_create(t: Thread, clockid: Clock, flags: TimerFdFlags) -> int:
    return hostcall.call("timerfd_create", clockid & 0xFFFFFFFF, flags)


@syscall(wide="timerfd_settime64")
def timerfd_settime(
    t: Thread, fd: Fd, flags: TimerFdFlags, new: In[Itimerspec], old: Out[Itimerspec]
) -> int:
    want = hostcall.pack(new.read())
    before = hostcall.fill(Itimerspec, "timerfd_settime", fd, flags, want, hostcall.OUT)
    if old:
        old.write(before)
    return 0


@syscall(wide="timerfd_gettime64")
def timerfd_gettime(t: Thread, fd: Fd, value: Out[Itimerspec]) -> int:
    value.write(hostcall.fill(Itimerspec, "timerfd_gettime", fd, hostcall.OUT))
    return 0
