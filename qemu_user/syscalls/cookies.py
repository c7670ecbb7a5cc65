"""Positions in directories that fit the 31 bits which 32-bit programs have for them.

The host takes the emulator for a 64-bit program and tells it 64-bit hashes (ext4, xfs), which
readdir of a 32-bit C library refuses with EOVERFLOW.
"""

from __future__ import annotations

import os
from stat import S_ISDIR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_FIRST = 0x40000000  # smaller positions are told as they are
_LAST = 0x7FFFFFFF


class _Cookies:
    """Numbers that stand for long positions; in `Process.kept`."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        self.positions: list[int] = []


def told(t: Thread, position: int) -> int:
    """What a program is told of the host's `position` in a directory."""
    if t.arch.model.word == 8 or 0 <= position < _FIRST or position == _LAST:
        return position
    cookies: _Cookies = t.process.kept.setdefault(_Cookies, _Cookies())
    number = cookies.numbers.get(position)
    if number is None:
        number = cookies.numbers[position] = _FIRST + len(cookies.positions)
        cookies.positions.append(position)
    return number


def meant(t: Thread, fd: int, position: int) -> int:
    """The host's position that a program means by what it was told."""
    cookies: _Cookies | None = t.process.kept.get(_Cookies)
    if cookies is None or not 0 <= position - _FIRST < len(cookies.positions):
        return position
    return cookies.positions[position - _FIRST] if S_ISDIR(os.fstat(fd).st_mode) else position
