"""Which generation a program was written for: `-uintr-abi auto`; docs/uintr.md tells the rules."""

from __future__ import annotations

from errno import EINTR, EINVAL
from time import monotonic_ns

from ..exec.cpu import EXEC, WRITE
from ..exec.errors import LinuxError
from ..exec.waiting import sleep_until
from ..syscalls.args import UInt, ULong
from ..syscalls.syscall import syscall
from . import calls
from .generation import AUTO, GENERATIONS, Generation
from .state import Receiver, interrupts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..exec.thread import Thread
    from ..exec.waiting import Blocking
    from .state import UserInterrupts

FINAL = Generation(AUTO, 471, AUTO, GENERATIONS["480"].names)
_OLD = {
    number: g
    for g in (GENERATIONS["449"], GENERATIONS["450"])
    for number, name in g.numbers().items()
    if number == g.first or name == "register_sender"
}  # the numbers by which a program can begin, each of one generation only
_PATTERN = rb"\xf3[\x40-\x4f]?\x0f(?:\x01[\xec-\xef]|\xc7[\xf0-\xf7])"
_CHUNK = 1 << 20
_WAIT = 100_000_000  # ns that an undecided wait(0) waits for an interrupt
_SMALL_FLAGS = 0xFF


def choose(
    interrupts: UserInterrupts, t: Thread, number: int, args: Sequence[int]
) -> Generation | None:
    """The generation that this first call shows, None when it may be any other system call."""
    if number in FINAL.numbers():
        return FINAL
    generation = _OLD.get(number)
    if generation is None:
        return None
    if number == generation.first:
        return generation if _is_code(t, args[0]) and has_instructions(t) else None
    try:
        interrupts.named_by(args[0] & 0x7FFF_FFFF, dead_too=True)
    except OSError:
        return None
    return generation


def _is_code(t: Thread, addr: int) -> bool:
    area = t.memory.vmas.at(addr)
    return area is not None and area.prot & (EXEC | WRITE) == EXEC


def has_instructions(t: Thread) -> bool:
    """Whether the bytes of a user-interrupt instruction are in the program's code."""
    import re

    pattern = re.compile(_PATTERN)
    for area in t.memory.vmas:
        if not area.prot & EXEC:
            continue
        for start in range(area.start, min(area.end, area.touchable()), _CHUNK):
            size = min(_CHUNK + 4, min(area.end, area.touchable()) - start)
            if pattern.search(t.memory.peek(start, size)):
                return True
    return False


@syscall
def uintr_unregister_sender(t: Thread, uipi_index: UInt, flags: UInt) -> int:
    """By index; by descriptor where only that can be meant (471-create-fd)."""
    interrupts = interrupts_of(t)
    table = interrupts.table(t)
    if flags or table is None or table.used(uipi_index):
        return calls.uintr_unregister_sender(t, uipi_index, flags)
    try:
        upid, vector = interrupts.named_by(uipi_index & 0x7FFF_FFFF, dead_too=True)
    except OSError:
        raise LinuxError(EINVAL) from None
    index = table.find(upid, vector)
    if index is None:
        raise LinuxError(EINVAL)
    table.remove(index)
    return 0


@syscall
def uintr_wait(t: Thread, usec: ULong, flags: UInt) -> Blocking[int]:
    """The final call; wait(0) without a waiting mode, useless there, is taken for the older one."""
    receiver: Receiver | None = t.ext.get(Receiver)
    old = usec == 0 and receiver is not None and receiver.registered and not receiver.waiting
    leftover = flags > _SMALL_FLAGS and flags != 0xFFFF_FFFF  # the register was not set at all
    if not old or (flags and not leftover):
        return (yield from calls.uintr_wait(t, usec, flags))
    assert receiver is not None
    receiver.waits = True
    try:
        if not (yield from sleep_until(t, monotonic_ns() + _WAIT)):
            raise LinuxError(EINTR)
    finally:
        receiver.waits = False
    return 0
