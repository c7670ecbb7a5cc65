"""What the signal frames of all architectures have in common: the stack, and stack_t."""

from __future__ import annotations

from ..abi import signals as abi
from ..abi.signals import SigAltStack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..signals import Action
    from ..thread import Thread


def frame_top(t: Thread, action: Action, red_zone: int = 0) -> int:
    """Where a handler's frame ends: below the stack pointer, or the alternate stack's top."""
    sp = t.cpu.read(t.arch.registers.sp)
    base, flags, size = t.altstack
    inside = base <= sp < base + size and not flags & abi.SS_AUTODISARM
    if action.flags & abi.SA_ONSTACK and size and not inside:
        return base + size
    return sp - red_zone


def save_altstack(t: Thread) -> SigAltStack:
    """uc_stack of a frame about to be written; an SS_AUTODISARM stack is taken away."""
    base, flags, size = t.altstack
    saved = SigAltStack(ss_sp=base, ss_flags=flags, ss_size=size)
    if flags & abi.SS_AUTODISARM:
        t.altstack = (0, abi.SS_DISABLE, 0)
    return saved


def restore_altstack(t: Thread, saved: SigAltStack) -> None:
    """What sigreturn makes of uc_stack; a bad one is ignored."""
    mode = saved.ss_flags & 0xFFFFFFFF & ~abi.SS_AUTODISARM
    if mode == abi.SS_DISABLE:
        t.altstack = (0, abi.SS_DISABLE, 0)
    elif mode in (0, abi.SS_ONSTACK) and saved.ss_size >= abi.MINSIGSTKSZ:
        t.altstack = (saved.ss_sp, saved.ss_flags & abi.SS_AUTODISARM, saved.ss_size)
