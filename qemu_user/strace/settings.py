"""What strace(1)'s own options ask of -strace: which calls, and how they are written."""

from __future__ import annotations

from ..exec.abi.numbers import number_table
from ..exec.abi.signames import signal_numbers
from ..exec.arch import NAMES
from . import classes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from re import Pattern

    from .inject import Injection

STATUSES = ("successful", "failed", "unfinished", "unavailable", "detached")


class Selection:
    """A set of system calls, as in -e trace=SET: names, numbers, classes, expressions."""

    def __init__(self, text: str, known: Callable[[str], bool]) -> None:
        """ValueError says which part of `text` means no call; `known`: whether a name exists."""
        self.inverted = text.startswith("!")
        self._names: set[str] = set()
        self._numbers: set[int] = set()
        self._patterns: list[Pattern[str]] = []
        self._everything = False
        for part in text.removeprefix("!").split(","):
            if not self._take(part, known):
                raise ValueError(f"invalid system call '{part}'")

    def _take(self, part: str, known: Callable[[str], bool]) -> bool:
        name = part.removeprefix("?")
        group = classes.members(name[1:] if name.startswith("%") else "")
        if group is None and name in classes.BARE:
            group = classes.members(name)
        if part in ("all", "none"):
            self._everything |= part == "all"
        elif name.startswith("/"):
            self._patterns.append(_pattern(name[1:]))
        elif group is not None:
            self._names |= group
        elif name.isdecimal():
            self._numbers.add(int(name))
        elif known(name):
            self._names.add(name)
        else:
            return part.startswith("?")
        return True

    def has(self, name: str, number: int) -> bool:
        """Whether a call is in the set."""
        found = self._everything or name in self._names or number in self._numbers
        return (found or any(p.search(name) for p in self._patterns)) != self.inverted


def _pattern(text: str) -> Pattern[str]:
    import re

    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"invalid regular expression '{text}': {error}") from None


class Settings:
    """The options together; ValueError from those that parse."""

    def __init__(self, more_names: Callable[[], frozenset[str]] = frozenset) -> None:
        """`more_names`: calls that no kernel's table has."""
        self._more_names = more_names
        self.trace: Selection | None = None  # None: all
        self.raw: Selection | None = None  # arguments as numbers
        self.signals: tuple[bool, frozenset[str]] | None = None  # inverted, names without SIG
        self.statuses: frozenset[str] | None = None
        self.injections: list[Injection] = []
        self.paths = 0  # -y: 1, -yy: 2
        self.clock = 0  # -t, -tt, -ttt
        self.relative = False
        self.duration = False
        self.summary = False
        self.lines = True  # False: nothing but the summary
        self.wall = False  # the summary counts wall clock time
        self.stacks = False
        self.limit = 32
        self.file: str | None = None
        self.separate = False
        self.decorations: list[str] = []  # options that only strace's own layout can honour

    def expression(self, text: str) -> None:
        """-e QUALIFIER=VALUE, or -e SET."""
        name, equals, value = text.partition("=")
        take = _QUALIFIERS.get(name) if equals else None
        if take is None:
            self.take_trace(text)
        else:
            take(self, value)

    def select(self, text: str) -> Selection:
        """A set of calls."""
        return Selection(text, self._known)

    def _known(self, name: str) -> bool:
        tables = (number_table(arch) for arch in NAMES)
        return any(name in table.values() for table in tables) or name in self._more_names()

    def take_trace(self, text: str) -> None:
        """-e trace=SET."""
        self.trace = self.select(text)

    def take_raw(self, text: str) -> None:
        """-e raw=SET."""
        self.raw = self.select(text)
        self.decorations.append("-e raw=")

    def take_status(self, text: str) -> None:
        """-e status=SET."""
        inverted = text.startswith("!")
        found: set[str] = set()
        for part in text.removeprefix("!").split(","):
            if part not in (*STATUSES, "all", "none"):
                raise ValueError(f"invalid status '{part}'")
            found.update(STATUSES if part == "all" else () if part == "none" else (part,))
        self.statuses = frozenset(set(STATUSES) - found if inverted else found)

    def take_signal(self, text: str) -> None:
        """-e signal=SET."""
        names: set[str] = set()
        for part in text.removeprefix("!").split(","):
            if part == "all":
                names.update(signal_numbers(NAMES[0]))
            elif part != "none":
                names.add(signal_of(part))
        self.signals = text.startswith("!"), frozenset(names)

    def take_inject(self, text: str) -> None:
        """-e inject=SET:WHAT."""
        from .inject import Injection

        self.injections.append(Injection(text, self.select))

    def take_fault(self, text: str) -> None:
        """-e fault=SET: -e inject= whose error is ENOSYS unless it says otherwise."""
        self.take_inject(text if ":error=" in text else _with_error(text))


def _with_error(text: str) -> str:
    selected, colon, rest = text.partition(":")
    return f"{selected}:error=ENOSYS{colon}{rest}"


def signal_of(text: str) -> str:
    """SIGUSR1 of "SIGUSR1", "usr1" or "10"; ValueError."""
    numbers = signal_numbers(NAMES[0])
    name = "SIG" + text.upper().removeprefix("SIG")
    if text.isdecimal():
        name = next((n for n, value in numbers.items() if value == int(text)), "")
    if name not in numbers:
        raise ValueError(f"invalid signal '{text}'")
    return name


_QUALIFIERS: dict[str, Callable[[Settings, str], None]] = {
    **dict.fromkeys(("trace", "t"), Settings.take_trace),
    **dict.fromkeys(("raw", "x"), Settings.take_raw),
    **dict.fromkeys(("signal", "signals", "s"), Settings.take_signal),
    "status": Settings.take_status,
    "inject": Settings.take_inject,
    "fault": Settings.take_fault,
}
