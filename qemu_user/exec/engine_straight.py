"""Translations without tests for what is asked for between blocks only.

As distributed, the engine's translator puts a test for a stop behind every load and store of a
guest, which also ends each use of a host register for a guest's; a look-up of a page begins with
finding out which instruction asks, for hooks that read PC; and a run that a debugging request ends
is not ended. A few bytes of the library are replaced in this process's memory, if the functions are
exactly those that are known here. Every other library works as it is, with a hook for each block.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import c_void_p

from . import host
from .arch.straight import PLACES, PRIME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import CDLL

MACHINE = "x86_64"  # the host whose code this is
FUNCTIONS = (
    "tcg_gen_qemu_ld_i32", "tcg_gen_qemu_st_i32", "tcg_gen_qemu_ld_i64", "tcg_gen_qemu_st_i64",
    "unicorn_fill_tlb", "resume_all_vcpus",
)  # fmt: skip
# What takes the place of: four jumps to the function that writes the test, the call that finds the
# instruction out, and a jump that is to lead where the next comparison's does.
CODE = (b"\xc3",) * 4 + (bytes.fromhex("0f1f440000"), bytes.fromhex("0f841affffff"))
_done: set[int] = set()  # addresses of the first function, where it is done


def straighten(library: CDLL, target: str) -> bool:
    """Whether translations for processors called `target` are as described from now on."""
    if target not in PLACES or os.uname().machine != MACHINE:
        return False
    starts = [_address(library, f"{name}_{target}") for name in FUNCTIONS]
    if starts[0] in _done:
        return True
    rest, places = PLACES[target]
    sizes, offsets = zip(*(map(int, place.split(":")) for place in places.split()), strict=True)
    if not all(starts) or not _known(starts, sizes, rest):
        return False
    first = min(starts) & -host.PAGE
    size = (max(starts) + host.PAGE - first + host.PAGE - 1) & -host.PAGE
    try:
        host.mprotect(first, size, host.READ | host.WRITE | host.EXEC)
    except OSError:  # a host that refuses it
        return False
    for start, offset, code in zip(starts, offsets, CODE, strict=True):
        ctypes.memmove(start + offset, code, len(code))
    host.mprotect(first, size, host.READ | host.EXEC)
    _done.add(starts[0])
    return True


def _address(library: CDLL, name: str) -> int:
    try:
        return ctypes.cast(getattr(library, name), c_void_p).value or 0
    except AttributeError:
        return 0


def _known(starts: list[int], sizes: tuple[int, ...], rest: int) -> bool:
    code = b"".join(map(ctypes.string_at, starts, sizes))
    return int.from_bytes(code, "little") % PRIME == rest
