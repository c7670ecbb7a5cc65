"""What execve(2) makes of who a process is (man 2 execve, man 7 capabilities)."""

from __future__ import annotations

import ctypes
import os
from stat import S_ISGID, S_ISUID, S_IXGRP
from struct import Struct

from ..exec import hostcall
from ..exec.abi import prctl as abi
from ..exec.errors import LinuxError
from .modules import prepare_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    FileSets: TypeAlias = tuple[int, int, bool]

_HEADER = Struct("Ii")
_FILE_SETS = Struct("<5I")
_EFFECTIVE = 1  # VFS_CAP_FLAGS_EFFECTIVE
_SETS = Struct("6I")  # effective, permitted and inheritable: of capabilities 0 to 31, then 32 to 63
_TWO_SETS = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
_NOROOT = 1  # SECBIT_NOROOT
_LOW = 0xFFFFFFFF
_NAMES = (b"CapEff", b"CapPrm", b"CapInh", b"CapBnd", b"CapAmb")


def renew(path: bytes) -> bool:
    """Ids, capabilities and what follows from them, for the program at the host's `path`.

    Set-user-ID and set-group-ID bits and the file's capabilities have effect as far as the process
    may do itself what they grant. Capabilities that root gave up do not come back: nothing but the
    host's execve returns them. Whether the file's gave an unprivileged user more than he had.
    """
    ruid, before, suid = os.getresuid()
    rgid, old_group, sgid = os.getresgid()
    known = _capabilities()
    euid, egid, of_file = _granted(path, before, old_group)
    if sgid != egid or egid != old_group:
        _try(lambda: os.setresgid(-1, egid, egid))
    if suid != euid or euid != before:
        prepare_for(euid)
        _prctl(abi.PR_SET_KEEPCAPS, 1)
        _try(lambda: os.setresuid(-1, euid, euid))
    changed = suid != before or euid != before
    euid, egid = os.geteuid(), os.getegid()
    if _prctl(abi.PR_GET_KEEPCAPS):
        _prctl(abi.PR_SET_KEEPCAPS)
    if known:
        _renew(known, (_capabilities() or known) if changed else known, (ruid, euid), of_file)
    if ruid == euid and rgid == egid and _prctl(abi.PR_GET_DUMPABLE) != 1:
        _prctl(abi.PR_SET_DUMPABLE, 1)
    return bool(ruid and of_file is not None and (of_file[0] or of_file[2]))


def _granted(path: bytes, euid: int, egid: int) -> tuple[int, int, FileSets | None]:
    """The effective ids and the capabilities that the file gives who executes it."""
    try:
        about, silent = os.stat(path), os.statvfs(path).f_flag & os.ST_NOSUID
    except OSError:
        return euid, egid, None
    if silent or _prctl(abi.PR_GET_NO_NEW_PRIVS) == 1:
        return euid, egid, None
    if about.st_mode & S_ISUID:
        euid = about.st_uid
    if about.st_mode & (S_ISGID | S_IXGRP) == S_ISGID | S_IXGRP:
        egid = about.st_gid
    return euid, egid, _file_capabilities(path)


def _file_capabilities(path: bytes) -> FileSets | None:
    """Permitted and inheritable ones, and whether they are effective (struct vfs_cap_data)."""
    try:
        data = os.getxattr(path, "security.capability").ljust(_FILE_SETS.size, b"\0")
    except OSError:
        return None
    magic, low, low_inheritable, high, high_inheritable = _FILE_SETS.unpack_from(data)
    permitted, inheritable = low | high << 32, low_inheritable | high_inheritable << 32
    return permitted, inheritable, bool(magic & _EFFECTIVE)


def _try(change: Callable[[], None]) -> None:
    """What only a privileged process can do stays undone by others."""
    try:
        change()
    except OSError:
        return


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


def _renew(
    known: list[int], now: list[int], uids: tuple[int, int], of_file: FileSets | None
) -> None:
    """From the sets before the call, and what the change of ids left of them."""
    _, permitted, inheritable, bounding, ambient = known
    root = 0 in uids and not _prctl(abi.PR_GET_SECUREBITS) & _NOROOT
    if root:
        new = (inheritable | bounding | ambient) & permitted
        effective = new if uids[1] == 0 else ambient & permitted
    elif of_file is not None:
        granted, inherited, works = of_file
        ambient = 0
        new = (inheritable & inherited | granted & bounding) & permitted
        effective = new if works else 0
    else:
        new = effective = ambient & permitted
    if now[:2] != [effective, new]:
        words = (effective, new, inheritable)
        data = _SETS.pack(*(word & _LOW for word in words), *(word >> 32 for word in words))
        hostcall.call("capset", _HEADER.pack(_TWO_SETS, 0), data)
    for number in range(64 if now[4] != ambient else 0):
        if ambient >> number & 1 and new >> number & 1:
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
