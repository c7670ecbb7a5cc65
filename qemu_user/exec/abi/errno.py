"""Error numbers of every Linux architecture (man 3 errno)."""

from __future__ import annotations

import errno as host
import os

from .numbers import ALIASES


def error_numbers(arch: str) -> dict[str, int]:
    """Numbers by name, several names to some numbers."""
    from .generated import errnos

    family = errnos.FAMILY.get(ALIASES.get(arch, arch))
    return errnos.GENERIC if family is None else errnos.VARIANTS[family]


def error_names(arch: str) -> dict[int, str]:
    """Names by number, the usual one where there are several."""
    names: dict[int, str] = {}
    for name, number in error_numbers(arch).items():
        names.setdefault(number, name)
    return names


def errno_table(arch: str) -> dict[int, int] | None:
    """The guest's number for each of the host's that differs; None where none does."""
    machine = os.uname().machine
    if arch == ALIASES.get(machine, machine):
        return None
    table: dict[int, int] = {}
    for name, number in error_numbers(arch).items():
        ours = getattr(host, name, None)
        if ours is not None:
            table.setdefault(ours, number)
    return {ours: number for ours, number in table.items() if ours != number} or None
