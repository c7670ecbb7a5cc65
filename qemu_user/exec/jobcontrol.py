"""What a terminal does to processes in the background that use it (POSIX, 11.1.4; man 4 tty_ioctl).

The host would do it for the emulator, which blocks all signals: to the host that means an error
for reads and consent to everything else.
"""

from __future__ import annotations

import os
import termios
from errno import EIO

from .abi.signals import SI_KERNEL, SIG_IGN, SIGTTIN, SIGTTOU
from .errors import ERESTARTSYS, LinuxError
from .signals import SigInfo, bit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .thread import Thread

_LFLAGS = 3  # in what tcgetattr returns


def before_read(t: Thread) -> None:
    """SIGTTIN and ERESTARTSYS, or EIO, for a read from the background."""
    if _unwanted(t, SIGTTIN):
        raise LinuxError(EIO)
    _stop_group(t, SIGTTIN)


def before_write(t: Thread, fd: int) -> None:
    """SIGTTOU and ERESTARTSYS, or EIO, for a write from the background where TOSTOP is set."""
    try:
        flags = termios.tcgetattr(fd)[_LFLAGS]
    except termios.error:  # it hung up: the write itself says so
        return
    if flags & termios.TOSTOP:
        before_change(t)


def before_change(t: Thread) -> None:
    """The same before the terminal's state is changed, whatever TOSTOP says."""
    if not _unwanted(t, SIGTTOU):
        _stop_group(t, SIGTTOU)


def _unwanted(t: Thread, signo: int) -> bool:
    return bool(t.mask & bit(signo)) or t.process.handlers[signo].handler == SIG_IGN


def _stop_group(t: Thread, signo: int) -> None:
    """Send `signo` to the process group, after which the call starts again. EIO in an orphaned one.

    Our own is not sent by the host: it might arrive after the call was started again.
    """
    group = os.getpgrp()
    everybody = dict(_processes())
    members = [pid for pid, state in everybody.items() if state[1] == group]
    if not any(_has_controller(everybody, pid) for pid in members):
        raise LinuxError(EIO)
    t.process.post(SigInfo(signo, SI_KERNEL))
    for pid in members:
        if pid != t.process.pid:
            try:
                os.kill(pid, signo)
            except OSError:
                continue
    raise LinuxError(ERESTARTSYS)


def _has_controller(everybody: dict[int, tuple[int, int, int]], pid: int) -> bool:
    """Whether the parent is in the same session and another group, as a shell is."""
    parent, group, session = everybody[pid]
    if parent == 1 or parent not in everybody:
        return False
    _, parents_group, parents_session = everybody[parent]
    return parents_group != group and parents_session == session


def _processes() -> Iterator[tuple[int, tuple[int, int, int]]]:
    """Each process's id, with its parent, process group and session."""
    for name in os.listdir("/proc"):
        if not name.isdecimal():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                state, *numbers = file.read().rpartition(b")")[2].split()[:4]
        except OSError:
            continue
        if state not in b"ZX":
            parent, group, session = map(int, numbers)
            yield int(name), (parent, group, session)
