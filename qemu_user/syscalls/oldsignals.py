"""Signals as they were when there were 32 of them: sigaction, sigprocmask and their relatives."""

from __future__ import annotations

from ..exec import openflags
from ..exec.abi import signals as abi
from ..exec.abi.signals import KernelSigaction, OldSigaction
from ..exec.abi.signames import mask_to
from ..exec.errors import KEEP
from ..exec.signals import UNBLOCKABLE, Action
from .args import Addr, In, Out, Signal, SigprocmaskHow, Size, ULong
from .signals import change_mask, returned, rt_sigaction, set_action, until_signal
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking
    from .args import Int

_LOW = 0xFFFFFFFF


def from_word(t: Thread, mask: int) -> int:
    """A mask of 32 signals with the guest's numbers."""
    return mask_to(t.arch.model.signals, mask, 1) if t.arch.model.signals else mask


def to_word(t: Thread, mask: int) -> int:
    """The other way round."""
    family = t.arch.model.signals
    return (mask_to(family, mask, 0) if family else mask) & _LOW


@syscall
def sigaction(t: Thread, signum: Signal, act: In[OldSigaction], oldact: Out[OldSigaction]) -> int:
    action = None
    if act:
        new = act.read()
        flags = openflags.action_flags(new.sa_flags, t.arch)
        mask = from_word(t, new.sa_mask)
        action = Action(new.sa_handler, flags, getattr(new, "sa_restorer", 0), mask)
    old = set_action(t, signum, action)
    if oldact:
        oldact.write(
            OldSigaction(
                sa_handler=old.handler,
                sa_mask=to_word(t, old.mask),
                sa_flags=openflags.action_flags(old.flags, t.arch, back=True),
                sa_restorer=old.restorer,
            )
        )
    return 0


@syscall
def signal(t: Thread, signum: Signal, handler: Addr) -> Addr:
    return set_action(t, signum, Action(handler, abi.SA_RESETHAND | abi.SA_NODEFER)).handler


@syscall
def sigpending(t: Thread, set: Out[ULong]) -> int:
    t.process.scheduler.take_in(lambda: True, 0)
    set.write(to_word(t, t.pending_bits & t.mask))
    return 0


@syscall
def sigprocmask(t: Thread, how: SigprocmaskHow, set: In[ULong], oldset: Out[ULong]) -> int:
    old = t.mask
    if set:
        value = from_word(t, set.read())
        if how == abi.SIG_SETMASK:
            value |= old & ~_LOW
        change_mask(t, how, value)
    if oldset:
        oldset.write(to_word(t, old))
    return 0


@syscall
def sgetmask(t: Thread) -> int:
    return to_word(t, t.mask)


@syscall
def ssetmask(t: Thread, newmask: Int) -> int:
    old = t.mask
    change_mask(t, abi.SIG_SETMASK, from_word(t, newmask & _LOW))
    return to_word(t, old)


@syscall
def sigsuspend(t: Thread, unused1: Int, unused2: Int, mask: ULong) -> Blocking[int]:
    t.saved_mask, t.mask = t.mask, from_word(t, mask) & ~UNBLOCKABLE
    t.process.scheduler.attention = True
    yield from until_signal(t)
    return 0


@syscall(leaves=True)
def sigreturn(t: Thread) -> int:
    returned(t, t.arch.frame.restore_old)
    return KEEP


@syscall
def rt_sigaction_restorer(
    t: Thread,
    signum: Signal,
    act: In[KernelSigaction],
    oldact: Out[KernelSigaction],
    restorer: Addr,
    sigsetsize: Size,
) -> int:
    rt_sigaction(t, signum, act, oldact, sigsetsize)
    if act:
        t.process.handlers[signum].restorer = restorer
    return 0
