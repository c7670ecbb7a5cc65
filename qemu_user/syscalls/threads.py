"""What every thread does: say where its words are, ask who it is, give way, end."""

from __future__ import annotations

from errno import EBUSY, EINVAL, EPERM

from ..exec import hostcall
from ..exec.errors import KEEP, GuestExit, LinuxError
from ..exec.tracing.channel import thread_group
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from .args import Addr, Int, Size, UInt


@syscall
def gettid(t: Thread) -> int:
    return t.tid


@syscall
def set_tid_address(t: Thread, tidptr: Addr) -> int:
    t.clear_child_tid = tidptr
    return t.tid


@syscall
def set_robust_list(t: Thread, head: Addr, len: Size) -> int:
    if len != 3 * t.arch.model.word:
        raise LinuxError(EINVAL)
    t.robust_list = head
    return 0


@syscall(note="of other processes EPERM")
def get_robust_list(t: Thread, pid: Int, head_ptr: Addr, len_ptr: Addr) -> int:
    other = t if pid == 0 else t.process.threads.get(pid)
    if other is None:
        thread_group(pid)
        raise LinuxError(EPERM)
    t.memory.set_word(len_ptr, 3 * t.arch.model.word)
    t.memory.set_word(head_ptr, other.robust_list)
    return 0


@syscall
def sched_yield(t: Thread) -> int:
    t.process.scheduler.give_way()
    return 0


@syscall(leaves=True, name="exit")
def exit_(t: Thread, status: Int) -> int:
    t.process.end_thread(t, status)
    return KEEP


@syscall(leaves=True)
def exit_group(t: Thread, status: Int) -> int:
    raise GuestExit((status & 0xFF) << 8)


@syscall
def rseq(t: Thread, rseq: Addr, rseq_len: UInt, flags: Int, sig: UInt) -> int:
    known = t.rseq
    if flags & ~_RSEQ_UNREGISTER or (flags and known is None):
        raise LinuxError(EINVAL)
    if known is not None:
        if (known.addr, known.size) != (rseq, rseq_len):
            raise LinuxError(EINVAL)
        if known.signature != sig:
            raise LinuxError(EPERM)
        if not flags:
            raise LinuxError(EBUSY)
        known.end()
        t.rseq = None
        return 0
    from ..exec.rseq import RestartableSequences

    t.rseq = RestartableSequences(t, rseq, rseq_len, sig)
    return 0


_RSEQ_UNREGISTER = 1  # RSEQ_FLAG_UNREGISTER
_GLOBAL = 0b111  # commands that other processes have a part in
_REGISTER = 0b101010100  # commands that register for another
_NEEDS_REGISTRATION = {1 << n: 1 << n + 1 for n in (3, 5, 7)}  # PRIVATE_EXPEDITED, its forms
_PRIVATE = 1 << 4  # REGISTER_PRIVATE_EXPEDITED
_PRIVATE_FORMS = 1 << 6 | 1 << 8  # _SYNC_CORE, _RSEQ
_GET_REGISTRATIONS = 1 << 9
_RSEQ = 1 << 7  # PRIVATE_EXPEDITED_RSEQ, which alone has a flag
_COMMANDS = 0b1111111111


@syscall(note="within the process trivially true: its threads take turns on one host thread")
def membarrier(t: Thread, cmd: Int, flags: UInt, cpu_id: Int) -> int:
    if flags & ~(cmd == _RSEQ) or cmd < 0 or cmd & (cmd - 1) or cmd & ~_COMMANDS:
        raise LinuxError(EINVAL)
    if cmd == 0:
        return _COMMANDS
    if cmd == _GET_REGISTRATIONS:
        known = t.process.membarriers  # its forms come with the plain private registration
        return known | (_PRIVATE if known & _PRIVATE_FORMS else 0)
    if cmd & _GLOBAL:
        hostcall.call("membarrier", cmd, 0, 0)
    if cmd & _REGISTER:
        t.process.membarriers |= cmd
        return 0
    needed = _NEEDS_REGISTRATION.get(cmd, 0)
    if needed & ~t.process.membarriers:
        raise LinuxError(EPERM)
    return 0
