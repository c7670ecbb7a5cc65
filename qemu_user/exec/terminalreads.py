"""How long a read of a terminal without input waits (man 3 termios)."""

from __future__ import annotations

import termios
from select import POLLIN

from . import hostcall
from .waiting import Wait, after, wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .thread import Thread
    from .waiting import Blocking

_TENTH = 100_000_000  # ns: VTIME's unit
_LFLAG, _CC = 3, 6  # in what tcgetattr returns


def await_input(t: Thread, fd: int) -> Blocking[bool]:
    """Sleep until a read of `fd` finds something; False when that took longer than VTIME.

    Only VMIN 0 without ICANON ends it. EBADF where `fd` is not open for reading, ERESTARTSYS.
    """
    hostcall.check_use("read", fd)
    sleep = Wait([(fd, POLLIN)], _deadline(fd))
    yield from wait(t, sleep)
    return bool(sleep.ready) or not sleep.timed_out


def _deadline(fd: int) -> int | None:
    try:
        attributes = termios.tcgetattr(fd)
    except termios.error:  # it hung up: poll says so
        return None
    characters = attributes[_CC]
    if attributes[_LFLAG] & termios.ICANON or characters[termios.VMIN] not in (0, b"\0"):
        return None
    tenths = characters[termios.VTIME]
    return after(0, (tenths if isinstance(tenths, int) else tenths[0]) * _TENTH)
