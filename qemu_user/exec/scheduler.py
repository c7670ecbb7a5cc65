"""Who runs now: all guest threads take turns on one host thread and one engine."""

from __future__ import annotations

import os
from select import POLLIN
from time import monotonic_ns, thread_time_ns

from . import cpu as traps
from .errors import EngineError
from .foreigncode import refresh
from .hostsignals import HostSignals
from .hostthreads import Ticker, end_reserve, poll_fds
from .signals import deliver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from .process import Process
    from .thread import Thread
    from .waiting import Wait

    T = TypeVar("T")

SLICE = 0.005  # s a thread runs while others want to
_ALWAYS = 0x38  # POLLERR, POLLHUP, POLLNVAL come unasked
_ALONE = 3  # links of /proc/self/task of a single thread: needs no descriptor


class Scheduler:
    """FIFO over the runnable threads of a process; sleepers wait in one poll."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.current: Thread = None  # type: ignore[assignment]  # set before anything runs
        self.attention = False  # leave guest code: something is to be done before more of it
        self._give_way = False  # another thread's turn
        self._ticked = False
        self._waited: dict[Thread, int] = {}  # who was runnable at the last tick, and its turns
        self._look = True  # the host may have news
        self._loaded: Thread | None = None  # whose registers the engine holds
        self._since = 0  # its host CPU time when it was loaded
        self._runnable: list[Thread] = []
        self._sleeping: dict[Thread, Wait] = {}
        self._timers: dict[object, tuple[int, Callable[[], None]]] = {}
        self.outside: list[Callable[[], None]] = []  # what `from_outside` was given
        self.idle = False  # in the host's poll, which `wake_fd` ends
        self._start_host_side()

    def _start_host_side(self) -> None:
        create = self.process.files.create
        self.wake_fd = create(lambda: os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK))
        self.signals = HostSignals(self.process.files, self._tick)
        self._ticker = Ticker(self._tick, SLICE)

    def _tick(self) -> None:
        self._ticked = self._look = self.attention = True
        self.process.cpu.interrupt()

    def _listen(self) -> None:
        """Signals make themselves felt from now on, or are looked for at each call."""
        if not self.signals.listen():
            self._look = True

    def retire_host_threads(self) -> None:
        """End the host threads beside this one for what the host grants to single ones only.

        They start again when they are needed. Waits for their end, at most for 300 ms.
        """
        self._ticker.end()
        self._close_host_side()
        while self.process.spare:
            self.process.spare.pop().end()
        end_reserve()
        deadline = monotonic_ns() + 300_000_000
        while os.stat("/proc/self/task").st_nlink > _ALONE and monotonic_ns() < deadline:
            os.sched_yield()  # a sleep may be as long as PR_SET_TIMERSLACK permits
        self._start_host_side()
        self.look()  # and listen again, where this call needed not leave the engine

    def _close_host_side(self) -> None:
        self.process.files.unreserve(self.wake_fd)
        self.signals.close()

    def forked(self, t: Thread) -> None:
        """In a forked child: `t` alone is left, and no host thread but this one."""
        self._runnable = []
        self._sleeping.clear()
        self._timers.clear()
        self.outside.clear()
        self._waited.clear()
        end_reserve(forked=True)
        self._close_host_side()
        self.current = self._loaded = t
        t.cpu_time, self._since = 0, thread_time_ns()
        self._start_host_side()

    # what others ask for

    def from_outside(self, call: Callable[[], None]) -> None:
        """From any host thread: have `call()` run on the guests' thread soon."""
        self.outside.append(call)
        self._look = self.attention = True
        if self.idle:
            os.eventfd_write(self.wake_fd, 1)
        self.process.cpu.interrupt()

    def look(self) -> None:
        """The host may have sent a signal that is due before more user code runs."""
        self._look = self.attention = True

    def catch_up(self, waits: bool | None = None) -> None:
        """Who made a descriptor ready may have sent a signal before, which must not come later.

        `waits`: whether one is in the host, if that is known.
        """
        if self.signals.came(waits):
            self.look()

    def add(self, t: Thread) -> None:
        """A new thread, runnable."""
        self._runnable.append(t)
        self.attention = True

    def remove(self, t: Thread) -> None:
        """A thread that ended: forget its sleep and its turn."""
        self._sleeping.pop(t, None)
        if t in self._runnable:
            self._runnable.remove(t)
        self.attention = True

    def wake(self, sleep: Wait) -> None:
        """End this sleep if it is still on."""
        sleep.woken = True
        self._rouse(sleep)

    def signalled(self, t: Thread) -> None:
        """A signal waits for `t` (or an extension wants it): interrupt its sleep."""
        self.attention = True
        sleep = self._sleeping.get(t)
        if sleep is not None and sleep.signals:
            sleep.interrupted = True
            self._rouse(sleep)

    def prefer(self, t: Thread) -> None:
        """Let `t` run next, and the current thread give way now."""
        if t in self._runnable:
            self._runnable.remove(t)
            self._runnable.insert(0, t)
            self.give_way()

    def give_way(self) -> None:
        """The current thread's turn ends before more of its code runs."""
        self._give_way = self.attention = True

    def set_timer(self, key: object, deadline: int | None, call: Callable[[], None]) -> None:
        """Have `call()` run at `deadline` (monotonic ns); None takes the timer back."""
        if deadline is None:
            self._timers.pop(key, None)
        else:
            self._timers[key] = (deadline, call)
            self.attention = True

    def cpu_time(self, t: Thread) -> int:
        """ns of host CPU time spent for `t`."""
        return t.cpu_time + (thread_time_ns() - self._since if t is self._loaded else 0)

    def _rouse(self, sleep: Wait) -> None:
        t = sleep.thread
        if t is not None and self._sleeping.pop(t, None) is not None:
            sleep.thread = None
            self._runnable.append(t)
            self.attention = True

    def is_asleep(self, t: Thread) -> bool:
        """Whether the thread waits in a system call."""
        return t in self._sleeping

    # the loop

    def run(self) -> None:
        """Run the process's threads until GuestExit is raised."""
        while True:
            if self._look or not self._runnable:
                self._collect()
            if not self._runnable:
                self._sleep()
                continue
            t = self._runnable.pop(0)
            t.turns += 1
            self._switch(t)
            if t.call is not None:
                t.sleep = None
                self.process.dispatcher.step(t)
            if t.call is None and not t.exited:
                self._user(t)
            if t.call is not None and not t.exited:
                self._put_to_sleep(t)
            elif not t.exited:
                self._runnable.append(t)

    def _put_to_sleep(self, t: Thread) -> None:
        sleep = t.sleep
        assert sleep is not None
        sleep.thread = t
        self._sleeping[t] = sleep
        if sleep.woken:
            self._rouse(sleep)
        elif sleep.signals and (
            t.has_signal()
            or t.pending_bits & t.waiting_for
            or any(e.interrupts(t) for e in self.process.extensions)
        ):
            self.signalled(t)

    def _switch(self, t: Thread) -> None:
        self.current = t
        loaded = self._loaded
        if loaded is t:
            return
        cpu = self.process.cpu
        now = thread_time_ns()
        if loaded is not None and not loaded.exited:
            loaded.cpu_time += now - self._since
            if loaded.context is None:
                loaded.context = cpu.new_context()
            else:
                cpu.save(loaded.context)
        if t.context is not None:
            cpu.restore(t.context)
        self._loaded, self._since = t, now

    def _user(self, t: Thread) -> None:  # noqa: C901
        """Run guest code of `t` until it sleeps, ends or has to give way."""
        p = self.process
        self._give_way = False
        if t.rseq is not None:
            t.rseq.interrupted()
        while True:
            self.attention = refresh(p.memory)
            if self.attention:  # the kernel is to be left after each call
                p.cpu.calls.stop()
            if self._look:
                self._collect()
            if not self._deliver(t):
                return
            for extension in p.extensions:
                extension.before_user(t)
            if t.has_signal() or (t.traced is not None and t.traced.wanted):
                continue  # an extension found a fault, or a tracer came
            if self._give_way and self._runnable:
                return
            if self._runnable or self._sleeping or self._timers:
                self._ticker.want()
            else:
                self._ticker.rest()
            if self.signals.deaf:
                self._listen()
            self._give_way = False
            if t.rseq is not None:
                t.rseq.refresh()
            # execve of another architecture changes the CPU
            trap = t.cpu.run() if t.traced is None else t.traced.run()
            if type(trap) is traps.Syscall:
                p.dispatcher.dispatch(t)
            elif type(trap) is not traps.Interrupted:
                p.trap(t, trap)
            elif p.dispatcher.error is not None:
                error, p.dispatcher.error = p.dispatcher.error, None
                raise error
            if p.memory.guard is not None:
                p.memory.guard.answer(t)
            if t.call is not None or t.exited:
                return

    def _deliver(self, t: Thread) -> bool:
        """Signals, or what a tracer wants, before user code; False: none of it runs now."""
        if t.traced is not None:
            if t.traced.wanted:
                t.call = t.traced.deliver()
                self.process.dispatcher.step(t)
        elif t.restart or t.saved_mask is not None or t.has_signal():
            deliver(t)
        return t.call is None and not t.exited

    def take_in(self, done: Callable[[], bool], deadline: int) -> None:
        """Let nothing happen but what comes from outside, until `done()` or the deadline."""
        self._collect()
        while not done() and monotonic_ns() < deadline:
            self._block([deadline])
            self._collect()

    def with_registers(self, t: Thread, call: Callable[[], T]) -> T:
        """`call()` while the engine holds the registers of `t`."""
        before = self.current
        self._switch(t)
        try:
            return call()
        finally:
            if not before.exited:
                self._switch(before)

    def _collect(self) -> None:
        """Take in what happened outside, timers that ran out and sleepers that may go on."""
        self._look = False
        if self._ticked:
            self._end_slice()
        calls, signals = self.signals.take(self.outside)
        for outside in calls:
            outside()
        for info in signals:
            self.process.signal_taken(0, info)
        now = monotonic_ns()
        due = sorted((d, id(k), k, c) for k, (d, c) in self._timers.items() if d <= now)
        for _, _, key, call in due:
            del self._timers[key]
            call()
        if self._sleeping:
            self._poll(0)

    def _end_slice(self) -> None:
        """Who had no turn since the last tick gets the next, whomever others `prefer`.

        When nobody has waited that long, a thread that only just got its turn keeps it.
        """
        self._ticked = False
        if thread_time_ns() - self._since > SLICE * 1e9 / 2:
            self.give_way()
        for t in self._runnable:
            if self._waited.get(t) == t.turns:
                self._runnable.remove(t)
                self._runnable.insert(0, t)
                self.give_way()
                break
        self._waited = {t: t.turns for t in self._runnable}

    def _sleep(self) -> None:
        """Nobody can run: wait for a descriptor, a deadline or the outside."""
        if not self._sleeping:
            raise EngineError("no guest thread is left")
        self._ticker.rest()
        if self.process.memory.loan is not None:
            self.process.memory.loan.leave()
        deadlines = [s.deadline for s in self._sleeping.values() if s.deadline is not None]
        self._block(deadlines + [d for d, _ in self._timers.values()])

    def _block(self, deadlines: list[int]) -> None:
        """Wait in the host until the first of `deadlines` (monotonic ns) at most."""
        timeout = max(0, min(deadlines) - monotonic_ns()) if deadlines else None
        self._listen()
        self.idle = True
        self._poll(0 if self.outside else timeout)
        self.idle = False
        self._look = True

    def _poll(self, timeout: int | None) -> None:
        """One host poll for all sleepers; `timeout` in ns, None: for ever."""
        wanted: dict[int, int] = {}
        sleepers = list(self._sleeping.values())
        for sleep in sleepers:
            for fd, events in sleep.fds:
                wanted[fd] = wanted.get(fd, 0) | events
        ready: dict[int, int] = {}
        if timeout != 0:
            wanted[self.wake_fd] = wanted[self.signals.fd] = POLLIN
        if wanted:
            ready = poll_fds(wanted, timeout)
            if self.wake_fd in ready:
                os.eventfd_read(self.wake_fd)
        now = monotonic_ns()
        for sleep in sleepers:
            if _ended(sleep, ready, now):
                self._look = True
                self._rouse(sleep)

    def ready_at_once(self, sleep: Wait) -> bool:
        """A sleep that need not begin since what it waits for is there."""
        if sleep.woken:
            return True
        ready: dict[int, int] = {}
        if sleep.fds:
            signals = self.signals.fd
            ready = poll_fds({**dict(sleep.fds), signals: POLLIN}, 0)
            self.catch_up(signals in ready)
        return _ended(sleep, ready, monotonic_ns() if sleep.deadline is not None else 0)


def _ended(sleep: Wait, ready: dict[int, int], now: int) -> bool:
    if ready:
        for fd, events in sleep.fds:
            found = ready.get(fd, 0) & (events | _ALWAYS)
            if found:
                sleep.ready[fd] = found
    if sleep.deadline is not None and sleep.deadline <= now:
        sleep.timed_out = True
    return bool(sleep.ready) or sleep.timed_out
