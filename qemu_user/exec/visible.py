"""What other processes see of a guest in /proc/<pid>: the guest's program, not the emulator's."""

from __future__ import annotations

import os
from ctypes import addressof, create_string_buffer
from struct import pack

from . import hostcall
from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PR_SET_MM, _PR_SET_MM_MAP = 35, 14
_NO_FILE = 0xFFFFFFFF  # keep what /proc/pid/exe says: it can't change while Python is mapped
_START_CODE, _START_BRK = 26, 47  # fields of /proc/pid/stat, as man 5 proc counts


def show(base: int, image: Any) -> None:
    """Have the host show the program's arguments, environment and auxiliary vector as ours.

    They are read where the guest has them (struct prctl_mm_map of man 2 prctl, PR_SET_MM).
    Kernels without CONFIG_CHECKPOINT_RESTORE go on showing the emulator's.
    """
    start_brk = int(_stat(b"self")[_START_BRK])
    auxv = create_string_buffer(image.auxv)
    code = base + image.code_start
    fixed = (code, base + image.code_end, code, code, start_brk)
    where = (image.sp, image.arg_start, image.arg_end, image.env_start, image.env_end)
    try:
        # Nothing may come between these two: malloc moves the break.
        brk = hostcall.call("brk", 0)
        words = (*fixed, brk, *(base + addr for addr in where), addressof(auxv))
        wanted = pack("=12Q2I", *words, len(image.auxv), _NO_FILE)
        hostcall.call("prctl", _PR_SET_MM, _PR_SET_MM_MAP, wanted, len(wanted), 0)
    except LinuxError:
        return


def _stat(pid: bytes) -> list[bytes]:
    """The fields of /proc/pid/stat by number; the name is left out."""
    with open(b"/proc/%s/stat" % pid, "rb", buffering=0) as file:
        text = file.read()
    return [b"", b"", b"", *text[text.rindex(b")") + 2 :].split()]


def program_of(pid: bytes) -> bytes | None:
    """The file that the emulator `pid` runs; None where it is no emulator or not ours to see."""
    try:
        if os.readlink(b"/proc/%s/exe" % pid) != os.readlink(b"/proc/self/exe"):
            return None
        code = int(_stat(pid)[_START_CODE])
        with open(b"/proc/%s/maps" % pid, "rb") as file:
            for line in file:
                fields = line.rstrip(b"\n").split(None, 5)
                start, end = (int(word, 16) for word in fields[0].split(b"-"))
                if start <= code < end:
                    return fields[5] if len(fields) == 6 and fields[5][:1] == b"/" else None
    except (OSError, ValueError):
        pass
    return None
