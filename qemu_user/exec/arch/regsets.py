"""What the register sets of all architectures have in common."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..thread import Thread

    Get = Callable[[Thread, int], bytes]
    Set = Callable[[Thread, bytes], int | None]


class RegisterSet:
    """One of PTRACE_GETREGSET's: `get(t, number)` and `set(t, data)` in the kernel's layout.

    `number` is that of the system call the thread is in, -1 for none; `set` returns the new one
    where it is in the set. Requests come in multiples of `unit` bytes. LinuxError for bad values.
    """

    def __init__(self, get: Get, set: Set, unit: int = 8) -> None:
        self.get = get
        self.set = set
        self.unit = unit


# What a module of registers says that has regsets alone.
REQUESTS: dict[int, tuple[int, bool]] = {}  # there are no requests for a whole set
USER_SIZE = 0  # no PTRACE_PEEKUSER
USER_DEBUG = (0, 0)


def watched(_: list[int]) -> list[tuple[int, int, int]]:
    """There are no debug registers."""
    return []


def hit(_: list[int], _number: int) -> None:
    """There are no debug registers."""


def repeatable(_: int) -> bool:
    """Only what breaks on data needs to know."""
    return False


POINTED: dict[tuple[int, int], int] = {}
