"""The host threads beside the one that runs guests: signal listeners, the ticker, helpers."""

from __future__ import annotations

import ctypes
import os
import struct
from _thread import (
    allocate_lock,
    get_ident,
    get_native_id,
    stack_size,
    start_new_thread,
)
from errno import EAGAIN
from select import POLLIN

from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from _thread import LockType as Lock
    from collections.abc import Callable, Sequence
else:
    import _signal as signal  # signal itself makes enums of everything: 3 ms

# 32 and 33 belong to the host's C library.
ALL_SIGNALS = tuple(n for n in range(1, 65) if n not in (32, 33))
_FIXED = (signal.SIGKILL, signal.SIGSTOP)
_HELPER_SIGNAL = 63  # ends a helper's host call with EINTR
_WAKE_SIGNAL = 64  # makes a parked thread look whether it shall end
_LISTEN_SLICE = 100  # ms; bounds the delay of host signals sent to the main thread alone
_STACK = 256 * 1024
_RESERVE = 4  # listener, ticker, two calls that sleep
_RLIMIT_CORE = 4
_EPOLL_CTL_ADD, _EPOLLIN, _EPOLLET = 1, 1, 1 << 31


in_place: dict[int, Callable[[int], None]] = {}  # signals that have a handler in machine code

_libc = ctypes.CDLL(None, use_errno=True)
_SIGSET = ctypes.create_string_buffer(
    sum(1 << n - 1 for n in ALL_SIGNALS).to_bytes(8, "little").ljust(128, b"\0"), 128
)


def take_signal(timeout: float | None = None) -> bytes | None:
    """Take a host signal of the calling thread or the process: its 128-byte siginfo_t.

    Waits at most `timeout` seconds (None: for ever); None when nothing came.
    """
    from .hostcall import call

    info = ctypes.create_string_buffer(128)
    span = None if timeout is None else _TIMESPEC.pack(int(timeout), int(timeout % 1 * 1e9))
    try:  # not the C library's function, which shows SI_TKILL as SI_USER
        call("rt_sigtimedwait", _SIGSET, info, span, 8)
    except LinuxError:
        return None
    return info.raw


def signal_fd() -> int:
    """A descriptor that polls readable while `take_signal` would find something."""
    return _opened(_libc.signalfd(-1, _SIGSET, os.O_CLOEXEC | os.O_NONBLOCK))


def _opened(fd: int) -> int:
    """What a function of the C library returned; OSError where it failed."""
    if fd < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return fd


_POLLFD = struct.Struct("iHH")
_TIMESPEC = struct.Struct("ll")


def poll_fds(wanted: dict[int, int], timeout: int | None) -> dict[int, int]:
    """ppoll(2): descriptor -> events asked for, `timeout` in ns; returns those that are ready."""
    size = 8 * len(wanted)
    array = ctypes.create_string_buffer(size)
    at = 0
    for fd, events in wanted.items():
        _POLLFD.pack_into(array, at, fd, events & 0xFFFF, 0)
        at += 8
    span = None
    if timeout is not None:
        span = _TIMESPEC.pack(timeout // 1_000_000_000, timeout % 1_000_000_000)
    if _libc.ppoll(array, len(wanted), span, None) <= 0:
        return {}
    return {fd: events for fd, _, events in _POLLFD.iter_unpack(array.raw) if events}


def forget_signal(signo: int) -> bool:
    """Drop a host signal that waits for the calling thread; whether one did."""
    return signal.sigtimedwait((signo,), 0) is not None


def block_signals() -> set[int]:
    """Block every signal in the calling thread and in those it starts; returns the old mask."""
    return {int(s) for s in signal.pthread_sigmask(signal.SIG_BLOCK, ALL_SIGNALS)}


def start(run: Callable[..., None], *args: object) -> None:
    """Have a host thread with a small stack do `run(*args)`; EAGAIN if there can be none."""
    try:
        _start_new(run, *args)
    except LinuxError:
        if not _idle:
            raise
        _idle.pop().do(lambda: run(*args))


def _start_new(run: Callable[..., None], *args: object) -> None:
    stack_size(_STACK)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, in_place) if in_place else None
    try:
        start_new_thread(run, args)
    except RuntimeError:
        raise LinuxError(EAGAIN) from None
    finally:
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Idle:
    """A host thread in reserve for `start`.

    After unshare(CLONE_NEWPID), or beyond RLIMIT_NPROC, the host makes none.
    """

    def __init__(self) -> None:
        self._job: Callable[[], None] | None = None
        self._go = allocate_lock()
        self._go.acquire()
        _start_new(self._run)
        _idle.append(self)

    def do(self, job: Callable[[], None] | None) -> None:
        self._job = job
        self._go.release()

    def _run(self) -> None:
        self._go.acquire()
        while self._job is not None:
            self._job()
            _idle.append(self)
            self._go.acquire()


_idle: list[_Idle] = []


def keep_in_reserve() -> None:
    """Before the host makes no more threads: some are there already, if it still does now."""
    try:
        while len(_idle) < _RESERVE:
            _Idle()
    except LinuxError:
        return


def end_reserve(forked: bool = False) -> None:
    """The threads in reserve end; the child of a fork has none of them."""
    while _idle:
        thread = _idle.pop()
        if not forked:
            thread.do(None)


class Parked:
    """A host thread that owns a guest thread's tid and listens for signals sent to it.

    A signal for the process it may take, too: under `taking`, so that whoever holds this knows
    that all that were taken are posted, and in which order. EAGAIN if the host makes no thread.
    """

    def __init__(self, post: Callable[[int, bytes], None], taking: Lock, fd: int) -> None:
        self._post = post
        self._taking = taking
        self._fd = fd
        self._ended = False
        started = allocate_lock()
        started.acquire()
        _start_new(self._run, started)
        started.acquire()

    def _run(self, started: Lock) -> None:
        self.ident, self.tid = get_ident(), get_native_id()
        started.release()
        while not self._ended:
            poll_fds({self._fd: POLLIN}, None)  # shows each thread its own signals
            with self._taking:
                info = None if self._ended else take_signal(0)
                if info is not None:
                    self._post(self.tid, info)

    def end(self) -> None:
        """Give the tid back."""
        self._ended = True
        signal.pthread_kill(self.ident, _WAKE_SIGNAL)


def signal_edges(fd: int) -> int:
    """A descriptor for `listen`, which tells each signal that comes to the `signal_fd` once."""
    edges = _opened(_libc.epoll_create1(os.O_CLOEXEC))
    _libc.epoll_ctl(edges, _EPOLL_CTL_ADD, fd, struct.pack("=IQ", _EPOLLIN | _EPOLLET, 0))
    return edges


def listen(edges: int, look: Callable[[], bool]) -> None:
    """Start the process's listener: `look()` when a signal came, and now and then; False ends it.

    It leaves the signal where it is: one that it took would be nowhere until it can run Python,
    and a fork or a wait4 in that time would miss it.
    """

    def run() -> None:
        room = ctypes.create_string_buffer(12)
        while True:
            _libc.epoll_wait(edges, room, 1, _LISTEN_SLICE)
            if not look():
                return

    start(run)


class Ticker:
    """Calls `tick()` every `period` while someone wants it, and once at `at(deadline)`."""

    def __init__(self, tick: Callable[[], None], period: float) -> None:
        self._tick = tick
        self._period = period
        self._wanted = False
        self._lock = allocate_lock()
        self._lock.acquire()
        self._started = False
        self._ended = False

    def end(self) -> None:
        """The thread ends; nobody may `want` ticks any more."""
        self._ended, self._wanted = True, False
        if self._started and self._lock.locked():
            self._lock.release()

    def want(self) -> None:
        """Tick from now on."""
        if self._wanted:
            return
        self._wanted = True
        if not self._started:
            try:
                start(self._run)
            except LinuxError:  # threads take turns when they make calls
                self._wanted = False
                return
            self._started = True
        elif self._lock.locked():
            self._lock.release()

    def rest(self) -> None:
        """No more ticks until `want`."""
        self._wanted = False

    def _run(self) -> None:
        # The sleep is interruptible by nobody: a tick that comes one period late hurts no one.
        from time import sleep

        while not self._ended:
            if not self._wanted:
                self._lock.acquire()
                continue
            sleep(self._period)
            if self._wanted:
                self._tick()


def prepare_helpers() -> None:
    """Make `interrupt_helper` possible; main thread, once per process."""
    signal.signal(_HELPER_SIGNAL, lambda *_: None)


def helper_ident() -> int:
    """In a helper thread: accept `interrupt_helper`; returns what that wants."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (_HELPER_SIGNAL,))
    return get_ident()


def interrupt_helper(ident: int) -> None:
    """End a helper thread's host call with EINTR; the thread must not have returned yet."""
    signal.pthread_kill(ident, _HELPER_SIGNAL)


def handled_in_place(signo: int, install: Callable[[int], None]) -> None:
    """The calling thread, and no other, lets a signal in, for which it called `install(signo)`.

    That is called again when another program's dispositions were tried meanwhile.
    """
    in_place[signo] = install
    let_in(signo)


def let_in(signo: int) -> None:
    """Unblock a signal in the calling thread."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signo,))


def ignored(signo: int) -> bool:
    """Whether the host ignores a signal for this process."""
    return bool(signal.getsignal(signo) == signal.SIG_IGN)


def ignore(signo: int, on: object) -> None:
    """Make the host ignore a signal, or treat it as by default."""
    signal.signal(signo, signal.SIG_IGN if on else signal.SIG_DFL)


def host_signals(ignored_ones: Sequence[int], mask: int) -> Callable[[], None]:
    """Give the host's dispositions and mask to a program that takes our place.

    Returns what takes them back, for when there is none.
    """
    before = {n: signal.getsignal(n) for n in ALL_SIGNALS if n not in _FIXED}
    for signo in before:
        signal.signal(signo, signal.SIG_IGN if signo in ignored_ones else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [n for n in ALL_SIGNALS if mask >> n - 1 & 1])

    def restore() -> None:
        block_signals()
        for signo, old in before.items():
            signal.signal(signo, old)
        for signo, install in list(in_place.items()):
            install(signo)
            let_in(signo)

    return restore


def describe(signo: int) -> str:
    """The name of a signal, as strsignal(3) has it."""
    return signal.strsignal(signo) or f"Unknown signal {signo}"


def die(signo: int) -> None:
    """Kill this process by `signo` without a core file of the emulator."""
    limit = (ctypes.c_uint64 * 2)()
    _libc.getrlimit(_RLIMIT_CORE, limit)
    limit[0] = 0
    _libc.setrlimit(_RLIMIT_CORE, limit)  # without a module, for which no descriptor may be left
    if signo not in ALL_SIGNALS:
        _die_plainly(signo)
    if signo not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(signo, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signo,))
    # Sent to this thread: those that wait for the guests' signals would take the process's.
    signal.pthread_kill(get_ident(), signo)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ALL_SIGNALS)
    os._exit(128 + signo)


def _die_plainly(signo: int) -> None:
    """Die by a signal whose action and mask the host's C library keeps to itself."""
    from .hostcall import call

    call("rt_sigaction", signo, bytes(32), None, 8)
    call("rt_sigprocmask", signal.SIG_UNBLOCK, (1 << signo - 1).to_bytes(8, "little"), None, 8)
    call("tgkill", os.getpid(), get_native_id(), signo)


def stop(signo: int) -> None:
    """Stop this process as `signo` does by default, so that its parent sees that signal."""
    if signo == signal.SIGSTOP:
        os.kill(os.getpid(), signo)
        return
    old = signal.signal(signo, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signo,))
    os.kill(os.getpid(), signo)
    signal.pthread_sigmask(signal.SIG_BLOCK, (signo,))
    signal.signal(signo, old)
