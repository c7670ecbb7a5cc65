"""Signal numbers of every architecture (man 7 signal); 32 and up are the real-time ones."""

from __future__ import annotations

import signal as host

from .numbers import ALIASES


def signal_numbers(arch: str) -> dict[str, int]:
    """Numbers by name, "SIGHUP" to "SIGSYS"."""
    from .generated import signals

    family = signals.FAMILY.get(ALIASES.get(arch, arch))
    return signals.GENERIC if family is None else signals.VARIANTS[family]


def signal_names(arch: str) -> dict[int, str]:
    """Names by number."""
    return {number: name for name, number in signal_numbers(arch).items()}


def signal_table(arch: str) -> dict[int, int] | None:
    """The guest's number for each of the host's that differs; None where none does."""
    table = {}
    for name, number in signal_numbers(arch).items():
        ours = int(getattr(host, name, number))
        if ours != number:
            table[ours] = number
    return table or None
