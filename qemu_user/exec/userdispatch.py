"""Syscall user dispatch: calls that a thread hands back to itself as SIGSYS (man 2 prctl)."""

from __future__ import annotations

from errno import EFAULT, EINVAL

from . import cpu
from .abi import prctl as abi
from .abi import signals as sig
from .errors import LinuxError
from .signals import SigInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .thread import Thread

_ALLOW, _BLOCK = 0, 1  # SYSCALL_DISPATCH_FILTER_*: what the selector's byte says


class UserDispatch:
    """What one thread asked for by PR_SET_SYSCALL_USER_DISPATCH."""

    __slots__ = ("length", "selector", "start")

    def __init__(self, start: int, length: int, selector: int) -> None:
        self.start = start  # of the code whose calls are made always
        self.length = length
        self.selector = selector  # address of the byte that decides about others; 0: none

    def takes(self, t: Thread, number: int) -> bool:
        """Whether a call of other code is `t`'s own business, which a signal tells it."""
        pc = t.cpu.read(t.arch.registers.pc)
        if pc - self.start & (1 << 8 * t.arch.model.word) - 1 < self.length:
            return False
        if self.selector:
            if not t.memory.permitted(self.selector, 1, cpu.READ):
                t.force_default(SigInfo(sig.SIGSEGV, sig.SI_KERNEL))
                return True
            state = t.memory.read(self.selector, 1)[0]
            if state == _ALLOW:
                return False
            if state != _BLOCK:
                t.force_default(SigInfo(sig.SIGSYS, sig.SI_KERNEL))
                return True
        t.force(refusal(t, number, sig.SYS_USER_DISPATCH, 0))
        return True


def configure(t: Thread, mode: int, start: int, length: int, selector: int) -> None:
    """PR_SET_SYSCALL_USER_DISPATCH. EINVAL, EFAULT."""
    limit = 1 << 8 * t.arch.model.word
    if mode == abi.PR_SYS_DISPATCH_OFF:
        if start or length or selector:
            raise LinuxError(EINVAL)
        t.user_dispatch = None
        return
    if mode == abi.PR_SYS_DISPATCH_INCLUSIVE_ON:
        if not length or start + length >= limit:
            raise LinuxError(EINVAL)
        start, length = start + length, limit - length
    elif mode != abi.PR_SYS_DISPATCH_EXCLUSIVE_ON or (start and not 0 < length < limit - start):
        raise LinuxError(EINVAL)
    if selector >> t.arch.task_bits:
        raise LinuxError(EFAULT)
    t.user_dispatch = UserDispatch(start, length, selector)
    t.process.check_calls()


def refusal(t: Thread, number: int, code: int, error: int) -> SigInfo:
    """The SIGSYS about the call that `t` is about to make."""
    pc = t.cpu.read(t.arch.registers.pc)
    arch = t.arch.audit
    return SigInfo(sig.SIGSYS, code, errno=error, addr=pc, status=number, value=arch)
