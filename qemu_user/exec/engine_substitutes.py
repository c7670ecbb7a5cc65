"""Functions of the engine's library that the host's own instructions take the place of.

The engine computes floating point in software, without flags, and vectors element by element. On
hosts that have the guest's instructions these are run instead: code of ours is written over the
library's functions in this process's memory, if it is exactly the library that the image is for.
`substitutes` makes the image and tells what is in it.
"""

from __future__ import annotations

import ctypes
import os

from . import host
from .engine_library import base_if_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import CDLL

MACHINE = "x86_64"  # the host whose code this is
IMAGE = f"{os.path.dirname(__file__)}/arch/images/x86_64.code"
_HEAD = 12  # bytes before the places
_APART = 1 << 16  # bytes between pieces that are written one by one
_done: list[bool] = []


def substitute(library: CDLL) -> bool:
    """Replace the functions, once; false where it can't be done."""
    if not _done:
        _done.append(os.uname().machine == MACHINE and _substitute(library))
    return _done[0]


def _substitute(library: CDLL) -> bool:
    base = base_if_known(library)
    if not base:
        return False
    with open(IMAGE, "rb", 0) as file:
        image = file.read()
    count, room, test = memoryview(image)[:_HEAD].cast("I")
    numbers = memoryview(image)[_HEAD : _HEAD + 8 * count].cast("I").tolist()
    areas = _areas(base, numbers, image[_HEAD + 8 * count :])
    for start, area in areas:
        if start >= base + room and not host.overwrite([(start, area)]):
            return False
    if not ctypes.PYFUNCTYPE(ctypes.c_int)(base + test)():
        return False
    return all(host.overwrite([piece]) for piece in areas if piece[0] < base + room)


def _areas(base: int, numbers: list[int], code: bytes) -> list[tuple[int, bytes]]:
    """What is to be in the library: pieces that are near each other with what is between them."""
    places, sizes = numbers[::2], numbers[1::2]
    found = []
    first = at = 0
    for index, place in enumerate(places):
        if index + 1 == len(places) or places[index + 1] - place > _APART:
            start = places[first]
            area = bytearray(ctypes.string_at(base + start, place + sizes[index] - start))
            for piece in range(first, index + 1):
                offset, size = places[piece] - start, sizes[piece]
                area[offset : offset + size] = code[at : at + size]
                at += size
            found.append((base + start, bytes(area)))
            first = index + 1
    return found
