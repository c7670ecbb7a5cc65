"""The system calls as first published (RFC v1, 2021): numbers 449, then 450, then 471.

Senders are unregistered by descriptor, each thread has a target table of its own, a vector has one
descriptor at a time, and closing its last copy removes all senders.
"""

from __future__ import annotations

from errno import EBUSY, EFAULT, EINTR, EINVAL, EISCONN, ENOSPC, EOPNOTSUPP

from ..exec.errors import LinuxError
from ..exec.waiting import sleep_until
from ..syscalls.args import Addr, Fd, UInt, ULong
from ..syscalls.syscall import syscall
from .calls import VECTORS, forget_handler
from .files import VectorFile
from .state import RED_ZONE, interrupts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking


@syscall(leaves=True)
def uintr_register_handler(t: Thread, handler: Addr, flags: UInt) -> int:
    if flags:
        raise LinuxError(EINVAL)
    if not handler:
        raise LinuxError(EFAULT)
    interrupts = interrupts_of(t)
    receiver = interrupts.receiver(t)
    if receiver.registered:
        raise LinuxError(EBUSY)
    interrupts.new_upid(receiver)
    receiver.registered = True
    receiver.handler = handler
    receiver.stack_adjust = RED_ZONE
    return 0


@syscall
def uintr_unregister_handler(t: Thread, flags: UInt) -> int:
    if flags:
        raise LinuxError(EINVAL)
    interrupts = interrupts_of(t)
    receiver = interrupts.registered(t, EINVAL)
    forget_handler(receiver)
    interrupts.drop_upid(receiver)
    return 0


@syscall
def uintr_create_fd(t: Thread, vector: ULong, flags: UInt) -> Fd:
    if flags:
        raise LinuxError(EINVAL)
    interrupts = interrupts_of(t)
    upid = interrupts.registered(t, EINVAL).upid
    assert upid is not None
    if vector >= VECTORS:
        raise LinuxError(ENOSPC)
    if upid.held(vector):
        raise LinuxError(EBUSY)
    fd = upid.open(vector)
    upid.hold(fd, vector)
    interrupts.watch()
    return t.process.files.install(fd, VectorFile(upid, vector, rfc=True))


@syscall
def uintr_register_sender(t: Thread, fd: Fd, flags: UInt) -> int:
    if flags:
        raise LinuxError(EINVAL)
    interrupts = interrupts_of(t)
    upid, vector = interrupts.named_by(fd, dead_too=True)
    table = interrupts.table(t)
    if table is not None and table.find(upid, vector) is not None:
        raise LinuxError(EISCONN)
    interrupts.named_by(fd)
    interrupts.keep_open(upid.area, fd)
    return interrupts.need_table(t).add(upid, vector)


@syscall
def uintr_unregister_sender(t: Thread, fd: Fd, flags: UInt) -> int:
    if flags:
        raise LinuxError(EINVAL)
    interrupts = interrupts_of(t)
    upid, vector = interrupts.named_by(fd, dead_too=True)
    table = interrupts.table(t)
    index = table.find(upid, vector) if table is not None else None
    if table is None or index is None:
        raise LinuxError(EINVAL)
    interrupts.remove_entry(t, table, index)
    return 0


@syscall
def uintr_wait(t: Thread, flags: UInt) -> Blocking[int]:
    if flags:
        raise LinuxError(EINVAL)
    receiver = interrupts_of(t).registered(t, EOPNOTSUPP)
    receiver.waits = True
    try:
        yield from sleep_until(t, None)
    finally:
        receiver.waits = False
    raise LinuxError(EINTR)
