"""Times before and after strace(1)'s lines: -t, -tt, -ttt, -r and -T."""

from __future__ import annotations

from time import localtime, strftime

_MICRO = 1000
_SECOND = 1_000_000_000


class Stamps:
    """Writes when a line began; `clock` is how many t the option has, `relative` is -r."""

    def __init__(self, clock: int, *, relative: bool) -> None:
        self._clock = clock
        self._relative = relative
        self._last: int | None = None

    def text(self, when: int) -> str:
        """What precedes a line that began at `when` (ns since 1970)."""
        parts = []
        seconds, micro = when // _SECOND, when % _SECOND // _MICRO
        if self._clock:
            text = str(seconds) if self._clock > 2 else strftime("%H:%M:%S", localtime(seconds))
            parts.append(f"{text}.{micro:06} " if self._clock > 1 else f"{text} ")
        if self._relative:
            passed = 0 if self._last is None else when - self._last
            self._last = when
            text = f"{passed // _SECOND:6}.{passed % _SECOND // _MICRO:06}"
            parts.append(f"(+{text}) " if self._clock else f"{text} ")
        return "".join(parts)


def duration_text(passed: int) -> str:
    """-T: how many ns passed in the call."""
    return f" <{passed // _SECOND}.{passed % _SECOND // _MICRO:06}>"
