"""The system calls of the final public interface (Intel's uintr-next kernel 6.0; 480 of 6.6)."""

from __future__ import annotations

from errno import EBUSY, EFAULT, EINTR, EINVAL, ENOSPC, EOPNOTSUPP
from time import monotonic_ns

from ..exec.errors import LinuxError
from ..exec.waiting import sleep_until
from ..syscalls.args import Addr, Fd, Size, UInt, ULong
from ..syscalls.syscall import syscall
from .files import TableFile, VectorFile
from .handlerflags import (
    UINTR_HANDLER_FLAG_WAITING_ANY,
    UINTR_HANDLER_FLAG_WAITING_RECEIVER,
    HandlerFlags,
)
from .state import RED_ZONE, Receiver, interrupts_of
from .timer import arm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking
    from .upid import Upid

VECTORS = 64
MAX_WAIT = 1_000_000_000  # us


@syscall(leaves=True)
def uintr_register_handler(t: Thread, handler: Addr, flags: HandlerFlags) -> int:
    if flags & ~UINTR_HANDLER_FLAG_WAITING_ANY:
        raise LinuxError(EINVAL)
    if not handler:
        raise LinuxError(EFAULT)
    interrupts = interrupts_of(t)
    receiver = interrupts.receiver(t)
    if receiver.registered:
        raise LinuxError(EBUSY)
    upid = receiver.upid or interrupts.new_upid(receiver)
    receiver.registered = True
    receiver.handler = handler
    receiver.stack_adjust = RED_ZONE
    if flags:
        both = flags & UINTR_HANDLER_FLAG_WAITING_RECEIVER
        receiver.waiting = both or flags
    upid.suppress(False)
    return 0


@syscall
def uintr_unregister_handler(t: Thread, flags: UInt) -> int:
    if flags:
        raise LinuxError(EINVAL)
    receiver = interrupts_of(t).registered(t, EINVAL)
    forget_handler(receiver)
    if receiver.upid is not None:
        receiver.upid.suppress(True)
    return 0


def forget_handler(receiver: Receiver) -> None:
    """Clear the registers that the kernel clears; UIF is not among them."""
    receiver.registered = False
    receiver.handler = receiver.stack_adjust = receiver.uirr = 0
    receiver.timer = None


def _checked(t: Thread, vector: int, flags: int) -> Upid:
    """The calling thread's UPID, when it may have a descriptor or an entry for `vector`."""
    if flags:
        raise LinuxError(EINVAL)
    receiver = interrupts_of(t).registered(t, EINVAL)
    if vector >= VECTORS:
        raise LinuxError(ENOSPC)
    assert receiver.upid is not None
    return receiver.upid


@syscall
def uintr_vector_fd(t: Thread, vector: ULong, flags: UInt) -> Fd:
    upid = _checked(t, vector, flags)
    fd = upid.open(vector)
    interrupts_of(t).watch()
    return t.process.files.install(fd, VectorFile(upid, vector, rfc=False))


@syscall
def uintr_register_sender(t: Thread, fd: Fd, flags: UInt) -> int:
    if flags:
        raise LinuxError(EINVAL)
    interrupts = interrupts_of(t)
    upid, vector = interrupts.named_by(fd)
    return interrupts.need_table(t).add(upid, vector)


@syscall
def uintr_unregister_sender(t: Thread, uipi_index: UInt, flags: UInt) -> int:
    if flags:
        raise LinuxError(EINVAL)
    interrupts = interrupts_of(t)
    table = interrupts.table(t)
    if table is None:
        raise LinuxError(EINVAL)
    table.remove(uipi_index)
    return 0


@syscall
def uintr_wait(t: Thread, usec: ULong, flags: UInt) -> Blocking[int]:
    if flags or usec > MAX_WAIT:
        raise LinuxError(EINVAL)
    if not usec:
        return 0
    interrupts = interrupts_of(t)
    interrupts.registered(t, EOPNOTSUPP)
    if not (yield from sleep_until(t, monotonic_ns() + usec * 1000)):
        raise LinuxError(EINTR)
    return 0


@syscall
def uintr_register_self(t: Thread, vector: ULong, flags: UInt) -> int:
    upid = _checked(t, vector, flags)
    interrupts = interrupts_of(t)
    index = interrupts.need_table(t).add(upid, vector)
    if interrupts.table_shared:
        interrupts.watch()
    return index


@syscall
def uintr_alt_stack(t: Thread, sp: Addr, size: Size, flags: UInt) -> int:
    if flags:
        raise LinuxError(EINVAL)
    receiver = interrupts_of(t).registered(t, EOPNOTSUPP)
    receiver.stack_adjust = sp | 1 if sp else RED_ZONE
    return 0


@syscall
def uintr_ipi_fd(t: Thread, flags: UInt) -> Fd:
    if flags:
        raise LinuxError(EINVAL)
    interrupts = interrupts_of(t)
    fd = interrupts.need_table(t).open()
    interrupts.share_table()
    return t.process.files.install(fd, TableFile(interrupts))


@syscall(leaves=True)
def uintr_set_timer(t: Thread, deadline: ULong, vector: ULong, flags: UInt) -> int:
    if flags or vector >= VECTORS:
        raise LinuxError(EINVAL)
    arm(interrupts_of(t).registered(t, EOPNOTSUPP), deadline & ~0x3F, vector)
    return 0
