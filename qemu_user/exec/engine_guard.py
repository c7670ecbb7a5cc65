"""What the handler of the host's SIGBUS must know of the engine."""

from __future__ import annotations

import ctypes
import os
import struct

from . import busfault, stubs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .engine_handle import Handle
    from .engine_parallel import Field

_EHDR = struct.Struct("=32xQ14xHH4x")  # e_phoff, e_phentsize, e_phnum
_PHDR = struct.Struct("=II8xQ16xQ")  # p_type, p_flags, p_vaddr, p_memsz
_PT_LOAD, _PF_X = 1, 1


def tell(
    words: ctypes.Array[ctypes.c_uint64],
    handle: Handle,
    field: Field | None,
    control: ctypes.Array[ctypes.c_uint64],
    probe: int,
) -> None:
    """Fill in `words` of `busfault`; `probe` is the look-up in use, `control` its block.

    Without `field`, translated code can't be left at once.
    """
    read, write, refuse = stubs.PROBES[os.uname().machine]
    words[busfault.PROBE_READ], words[busfault.PROBE_WRITE] = probe + read, probe + write
    words[busfault.REFUSE] = probe + refuse
    words[busfault.ENGINE] = handle.address
    words[busfault.STOP] = control[stubs.STOP]
    start, end = _text(control[stubs.STOP])
    words[busfault.TEXT], words[busfault.TEXT_SIZE] = start, end - start
    target = handle.arch.engine.target
    restore = handle.function(f"cpu_restore_state_{target}")
    leave = handle.function(f"cpu_loop_exit_noexc_{target}")
    if field is not None and restore and leave:
        words[busfault.RESTORE], words[busfault.EXIT] = restore, leave
        words[busfault.CPU] = field.address - field.offset
    else:
        start, end = _translations()
        words[busfault.MADE], words[busfault.MADE_SIZE] = start, end - start


class _Info(ctypes.Structure):
    _fields_ = [
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_uint64),
        ("symbol", ctypes.c_uint64 * 2),
    ]


def _text(place: int) -> tuple[int, int]:
    """Start and end of the code of the library that holds `place` (man 3 dladdr, 5 elf)."""
    info = _Info()
    if not ctypes.CDLL(None).dladdr(ctypes.c_void_p(place), ctypes.byref(info)):
        return 0, 0
    head = ctypes.string_at(info.base, _EHDR.size)
    (table, size, count) = _EHDR.unpack(head)
    for index in range(count):
        entry = ctypes.string_at(info.base + table + index * size, _PHDR.size)
        kind, flags, address, length = _PHDR.unpack(entry)
        if kind == _PT_LOAD and flags & _PF_X and 0 <= place - info.base - address < length:
            return info.base + address, info.base + address + length
    return 0, 0


def _translations() -> tuple[int, int]:
    """Start and end of the engine's buffer: the one great mapping that is written and executed."""
    found = 0, 0
    with open("/proc/self/maps", "rb") as maps:
        for line in maps:
            if b" rwxp 00000000 00:00 0 " in line:
                low, _, high = line.split(b" ", 1)[0].partition(b"-")
                start, end = int(low, 16), int(high, 16)
                if end - start > found[1] - found[0]:
                    found = start, end
    return found
