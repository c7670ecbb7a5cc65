"""Calls that are looked at before they are made: seccomp(2), and prctl(2)'s options for it."""

from __future__ import annotations

from errno import EACCES, EFAULT, EINVAL, ENOMEM, EOPNOTSUPP, ESRCH
from struct import iter_unpack

from ..exec import bpf, hostcall
from ..exec.abi import prctl as options
from ..exec.abi import processes as abi
from ..exec.abi.capabilities import CAP_SYS_ADMIN
from ..exec.abi.processes import SeccompNotifSizes, SockFprog
from ..exec.cpu import READ
from ..exec.errors import LinuxError
from ..exec.seccomp import SIZE, Filter, Seccomp
from .credentials import capable
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.bpf import Instruction
    from ..exec.thread import Thread
    from .args import Addr, SeccompFlags, SeccompOperation

_INSTRUCTION_SIZE = 8
_ACTIONS = (
    abi.SECCOMP_RET_KILL_PROCESS,
    abi.SECCOMP_RET_KILL_THREAD,
    abi.SECCOMP_RET_TRAP,
    abi.SECCOMP_RET_ERRNO,
    abi.SECCOMP_RET_TRACE,
    abi.SECCOMP_RET_LOG,
    abi.SECCOMP_RET_ALLOW,
)
_TSYNC, _ESRCH = abi.SECCOMP_FILTER_FLAG_TSYNC, abi.SECCOMP_FILTER_FLAG_TSYNC_ESRCH
_FLAGS = _TSYNC | _ESRCH | abi.SECCOMP_FILTER_FLAG_LOG | abi.SECCOMP_FILTER_FLAG_SPEC_ALLOW
_NOTIFICATIONS = (80, 24, SIZE)  # struct seccomp_notif, seccomp_notif_resp and seccomp_data


@syscall(note="nobody can be asked by SECCOMP_RET_USER_NOTIF; nothing goes to the audit log")
def seccomp(t: Thread, operation: SeccompOperation, flags: SeccompFlags, args: Addr) -> int:
    if operation == abi.SECCOMP_SET_MODE_FILTER:
        return _set_filter(t, flags, args)
    if flags:
        raise LinuxError(EINVAL)
    if operation == abi.SECCOMP_SET_MODE_STRICT and not args:
        return _set_strict(t)
    if operation == abi.SECCOMP_GET_ACTION_AVAIL:
        if t.memory.u32(args) not in _ACTIONS:
            raise LinuxError(EOPNOTSUPP)
        return 0
    if operation == abi.SECCOMP_GET_NOTIF_SIZES:
        notif, resp, data = _NOTIFICATIONS
        sizes = SeccompNotifSizes(seccomp_notif=notif, seccomp_notif_resp=resp, seccomp_data=data)
        t.memory.store(args, sizes)
        return 0
    raise LinuxError(EINVAL)


def set_mode(t: Thread, mode: int, program: int) -> int:
    """PR_SET_SECCOMP."""
    if mode == abi.SECCOMP_MODE_STRICT:
        return _set_strict(t)
    if mode == abi.SECCOMP_MODE_FILTER:
        return _set_filter(t, 0, program)
    raise LinuxError(EINVAL)


def _set_strict(t: Thread) -> int:
    if t.seccomp is not None and t.seccomp.mode != abi.SECCOMP_MODE_STRICT:
        raise LinuxError(EINVAL)
    t.seccomp = Seccomp(abi.SECCOMP_MODE_STRICT)
    t.process.check_calls()
    return 0


def _set_filter(t: Thread, flags: int, program: int) -> int:
    if flags & ~_FLAGS:
        raise LinuxError(EINVAL)
    instructions = _program(t, program)
    bpf.check(instructions, SIZE)
    old = t.seccomp
    if old is not None and old.mode != abi.SECCOMP_MODE_FILTER:
        raise LinuxError(EINVAL)
    added = Filter(instructions, t.arch, logs=bool(flags & abi.SECCOMP_FILTER_FLAG_LOG))
    new = (old or Seccomp(abi.SECCOMP_MODE_FILTER)).and_filter(added)
    if new.full:
        raise LinuxError(ENOMEM)
    if flags & _TSYNC:
        others = t.process.threads.values()
        for other in others:
            if other is not t and other.seccomp and not _follows(old, other.seccomp):
                if flags & _ESRCH:
                    raise LinuxError(ESRCH)
                return other.tid
        for other in others:
            other.seccomp = new
    t.seccomp = new
    t.process.check_calls()
    return 0


def _follows(ours: Seccomp | None, other: Seccomp) -> bool:
    return ours is not None and ours.descends_from(other)


def _program(t: Thread, addr: int) -> list[Instruction]:
    """The program that a struct sock_fprog describes; EACCES for who may not have one."""
    about = t.memory.load(addr, SockFprog)
    if not 1 <= about.len <= bpf.MAX_INSTRUCTIONS:
        raise LinuxError(EINVAL)
    alone = hostcall.call("prctl", options.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
    if not alone and not capable(CAP_SYS_ADMIN):
        raise LinuxError(EACCES)
    size = about.len * _INSTRUCTION_SIZE
    if t.memory.permitted(about.filter, size, READ) < size:
        raise LinuxError(EFAULT)
    data = t.memory.read(about.filter, size)
    return list(iter_unpack(t.arch.model.order + bpf.INSTRUCTION, data))
