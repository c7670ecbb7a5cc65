"""Signals: what is queued, what a process does with each, and how one reaches its thread."""

from __future__ import annotations

from errno import EINTR

from .abi import signals as abi
from .abi.layout import DataModel
from .errors import ERESTART_RESTARTBLOCK, ERESTARTNOHAND, ERESTARTSYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .process import Process
    from .thread import Thread

COUNT = 64
SIGRTMIN = 32
IGNORED_BY_DEFAULT = frozenset((abi.SIGCHLD, abi.SIGCONT, abi.SIGURG, abi.SIGWINCH))
STOPPING = frozenset((abi.SIGSTOP, abi.SIGTSTP, abi.SIGTTIN, abi.SIGTTOU))
CORE = frozenset(
    (
        abi.SIGQUIT,
        abi.SIGILL,
        abi.SIGTRAP,
        abi.SIGABRT,
        abi.SIGBUS,
        abi.SIGFPE,
        abi.SIGSEGV,
        abi.SIGXCPU,
        abi.SIGXFSZ,
        abi.SIGSYS,
    )
)
SYNCHRONOUS = (
    abi.SIGSEGV,
    abi.SIGBUS,
    abi.SIGILL,
    abi.SIGTRAP,
    abi.SIGFPE,
    abi.SIGSYS,
)
_ADDRESSED = frozenset(SYNCHRONOUS) - {abi.SIGSYS}
_OWN_CODES = frozenset((*SYNCHRONOUS, abi.SIGCHLD))
_SYNC_BITS = sum(1 << s - 1 for s in SYNCHRONOUS)
UNBLOCKABLE = 1 << abi.SIGKILL - 1 | 1 << abi.SIGSTOP - 1
STOP_BITS = sum(1 << s - 1 for s in STOPPING)


def bit(signo: int) -> int:
    """The signal's bit in a mask."""
    return 1 << signo - 1


class SigInfo:
    """siginfo_t by meaning; which members count depends on `signo` and `code` (man 2 sigaction)."""

    __slots__ = (
        "addr",
        "code",
        "errno",
        "overrun",
        "pid",
        "signo",
        "status",
        "stime",
        "timer",
        "uid",
        "utime",
        "value",
    )

    def __init__(
        self,
        signo: int,
        code: int,
        *,
        errno: int = 0,
        pid: int = 0,
        uid: int = 0,
        status: int = 0,
        utime: int = 0,
        stime: int = 0,
        addr: int = 0,
        value: int = 0,
        timer: int = 0,
        overrun: int = 0,
    ) -> None:
        self.signo = signo
        self.code = code
        self.errno = errno
        self.pid = pid
        self.uid = uid
        self.status = status  # also si_fd, si_syscall
        self.utime = utime
        self.stime = stime
        self.addr = addr  # also si_band, si_call_addr
        self.value = value  # sigval's 64 bits; also si_arch
        self.timer = timer
        self.overrun = overrun

    @property
    def kind(self) -> str:
        """Which union member is in use: kill, timer, rt, chld, fault, poll, sys."""
        if self.code == abi.SI_TIMER:
            return "timer"
        if self.code in (abi.SI_USER, abi.SI_TKILL):
            return "kill"
        if self.code == abi.SI_SIGIO or self._tells_readiness():
            return "poll"
        if self.code <= 0:
            return "rt"
        if self.signo == abi.SIGSYS and self.code <= abi.SYS_USER_DISPATCH:
            return "sys"
        if self.signo in _ADDRESSED:
            return "fault"
        return "chld" if self.signo == abi.SIGCHLD else "kill"

    def _tells_readiness(self) -> bool:
        """The code is SIGIO's, which a signal chosen by F_SETSIG has as well (man 2 fcntl)."""
        return 0 < self.code <= abi.POLL_HUP and self.signo not in _OWN_CODES

    def pack(self, model: DataModel) -> bytes:
        """The 128 bytes a guest of `model` sees."""
        shape, members = _UNION[self.kind]
        mask = (1 << model.word * 8) - 1
        values = {f"si_{ours}": getattr(self, ours) for ours in ("signo", "errno", "code")}
        for theirs, ours in members:
            value = getattr(self, ours)
            values[theirs] = value & mask if theirs in _WORDS else value
        if model.signals:
            from .abi.signames import siginfo_to_guest

            siginfo_to_guest(values, model)
        return shape(**values).pack(model)

    @classmethod
    def unpack(cls, model: DataModel, data: bytes) -> SigInfo:
        """Read 128 bytes as a guest of `model` (or the host) lays them out."""
        head = abi.SigInfo.unpack(model, data)
        if model.signals:
            from .abi.signames import siginfo_to_ours

            siginfo_to_ours(head, model)
        info = cls(head.si_signo, head.si_code, errno=head.si_errno)
        shape, members = _UNION[info.kind]
        body = shape.unpack(model, data)
        for theirs, ours in members:
            setattr(info, ours, getattr(body, theirs))
        return info


_SENDER = (("si_pid", "pid"), ("si_uid", "uid"))
_CALL = (("si_call_addr", "addr"), ("si_syscall", "status"), ("si_arch", "value"))
_WORDS = frozenset(("si_addr", "si_call_addr", "si_value"))
_UNION: dict[str, tuple[type[abi.SigInfo], tuple[tuple[str, str], ...]]] = {
    "kill": (abi.SigInfoKill, _SENDER),
    "rt": (abi.SigInfoRt, (*_SENDER, ("si_value", "value"))),
    "timer": (
        abi.SigInfoTimer,
        (("si_timerid", "timer"), ("si_overrun", "overrun"), ("si_value", "value")),
    ),
    "fault": (abi.SigInfoFault, (("si_addr", "addr"),)),
    "chld": (
        abi.SigInfoChild,
        (*_SENDER, ("si_status", "status"), ("si_utime", "utime"), ("si_stime", "stime")),
    ),
    "sys": (abi.SigInfoSys, _CALL),
    "poll": (abi.SigInfoPoll, (("si_band", "addr"), ("si_fd", "status"))),
}


class Action:
    """struct sigaction as the kernel keeps it."""

    __slots__ = ("flags", "handler", "mask", "restorer")

    def __init__(
        self, handler: int = abi.SIG_DFL, flags: int = 0, restorer: int = 0, mask: int = 0
    ) -> None:
        self.handler = handler
        self.flags = flags
        self.restorer = restorer
        self.mask = mask


class SignalHandlers:
    """Dispositions, shared by the threads that CLONE_SIGHAND joined."""

    def __init__(self) -> None:
        self._actions = [Action() for _ in range(2 * COUNT + 1)]  # MIPS has 128

    def __getitem__(self, signo: int) -> Action:
        return self._actions[signo]

    def __setitem__(self, signo: int, action: Action) -> None:
        self._actions[signo] = action

    def ignores(self, signo: int) -> bool:
        """The signal would be thrown away at once if it were not blocked."""
        handler = self._actions[signo].handler
        return handler == abi.SIG_IGN or (handler == abi.SIG_DFL and signo in IGNORED_BY_DEFAULT)

    def exec(self) -> None:
        """Handlers are gone after execve, ignored signals stay ignored."""
        for signo, action in enumerate(self._actions):
            kept = abi.SIG_IGN if action.handler == abi.SIG_IGN else abi.SIG_DFL
            self._actions[signo] = Action(kept)


class PendingSignals:
    """Queued signals of a thread or a process: standard ones once, real-time ones each."""

    __slots__ = ("_queue", "bits")

    def __init__(self) -> None:
        self.bits = 0
        self._queue: list[SigInfo] = []

    def add(self, info: SigInfo) -> bool:
        """Queue it; False when a standard signal was already pending."""
        if info.signo < SIGRTMIN and self.bits & bit(info.signo):
            return False
        self._queue.append(info)
        self.bits |= bit(info.signo)
        return True

    def take(self, allowed: int) -> SigInfo | None:
        """The next one among the signal bits `allowed`: faults first, then the lowest number."""
        ready = self.bits & allowed
        if not ready:
            return None
        first = ready & _SYNC_BITS or ready
        signo = (first & -first).bit_length()
        found = next(i for i in self._queue if i.signo == signo)
        self._queue.remove(found)
        if not any(i.signo == signo for i in self._queue):
            self.bits &= ~bit(signo)
        return found

    def queued(self) -> list[SigInfo]:
        """All of them, in the order in which they came."""
        return list(self._queue)

    def holds(self, info: SigInfo) -> bool:
        """This very signal is still queued."""
        return any(queued is info for queued in self._queue)

    def discard(self, signals: int) -> None:
        """Forget what is queued of these signal bits."""
        if self.bits & signals:
            self._queue = [i for i in self._queue if not bit(i.signo) & signals]
            self.bits &= ~signals


def generate(p: Process, info: SigInfo, target: Thread | None) -> None:
    """Send `info` to one thread, or to the process when `target` is None (man 7 signal)."""
    signo = info.signo
    if signo == abi.SIGCONT:
        _discard(p, STOP_BITS)
        if p.tracing is not None:
            p.tracing.continued()
    elif signo in STOPPING:
        _discard(p, bit(abi.SIGCONT))
    threads = [target] if target is not None else list(p.threads.values())
    if p.handlers.ignores(signo) and not any(
        bit(signo) & t.held or t.traced is not None for t in threads
    ):
        for call in p.observers.signal_ignored:
            call(target or threads[0], info)
        return
    queue = p.pending if target is None else target.pending
    if not queue.add(info):
        return
    for look in p.signal_watchers:
        look()
    for t in threads:
        if not bit(signo) & t.mask or bit(signo) & t.waiting_for:
            if target is None:
                p.chosen[signo] = t
                t.signalled()
                break
            t.signalled()


def of_others(t: Thread) -> int:
    """Signals of the process that another thread was woken for and will take (complete_signal)."""
    return sum(
        bit(signo)
        for signo, chosen in t.process.chosen.items()
        if chosen is not t and not chosen.exited and not bit(signo) & chosen.mask
    )


def take(t: Thread, signals: int) -> SigInfo | None:
    """Take the next of these signal bits that is queued for the thread or its process."""
    p = t.process
    info = t.pending.take(signals) or p.pending.take(signals)
    if info is not None:
        if p.chosen and not p.pending.bits & bit(info.signo):
            p.chosen.pop(info.signo, None)
        for look in p.signal_watchers:
            look()
    return info


def _discard(p: Process, signals: int) -> None:
    p.pending.discard(signals)
    for t in p.threads.values():
        t.pending.discard(signals)


def deliver(t: Thread, handled: bool = False) -> None:
    """Return-to-user work: default actions and frames for what is pending and not blocked.

    Decides what becomes of an interrupted call: run again, or EINTR (man 7 signal, SA_RESTART).
    `handled`: a handler was already entered.
    """
    while not t.exited and t.traced is None:
        info = take(t, ~t.mask & ~of_others(t))
        if info is None:
            settle(t, handled)
            break
        handled = act(t, info) or handled


def act(t: Thread, info: SigInfo) -> bool:
    """Do what the process wants done about a signal; whether a handler runs now."""
    p = t.process
    action = p.handlers[info.signo]
    if action.handler == abi.SIG_IGN:
        return False
    for call in p.observers.signal_delivered:
        call(t, info)
    if action.handler == abi.SIG_DFL:
        _default(t, info)
        return False
    _restart(t, action.flags)
    _enter_handler(t, info, action)
    return True


def settle(t: Thread, handled: bool) -> None:
    """All signals are delivered: settle an interrupted call, and a mask for its time."""
    if not handled:
        _restart(t, None)
        if t.saved_mask is not None:
            t.mask, t.saved_mask = t.saved_mask, None
            if t.has_signal():
                deliver(t)
    t.saved_mask = None


def _default(t: Thread, info: SigInfo) -> None:
    signo = info.signo
    if signo in IGNORED_BY_DEFAULT:
        return
    if signo in STOPPING:
        t.process.stop(signo)
        return
    t.process.killed(info)


def _restart(t: Thread, flags: int | None) -> None:
    """Settle a restart code; `flags` are the handler's, None when no handler runs."""
    code, t.restart = t.restart, 0
    if not code:
        return
    if flags is None:
        again = not any(e.interrupts(t) for e in t.process.extensions)
    elif code == ERESTARTSYS:
        again = bool(flags & abi.SA_RESTART)
    else:
        again = code not in (ERESTARTNOHAND, ERESTART_RESTARTBLOCK)
    if again:
        t.rerun_syscall(block=flags is None and code == ERESTART_RESTARTBLOCK)
    else:
        t.process.dispatcher.fail(EINTR)


def _enter_handler(t: Thread, info: SigInfo, action: Action) -> None:
    p = t.process
    if t.rseq is not None:
        t.rseq.interrupted()
    mask = t.mask if t.saved_mask is None else t.saved_mask
    t.saved_mask = None
    try:
        p.arch.frame.setup(t, action, info, mask)
    except OSError:
        # The stack can't hold the frame: as Linux, SIGSEGV that can't be caught in turn.
        p.handlers[abi.SIGSEGV] = Action()
        t.mask &= ~bit(abi.SIGSEGV)
        t.pending.add(SigInfo(abi.SIGSEGV, abi.SI_KERNEL))
        return
    if action.flags & abi.SA_RESETHAND:
        p.handlers[info.signo] = Action(abi.SIG_DFL, action.flags, 0, action.mask)
    t.mask |= action.mask
    if not action.flags & abi.SA_NODEFER:
        t.mask |= bit(info.signo)
    t.mask &= ~UNBLOCKABLE
