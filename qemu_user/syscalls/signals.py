"""Signals: handlers, masks, sending, waiting for them, and the return from a handler."""

from __future__ import annotations

import os
from errno import EAGAIN, EINTR, EINVAL, ENOMEM, EPERM, ESRCH
from time import monotonic_ns

from ..exec import hostcall, openflags
from ..exec.abi import signals as abi
from ..exec.abi.clocks import Timespec
from ..exec.abi.signals import KernelSigaction, KernelSigset, SigAltStack
from ..exec.arrivals import HOST_MODEL
from ..exec.errors import ERESTARTNOHAND, KEEP, LinuxError
from ..exec.hostthreads import ignore
from ..exec.signals import COUNT, UNBLOCKABLE, Action, SigInfo, bit, take
from ..exec.waiting import Wait
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.thread import Thread
    from ..exec.waiting import Blocking
    from .args import Addr, Fd, In, Out, Pid, Signal, SigprocmaskHow, Size, Tid, UInt

_BY_HOST = (abi.SIGKILL, abi.SIGCONT)
_PLAIN_FLAGS = (
    abi.SA_NOCLDSTOP
    | abi.SA_NOCLDWAIT
    | abi.SA_SIGINFO
    | abi.SA_ONSTACK
    | abi.SA_RESTART
    | abi.SA_NODEFER
    | abi.SA_RESETHAND
    | abi.SA_RESTORER
)


@syscall
def rt_sigaction(
    t: Thread,
    signum: Signal,
    act: In[KernelSigaction],
    oldact: Out[KernelSigaction],
    sigsetsize: Size,
) -> int:
    if sigsetsize != t.arch.model.sigset_size:
        raise LinuxError(EINVAL)
    action = None
    if act:
        new = act.read()
        flags = openflags.action_flags(new.sa_flags, t.arch)
        action = Action(new.sa_handler, flags, getattr(new, "sa_restorer", 0), new.sa_mask)
    old = set_action(t, signum, action)
    if oldact:
        oldact.write(
            KernelSigaction(
                sa_handler=old.handler,
                sa_flags=openflags.action_flags(old.flags, t.arch, back=True),
                sa_restorer=old.restorer,
                sa_mask=old.mask,
            )
        )
    return 0


def set_action(t: Thread, signum: int, action: Action | None) -> Action:
    """Do sigaction(2), and return what was before; EINVAL. None changes nothing."""
    count = 8 * t.arch.model.sigset_size  # MIPS has some that can't be sent here
    if not 1 <= signum <= count or (action is not None and bit(signum) & UNBLOCKABLE):
        raise LinuxError(EINVAL)
    p = t.process
    old = p.handlers[signum]
    if action is not None:
        action.flags &= _PLAIN_FLAGS
        action.mask &= ~UNBLOCKABLE
        p.handlers[signum] = action
        if signum == abi.SIGCHLD:
            _reap_by_host(action)
        elif signum == abi.SIGBUS and action.handler not in (abi.SIG_DFL, abi.SIG_IGN):
            from ..exec.busfault import guard

            guard(t.memory)
        if p.handlers.ignores(signum):
            p.pending.discard(bit(signum))
            for thread in p.threads.values():
                thread.pending.discard(bit(signum))
    return old


def _reap_by_host(action: Action) -> None:
    """Children of who ignores SIGCHLD leave no zombies: the host must know."""
    ignores = action.handler == abi.SIG_IGN or action.flags & abi.SA_NOCLDWAIT
    ignore(abi.SIGCHLD, ignores)


@syscall
def rt_sigprocmask(
    t: Thread, how: SigprocmaskHow, set: Addr, oldset: Addr, sigsetsize: Size
) -> int:
    if sigsetsize != t.arch.model.sigset_size:
        raise LinuxError(EINVAL)
    old = t.mask
    if set:
        change_mask(t, how, read_sigset(t, set))
    if oldset:
        write_sigset(t, oldset, old)
    return 0


def change_mask(t: Thread, how: int, value: int) -> None:
    """Block, unblock or set the signals of `value`; EINVAL for another `how`."""
    t.mask = _new_mask(t, how, value) & ~UNBLOCKABLE
    if t.has_signal():
        t.signalled()


def _new_mask(t: Thread, how: int, value: int) -> int:
    if how == abi.SIG_BLOCK:
        return t.mask | value
    if how == abi.SIG_UNBLOCK:
        return t.mask & ~value
    if how == abi.SIG_SETMASK:
        return value
    raise LinuxError(EINVAL)


def read_sigset(t: Thread, addr: int) -> int:
    """A kernel sigset_t: two 32-bit halves, so that every word size and order agrees."""
    return t.memory.load(addr, abi.KernelSigset).sig


def write_sigset(t: Thread, addr: int, value: int) -> None:
    t.memory.store(addr, abi.KernelSigset(sig=value))


def with_mask(t: Thread, addr: int, size: int) -> None:
    """Block the set at `addr` until the call ends, as ppoll(2) and its relatives do.

    EINVAL for a wrong `size`. The mask comes back, or is saved in the handler's frame, before the
    thread runs user code.
    """
    if size != t.arch.model.sigset_size:
        raise LinuxError(EINVAL)
    new = read_sigset(t, addr) & ~UNBLOCKABLE
    t.saved_mask, t.mask = t.mask, new
    t.process.scheduler.attention = True


@syscall(leaves=True)
def rt_sigpending(t: Thread, set: Addr, sigsetsize: Size) -> int:
    if sigsetsize > t.arch.model.sigset_size:
        raise LinuxError(EINVAL)
    t.process.scheduler.take_in(lambda: True, 0)
    value = KernelSigset(sig=t.pending_bits & t.mask).pack(t.arch.model)
    t.memory.write(set, value[:sigsetsize])
    return 0


@syscall
def rt_sigsuspend(t: Thread, unewset: Addr, sigsetsize: Size) -> Blocking[int]:
    with_mask(t, unewset, sigsetsize)
    yield from until_signal(t)
    return 0


@syscall
def pause(t: Thread) -> Blocking[int]:
    yield from until_signal(t)
    return 0


def until_signal(t: Thread) -> Blocking[None]:
    """Sleep until a signal comes, which raises ERESTARTNOHAND."""
    sleep = Wait()
    while not sleep.interrupted:
        yield sleep
    raise LinuxError(ERESTARTNOHAND)


@syscall(wide="rt_sigtimedwait_time64", leaves=True)
def rt_sigtimedwait(
    t: Thread, uthese: Addr, uinfo: Addr, uts: In[Timespec], sigsetsize: Size
) -> Blocking[int]:
    if sigsetsize != t.arch.model.sigset_size:
        raise LinuxError(EINVAL)
    wanted = read_sigset(t, uthese) & ~UNBLOCKABLE
    deadline = None
    if uts:
        span = uts.read()
        if span.tv_sec < 0 or not 0 <= span.tv_nsec < 1_000_000_000:
            raise LinuxError(EINVAL)
        deadline = monotonic_ns() + span.tv_sec * 1_000_000_000 + span.tv_nsec
    t.process.scheduler.take_in(lambda: True, 0)
    info = take(t, wanted)
    if info is None:
        sleep = Wait(deadline=deadline)
        t.waiting_for = wanted
        try:
            yield sleep
        finally:
            t.waiting_for = 0
        info = take(t, wanted)
        if info is None:
            raise LinuxError(EINTR if sleep.interrupted else EAGAIN)
    if uinfo:
        t.memory.write(uinfo, info.pack(t.arch.model))
    return t.arch.model.signal_to_guest(info.signo)


@syscall
def sigaltstack(t: Thread, ss: In[SigAltStack], old_ss: Out[SigAltStack]) -> int:
    sp = t.cpu.read(t.arch.registers.sp)
    base, flags, size = t.altstack
    inside = bool(size) and base <= sp < base + size and not flags & abi.SS_AUTODISARM
    state = (abi.SS_ONSTACK if inside else 0) if size else abi.SS_DISABLE
    old = SigAltStack(ss_sp=base, ss_flags=state | flags & abi.SS_AUTODISARM, ss_size=size)
    if ss:
        new = ss.read()
        if inside:
            raise LinuxError(EPERM)
        set_altstack(t, new)
    if old_ss:
        old_ss.write(old)
    return 0


def set_altstack(t: Thread, new: SigAltStack) -> None:
    """Install an alternate stack; EINVAL for unknown flags, ENOMEM when it is too small."""
    mode = new.ss_flags & 0xFFFFFFFF & ~abi.SS_AUTODISARM
    if mode not in (0, abi.SS_ONSTACK, abi.SS_DISABLE):
        raise LinuxError(EINVAL)
    if not (new.ss_sp or new.ss_size or new.ss_flags) and t.altstack == (0, 0, 0):
        return  # that is what there is at first
    if mode == abi.SS_DISABLE:
        t.altstack = (0, abi.SS_DISABLE, 0)
        return
    if new.ss_size < t.arch.constants.get("MINSIGSTKSZ", abi.MINSIGSTKSZ):
        raise LinuxError(ENOMEM)
    t.altstack = (new.ss_sp, new.ss_flags & abi.SS_AUTODISARM, new.ss_size)


@syscall(leaves=True)
def rt_sigreturn(t: Thread) -> int:
    returned(t, t.arch.frame.restore)
    return KEEP


def returned(t: Thread, restore: Callable[[Thread], int]) -> None:
    """Return from a handler: `restore` takes registers and mask from its frame."""
    try:
        t.mask = restore(t) & ~UNBLOCKABLE
    except OSError:
        t.force(SigInfo(abi.SIGSEGV, abi.SI_KERNEL))
    t.process.scheduler.attention = True


@syscall(leaves=True)
def restart_syscall(t: Thread) -> Blocking[int]:
    again, t.restart_block = t.restart_block, None
    if again is None:
        raise LinuxError(EINTR)
    result = yield from again()
    return result


@syscall
def kill(t: Thread, pid: Pid, sig: Signal) -> int:
    p = t.process
    if pid == p.pid:
        _check_number(sig)
        if sig:
            p.post(SigInfo(sig, abi.SI_USER, pid=p.pid, uid=os.getuid()))
        return 0
    if _sent_to_tracee(t, pid, sig, abi.SI_USER):
        return 0
    _leave_memory(t, sig)
    os.kill(pid, sig)
    if pid <= 0:
        p.scheduler.look()  # it may be for ourselves, too
    return 0


def _leave_memory(t: Thread, sig: int) -> None:
    """The host may be about to kill a vfork child, whose memory is its parent's."""
    if sig == abi.SIGKILL and t.memory.loan is not None:
        t.memory.loan.leave()


def _sent_to_tracee(t: Thread, tid: int, sig: int, code: int) -> bool:
    """A signal for who is traced by us, which a tracer may look for at once.

    The host's SIGSTOP would stop the emulator, and only its SIGCONT makes it run again.
    """
    tracing = t.process.tracing
    tracer = tracing.tracer if tracing is not None else None
    if tracer is None or tid not in tracer.tracees or sig in _BY_HOST or not 0 < sig <= COUNT:
        return False
    tracer.ask(tid, "signal", sig, code)
    return True


@syscall
def tgkill(t: Thread, tgid: Pid, tid: Tid, sig: Signal) -> int:
    if tgid <= 0 or tid <= 0:
        raise LinuxError(EINVAL)
    return _send_to_thread(t, tgid, tid, sig)


@syscall
def tkill(t: Thread, tid: Tid, sig: Signal) -> int:
    if tid <= 0:
        raise LinuxError(EINVAL)
    return _send_to_thread(t, 0, tid, sig)


def _send_to_thread(t: Thread, tgid: int, tid: int, sig: int) -> int:
    p = t.process
    target = p.threads.get(tid)
    if target is not None and tgid in (0, p.pid):
        _check_number(sig)
        if sig:
            target.post(SigInfo(sig, abi.SI_TKILL, pid=p.pid, uid=os.getuid()))
        return 0
    if target is not None or tgid == p.pid:
        raise LinuxError(ESRCH)
    if _sent_to_tracee(t, tid, sig, abi.SI_TKILL):
        return 0
    if tgid:
        return hostcall.call("tgkill", tgid, tid, sig)
    return hostcall.call("tkill", tid, sig)


@syscall
def rt_sigqueueinfo(t: Thread, pid: Pid, sig: Signal, uinfo: Addr) -> int:
    info = _given_info(t, sig, uinfo)
    p = t.process
    if pid == p.pid:
        _check_number(sig)
        if sig:
            p.post(info)
        return 0
    _check_foreign(info)
    return hostcall.call("rt_sigqueueinfo", pid, sig, info.pack(HOST_MODEL))


@syscall
def rt_tgsigqueueinfo(t: Thread, tgid: Pid, tid: Tid, sig: Signal, uinfo: Addr) -> int:
    info = _given_info(t, sig, uinfo)
    if tgid <= 0 or tid <= 0:
        raise LinuxError(EINVAL)
    if tid != t.tid:
        _check_foreign(info)
    p = t.process
    if tgid == p.pid:
        target = p.threads.get(tid)
        if target is None:
            raise LinuxError(ESRCH)
        _check_number(sig)
        if sig:
            target.post(info)
        return 0
    return hostcall.call("rt_tgsigqueueinfo", tgid, tid, sig, info.pack(HOST_MODEL))


def _given_info(t: Thread, sig: int, addr: int) -> SigInfo:
    info = SigInfo.unpack(t.arch.model, t.memory.read(addr, 128))
    info.signo = sig
    return info


def _check_number(sig: int) -> None:
    if not 0 <= sig <= COUNT:
        raise LinuxError(EINVAL)


def _check_foreign(info: SigInfo) -> None:
    """Only the sender itself may pretend to be the kernel or kill(2)."""
    if info.code >= 0 or info.code == abi.SI_TKILL:
        raise LinuxError(EPERM)


@syscall
def pidfd_send_signal(t: Thread, pidfd: Fd, sig: Signal, info: Addr, flags: UInt) -> int:
    raw: hostcall.Word = None
    if info:
        try:
            raw = SigInfo.unpack(t.arch.model, t.memory.read(info, 128)).pack(HOST_MODEL)
        except LinuxError:
            raw = hostcall.INVALID
    _leave_memory(t, sig)
    result = hostcall.call("pidfd_send_signal", pidfd, sig, raw, flags)
    t.process.scheduler.look()  # it may be for ourselves
    return result
