"""Recognition and delivery of user interrupts before guest code runs (SDM volume 3, 7.4, 7.5)."""

from __future__ import annotations

from struct import pack, unpack

from ..exec.cpu import READ, WRITE, Fault, Raised
from .state import Receiver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.thread import Thread
    from .state import UserInterrupts

GENERAL_PROTECTION, _STACK_FAULT = Raised(13), Raised(12)
_TF, _RF = 0x100, 0x10000
_ALIGN = ~0xF
_MASK = (1 << 64) - 1


def deliverer(interrupts: UserInterrupts) -> Callable[[Thread], None]:
    """`Extension.before_user` for one process."""

    def before_user(t: Thread) -> None:
        receiver: Receiver | None = t.ext.get(Receiver)
        if receiver is None:
            return
        if receiver.registered and receiver.upid.noticed():  # type: ignore[union-attr]
            _take(interrupts, t, receiver)
        if receiver.uirr and receiver.uif:
            _deliver(interrupts, t, receiver)

    return before_user


def _take(interrupts: UserInterrupts, t: Thread, receiver: Receiver) -> None:
    """Notification processing: posted vectors go into UIRR."""
    upid = receiver.upid
    assert upid is not None
    taken = upid.take()
    if interrupts.generation.thread_tables:
        taken = interrupts.still_wanted(upid, taken)
    receiver.uirr |= taken
    if interrupts.trace is not None and taken:
        interrupts.trace(f"[{t.tid}] notification: vectors {vectors(taken)}")


def _deliver(interrupts: UserInterrupts, t: Thread, receiver: Receiver) -> None:
    """Push the frame and go to the handler; when the frame can't be pushed nothing changes."""
    cpu = t.cpu
    if not canonical(receiver.handler):
        t.process.trap(t, GENERAL_PROTECTION)
        return
    vector = receiver.uirr.bit_length() - 1
    old_rsp, flags, rip = cpu.read("rsp"), cpu.read("eflags"), cpu.read("rip")
    adjust = receiver.stack_adjust
    top = (adjust if adjust & 1 else old_rsp - adjust) & _MASK & _ALIGN
    rsp = top - 32 & _MASK
    if not _push(t, rsp, pack("<4Q", vector, rip, flags & ~_RF, old_rsp)):
        return
    receiver.uirr &= ~(1 << vector)
    receiver.uif = False
    if flags & (_TF | _RF):
        cpu.write("eflags", flags & ~(_TF | _RF))
    cpu.write("rsp", rsp)
    cpu.write("rip", receiver.handler)
    if interrupts.trace is not None:
        interrupts.trace(
            f"[{t.tid}] delivery: vector {vector} at {rip:#x}, handler {receiver.handler:#x}"
        )


def _push(t: Thread, rsp: int, frame: bytes) -> bool:
    """Store the frame at `rsp`; False when a fault's signal was forced instead."""
    try:
        t.memory.write(rsp, frame)
        return True
    except OSError:
        pass
    if not (canonical(rsp) and canonical(rsp + 24)):
        t.process.trap(t, _STACK_FAULT)
        return False
    for addr in range(rsp + 24, rsp - 1, -8):  # pushes go downwards
        if not accessible(t, addr, 8, WRITE):
            return False
    t.memory.write(rsp, frame)
    return True


def read_words(t: Thread, addr: int, count: int) -> tuple[int, ...] | None:
    """64-bit words popped from `addr` on; None when a fault's signal was forced instead."""
    size = 8 * count
    try:
        data = t.memory.read(addr, size)
    except OSError:
        if not (canonical(addr) and canonical(addr + size - 1)):
            t.process.trap(t, _STACK_FAULT)
            return None
        if not accessible(t, addr, size, READ):
            return None
        data = t.memory.read(addr, size)
    return unpack(f"<{count}Q", data)


def accessible(t: Thread, addr: int, size: int, access: int) -> bool:
    """Whether the guest may access this; if not, the fault's signal has been forced."""
    good = t.memory.permitted(addr, size, access)
    if good == size:
        return True
    t.process.trap(t, Fault(addr + good, access))
    return False


def canonical(addr: int) -> bool:
    """Bits 63 to 47 are equal (SDM volume 1, 3.3.7.1)."""
    return (addr & _MASK) >> 47 in (0, 0x1FFFF)


def vectors(bits: int) -> str:
    """The numbers of the set bits."""
    return ", ".join(str(n) for n in range(64) if bits >> n & 1)
