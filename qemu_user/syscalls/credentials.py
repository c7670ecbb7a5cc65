"""What execve(2) makes of who a process is (man 2 execve, man 7 capabilities)."""

from __future__ import annotations

import ctypes
import os
from struct import Struct

from ..exec import hostcall
from ..exec.abi import prctl as abi
from ..exec.errors import LinuxError

_HEADER = Struct("Ii")
_SETS = Struct("6I")  # effective, permitted and inheritable: of capabilities 0 to 31, then 32 to 63
_TWO_SETS = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
_NOROOT = 1  # SECBIT_NOROOT
_LOW = 0xFFFFFFFF
_NAMES = (b"CapEff", b"CapPrm", b"CapInh", b"CapBnd", b"CapAmb")


def renew() -> None:
    """Saved ids, capabilities and what follows from them, for a file without set-user-ID bits.

    Capabilities that root gave up do not come back: nothing but the host's execve returns them.
    """
    ruid, euid, suid = os.getresuid()
    rgid, egid, sgid = os.getresgid()
    known = _capabilities()
    if suid != euid:
        _prctl(abi.PR_SET_KEEPCAPS, 1)
        os.setresuid(-1, -1, euid)
    if sgid != egid:
        os.setresgid(-1, -1, egid)
    if _prctl(abi.PR_GET_KEEPCAPS):
        _prctl(abi.PR_SET_KEEPCAPS)
    if known:
        _renew(known, known if suid == euid else _capabilities() or known, ruid, euid)
    if ruid == euid and rgid == egid and _prctl(abi.PR_GET_DUMPABLE) != 1:
        _prctl(abi.PR_SET_DUMPABLE, 1)


def _prctl(option: int, first: int = 0, second: int = 0) -> int:
    """The host's answer, -1 where it refuses: some bits can be locked (PR_SET_SECUREBITS)."""
    try:
        return hostcall.call("prctl", option, first, second, 0, 0)
    except LinuxError:
        return -1


def _capabilities() -> list[int]:
    """The sets in the order of _NAMES, nothing where there is no /proc."""
    try:
        with open("/proc/thread-self/status", "rb") as file:
            known = dict(line.split(b":", 1) for line in file)
        return [int(known[name], 16) for name in _NAMES]
    except (OSError, KeyError):
        return []


def _renew(known: list[int], now: list[int], ruid: int, euid: int) -> None:
    """From the sets before the call, and what the change of ids left of them."""
    _, permitted, inheritable, bounding, ambient = known
    root = 0 in (ruid, euid) and not _prctl(abi.PR_GET_SECUREBITS) & _NOROOT
    new = (inheritable | bounding | ambient if root else ambient) & permitted
    effective = new if root and euid == 0 else ambient & permitted
    if now[:2] != [effective, new]:
        words = (effective, new, inheritable)
        data = _SETS.pack(*(word & _LOW for word in words), *(word >> 32 for word in words))
        hostcall.call("capset", _HEADER.pack(_TWO_SETS, 0), data)
    for number in range(64 if now[4] != ambient else 0):
        if ambient >> number & 1:
            _prctl(abi.PR_CAP_AMBIENT, abi.PR_CAP_AMBIENT_RAISE, number)


def capable(number: int) -> bool:
    """Whether this capability is effective."""
    room = ctypes.create_string_buffer(_SETS.size)
    try:
        hostcall.call("capget", _HEADER.pack(_TWO_SETS, 0), room)
    except LinuxError:
        return False
    words = _SETS.unpack(room.raw)
    return bool(words[3 * (number // 32)] >> number % 32 & 1)
