"""Code that changes without a store of this process: in shared memory, in files somebody writes to.

Nothing tells when another process stores into shared memory, or a file behind a mapping is written
to. So pages with such code become executable one by one, a copy of each is kept, and they are
compared with their copies whenever the kernel is left: after a system call or another thread's
turn, which is how one process tells another that new code is there.
"""

from __future__ import annotations

from .arena import PAGE
from .cpu import EXEC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .memory import AddressSpace


def watch(space: AddressSpace, page: int) -> None:
    """The page is executable from now on."""
    space.foreign[page] = space.bytes[page * PAGE : (page + 1) * PAGE].tobytes()


def refresh(space: AddressSpace) -> bool:
    """Drop translations of what has changed; whether there is anything to watch."""
    if not space.foreign:
        return False
    for page, copy in list(space.foreign.items()):
        if not space.table[page] & EXEC:
            del space.foreign[page]
            continue
        now = space.bytes[page * PAGE : (page + 1) * PAGE].tobytes()
        if now != copy:
            space.foreign[page] = now
            space.cpu.discard(page * PAGE, PAGE)
    if space.guard is not None:
        space.guard.restore()
    return True
