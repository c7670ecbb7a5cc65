"""Resource limits of the guest that are not the host's (man 2 getrlimit)."""

from __future__ import annotations

from . import hostcall
from .abi import limits as abi
from .abi.limits import Rlimit64
from .files import SOFT_AT_START, SPARE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .thread import Thread

# Limits of the guest's own memory: the host's would strike the emulator.
MEMORY = {
    abi.RLIMIT_AS: "space_limit",
    abi.RLIMIT_DATA: "data_limit",
    abi.RLIMIT_STACK: "stack_limit",
    abi.RLIMIT_MEMLOCK: "lock_limit",
}
# The emulator needs descriptors beyond the guest's: the host's hard limit is not lowered.
_VIRTUAL_HARD = (*MEMORY, abi.RLIMIT_NOFILE)
LINES = {  # of /proc/<pid>/limits
    b"Max data size": abi.RLIMIT_DATA,
    b"Max stack size": abi.RLIMIT_STACK,
    b"Max open files": abi.RLIMIT_NOFILE,
    b"Max locked memory": abi.RLIMIT_MEMLOCK,
    b"Max address space": abi.RLIMIT_AS,
}


class GuestLimits:
    """Limits that the host does not keep."""

    def __init__(self) -> None:
        self.hard = {resource: of_host(0, resource)[1] for resource in _VIRTUAL_HARD}
        self.files = SOFT_AT_START  # the soft one of descriptors

    def files_on_host(self, hard: int) -> int:
        """The host's soft limit of descriptors, where its hard one leaves us some."""
        return min(self.files, hard - SPARE)


def of_host(pid: int, resource: int) -> tuple[int, int]:
    """The soft and the hard limit that the host has; 0 is ourselves."""
    found = hostcall.fill(Rlimit64, "prlimit64", pid, resource, None, hostcall.OUT)
    return found.rlim_cur, found.rlim_max


def kept(t: Thread) -> GuestLimits:
    """Those of the thread's process."""
    known = t.process.kept
    if GuestLimits not in known:
        known[GuestLimits] = GuestLimits()
    found: GuestLimits = known[GuestLimits]
    return found


def get(t: Thread, resource: int) -> tuple[int, int]:
    """The soft and the hard limit that hold for the guest."""
    attribute = MEMORY.get(resource)
    if resource == abi.RLIMIT_NOFILE:
        soft, hard = of_host(0, resource)
        limits = kept(t)
        if soft == limits.files_on_host(hard):  # and nobody else has changed it
            soft = limits.files
        return soft, limits.hard[resource]
    if attribute is None:
        return of_host(0, resource)
    hard = kept(t).hard[resource]
    return min(getattr(t.memory, attribute), hard), hard
