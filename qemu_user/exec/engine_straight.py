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

from . import host
from .arch.straight import PLACES, PRIME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .engine_handle import Handle

MACHINE = "x86_64"  # the host whose code this is
FUNCTIONS = (
    "tcg_gen_qemu_ld_i32", "tcg_gen_qemu_st_i32", "tcg_gen_qemu_ld_i64", "tcg_gen_qemu_st_i64",
    "unicorn_fill_tlb", "resume_all_vcpus",
)  # fmt: skip
# What takes the place of: four jumps to the function that writes the test, the call that finds the
# instruction out, and a jump that is to lead where the next comparison's does.
CODE = (b"\xc3",) * 4 + (bytes.fromhex("0f1f440000"), bytes.fromhex("0f841affffff"))
_done: set[int] = set()  # addresses of the first function, where it is done


def straighten(handle: Handle) -> bool:
    """Whether translations for the processor of `handle` are as described from now on."""
    target = handle.arch.engine.target
    if target not in PLACES or os.uname().machine != MACHINE:
        return False
    starts = [handle.function(f"{name}_{target}") or 0 for name in FUNCTIONS]
    if starts[0] in _done:
        return True
    rest, places = PLACES[target]
    sizes, offsets = zip(*(map(int, place.split(":")) for place in places.split()), strict=True)
    if not all(starts) or not _known(starts, sizes, rest):
        return False
    spots = (start + offset for start, offset in zip(starts, offsets, strict=True))
    if not host.overwrite(list(zip(spots, CODE, strict=True))):
        return False
    _done.add(starts[0])
    return True


def _known(starts: list[int], sizes: tuple[int, ...], rest: int) -> bool:
    code = b"".join(map(ctypes.string_at, starts, sizes))
    return int.from_bytes(code, "little") % PRIME == rest
