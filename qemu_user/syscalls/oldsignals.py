"""Signals as they were when there were 32 of them: sigaction, sigprocmask and their relatives."""

from __future__ import annotations

from ..exec.abi import signals as abi
from ..exec.abi.signals import OldSigaction
from ..exec.errors import KEEP
from ..exec.signals import UNBLOCKABLE, Action
from .args import In, Out, Signal, SigprocmaskHow, ULong
from .signals import change_mask, returned, set_action, until_signal
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking
    from .args import Addr, Int

_LOW = 0xFFFFFFFF


@syscall
def sigaction(t: Thread, signum: Signal, act: In[OldSigaction], oldact: Out[OldSigaction]) -> int:
    action = None
    if act:
        new = act.read()
        action = Action(new.sa_handler, new.sa_flags, getattr(new, "sa_restorer", 0), new.sa_mask)
    old = set_action(t, signum, action)
    if oldact:
        oldact.write(
            OldSigaction(
                sa_handler=old.handler,
                sa_mask=old.mask & _LOW,
                sa_flags=old.flags,
                sa_restorer=old.restorer,
            )
        )
    return 0


@syscall
def signal(t: Thread, signum: Signal, handler: Addr) -> Addr:
    return set_action(t, signum, Action(handler, abi.SA_RESETHAND | abi.SA_NODEFER)).handler


@syscall
def sigpending(t: Thread, set: Out[ULong]) -> int:
    set.write(t.pending_bits & t.mask & _LOW)
    return 0


@syscall
def sigprocmask(t: Thread, how: SigprocmaskHow, set: In[ULong], oldset: Out[ULong]) -> int:
    old = t.mask
    if set:
        value = set.read()
        if how == abi.SIG_SETMASK:
            value |= old & ~_LOW
        change_mask(t, how, value)
    if oldset:
        oldset.write(old & _LOW)
    return 0


@syscall
def sgetmask(t: Thread) -> int:
    return t.mask & _LOW


@syscall
def ssetmask(t: Thread, newmask: Int) -> int:
    old = t.mask
    change_mask(t, abi.SIG_SETMASK, newmask & _LOW)
    return old & _LOW


@syscall
def sigsuspend(t: Thread, unused1: Int, unused2: Int, mask: ULong) -> Blocking[int]:
    t.saved_mask, t.mask = t.mask, mask & ~UNBLOCKABLE
    t.process.scheduler.attention = True
    yield from until_signal(t)
    return 0


@syscall(leaves=True)
def sigreturn(t: Thread) -> int:
    returned(t, t.arch.frame.restore_old)
    return KEEP
