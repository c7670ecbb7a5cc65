"""prctl: what a process or thread can set about itself (man 2 prctl)."""

from __future__ import annotations

import ctypes
import os
from errno import EINVAL

from ..exec import hostcall
from ..exec.abi import prctl as abi
from ..exec.errors import LinuxError
from .args import PrctlOption, ULong
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_COMM = 16  # TASK_COMM_LEN

# Options whose arguments are numbers and that act on the process as the host sees it.
_HOST = frozenset(
    (
        abi.PR_SET_PDEATHSIG,
        abi.PR_GET_DUMPABLE,
        abi.PR_SET_DUMPABLE,
        abi.PR_GET_KEEPCAPS,
        abi.PR_SET_KEEPCAPS,
        abi.PR_CAPBSET_READ,
        abi.PR_CAPBSET_DROP,
        abi.PR_GET_SECUREBITS,
        abi.PR_SET_SECUREBITS,
        abi.PR_SET_TIMERSLACK,
        abi.PR_GET_TIMERSLACK,
        abi.PR_SET_CHILD_SUBREAPER,
        abi.PR_SET_NO_NEW_PRIVS,
        abi.PR_GET_NO_NEW_PRIVS,
        abi.PR_SET_THP_DISABLE,
        abi.PR_GET_THP_DISABLE,
        abi.PR_CAP_AMBIENT,
        abi.PR_SET_PTRACER,
        abi.PR_SET_IO_FLUSHER,
        abi.PR_GET_IO_FLUSHER,
        abi.PR_MCE_KILL,
        abi.PR_MCE_KILL_GET,
        abi.PR_GET_TIMING,
        abi.PR_SET_TIMING,
        abi.PR_TASK_PERF_EVENTS_DISABLE,
        abi.PR_TASK_PERF_EVENTS_ENABLE,
        abi.PR_GET_SPECULATION_CTRL,
        abi.PR_SET_SPECULATION_CTRL,
    )
)
# What decides, for each host thread, whether it may change its ids and what that leaves it.
_OF_ALL = (abi.PR_SET_KEEPCAPS, abi.PR_SET_SECUREBITS, abi.PR_CAPBSET_DROP)
_CHECKS = (abi.PR_GET_SECCOMP, abi.PR_SET_SECCOMP, abi.PR_SET_SYSCALL_USER_DISPATCH)
_OUT_INT = frozenset((abi.PR_GET_PDEATHSIG, abi.PR_GET_CHILD_SUBREAPER))


def set_name(t: Thread, name: bytes) -> None:
    """Give the thread a name, in the host's /proc as well."""
    t.comm = name[: _COMM - 1]
    try:
        fd = os.open(f"/proc/self/task/{t.tid}/comm", os.O_WRONLY)
    except OSError:
        return
    try:
        os.write(fd, t.comm or b"\0")
    finally:
        os.close(fd)


def _name(t: Thread, addr: int) -> bytes:
    """At most 15 bytes; only as much is read as the string has."""
    name = b""
    while len(name) < _COMM - 1:
        byte = t.memory.read(addr + len(name), 1)
        if byte == b"\0":
            break
        name += byte
    return name


def _checks(t: Thread, option: int, *args: int) -> int:
    """What happens to calls before they are made."""
    if option == abi.PR_GET_SECCOMP:
        return 0 if t.seccomp is None else t.seccomp.mode
    if option == abi.PR_SET_SECCOMP:
        from .filtering import set_mode

        return set_mode(t, args[0], args[1])
    from ..exec.userdispatch import configure

    configure(t, *args)
    return 0


def _auxv(t: Thread, addr: int, size: int) -> int:
    data: bytes = t.process.image.auxv
    t.memory.write(addr, data[:size])
    return len(data)


@syscall
def prctl(
    t: Thread, option: PrctlOption, arg2: ULong, arg3: ULong, arg4: ULong, arg5: ULong
) -> int:
    if option == abi.PR_SET_PDEATHSIG:
        arg2 = t.arch.model.signal_to_ours(arg2)
    if option in _HOST:
        done = hostcall.call("prctl", option & 0xFFFFFFFF, arg2, arg3, arg4, arg5)
        if option in _OF_ALL:
            from .identity import align_host_threads

            align_host_threads(t)
        return done
    if option in _CHECKS:
        return _checks(t, option, arg2, arg3, arg4, arg5)
    if option == abi.PR_SET_NAME:
        set_name(t, _name(t, arg2))
        return 0
    if option == abi.PR_GET_NAME:
        t.memory.write(arg2, t.comm[: _COMM - 1].ljust(_COMM, b"\0"))
        return 0
    if option in _OUT_INT:
        room = ctypes.c_int()
        hostcall.call("prctl", option, ctypes.addressof(room), arg3, arg4, arg5)
        value = room.value
        if option == abi.PR_GET_PDEATHSIG:
            value = t.arch.model.signal_to_guest(value)
        t.memory.set_u32(arg2, value)
        return 0
    if option == abi.PR_GET_TID_ADDRESS:
        t.memory.set_word(arg2, t.clear_child_tid)
        return 0
    enabled = t.arch.constants.get("PR_TSC_ENABLE")
    if option == abi.PR_GET_TSC and enabled:
        t.memory.set_u32(arg2, enabled)
        return 0
    if option == abi.PR_SET_TSC and enabled == arg2 & 0xFFFFFFFF:
        return 0
    if option == abi.PR_GET_AUXV and not arg4 and not arg5:
        return _auxv(t, arg2, arg3)
    if t.arch.linux.prctl is not None:
        return t.arch.linux.prctl(t, option & 0xFFFFFFFF, arg2)
    raise LinuxError(EINVAL)
