"""What every thread does: say where its words are, ask who it is, give way, end."""

from __future__ import annotations

from errno import EINVAL, EPERM, ESRCH

from ..exec.errors import KEEP, GuestExit, LinuxError
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


@syscall
def get_robust_list(t: Thread, pid: Int, head_ptr: Addr, len_ptr: Addr) -> int:
    other = t if pid == 0 else t.process.threads.get(pid)
    if other is None:
        raise LinuxError(ESRCH)
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


_REGISTER = 0b1010100  # commands that register for another
_NEEDS_REGISTRATION = {1 << 3: 1 << 4, 1 << 5: 1 << 6}  # PRIVATE_EXPEDITED and its SYNC_CORE form
_COMMANDS = 0b1111111


@syscall(note="trivially true: guest threads take turns on one host thread")
def membarrier(t: Thread, cmd: Int, flags: UInt, cpu_id: Int) -> int:
    if flags or cmd < 0 or cmd & (cmd - 1) or cmd & ~_COMMANDS:
        raise LinuxError(EINVAL)
    if cmd == 0:
        return _COMMANDS
    registered = t.process.membarriers
    if cmd & _REGISTER:
        t.process.membarriers = registered | cmd
    needed = _NEEDS_REGISTRATION.get(cmd, 0)
    if needed & ~registered:
        raise LinuxError(EPERM)
    return 0
