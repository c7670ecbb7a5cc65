"""Calls that stand for others: socketcall(2), ipc(2), and those with arguments in memory."""

from __future__ import annotations

from errno import EINVAL, ENOSYS
from struct import Struct

from ..exec.abi.ipc import IPC_64
from ..exec.errors import LinuxError
from .args import Addr, Int, Long, Size, UInt, ULong
from .syscall import Bound, syscall
from .table import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

# man 2 socketcall, <linux/net.h>: number -> call and how many words it takes
_SOCKETS = {
    1: ("socket", 3),
    2: ("bind", 3),
    3: ("connect", 3),
    4: ("listen", 2),
    5: ("accept", 3),
    6: ("getsockname", 3),
    7: ("getpeername", 3),
    8: ("socketpair", 4),
    9: ("send", 4),
    10: ("recv", 4),
    11: ("sendto", 6),
    12: ("recvfrom", 6),
    13: ("shutdown", 2),
    14: ("setsockopt", 5),
    15: ("getsockopt", 5),
    16: ("sendmsg", 3),
    17: ("recvmsg", 3),
    18: ("accept4", 4),
    19: ("recvmmsg", 5),
    20: ("sendmmsg", 4),
}
_SEMOP, _SEMGET, _SEMCTL, _SEMTIMEDOP = 1, 2, 3, 4
_MSGSND, _MSGRCV, _MSGGET, _MSGCTL = 11, 12, 13, 14
_SHMAT, _SHMDT, _SHMGET, _SHMCTL = 21, 22, 23, 24


class _Calls:
    """Calls bound for an architecture though they have no numbers on it; in `Process.kept`."""

    def __init__(self) -> None:
        self.bound: dict[tuple[str, str], Bound] = {}

    def get(self, t: Thread, name: str) -> Bound:
        key = t.arch.name, name
        if key not in self.bound:
            call = find(name)
            if call is None:
                raise LinuxError(ENOSYS)
            self.bound[key] = Bound(call, t.arch, name, -1)
        return self.bound[key]


_WITH_64 = {_MSGCTL: IPC_64, _SHMCTL: IPC_64}


def _make(t: Thread, name: str, words: Sequence[int]) -> Blocking[int]:
    calls: _Calls = t.process.kept.setdefault(_Calls, _Calls())
    bound = calls.get(t, name)
    made = bound.call(t, words)
    result: int = (yield from made) if bound.blocks else made
    return result


@syscall
def socketcall(t: Thread, call: Int, args: Addr) -> Blocking[int]:
    if call not in _SOCKETS:
        raise LinuxError(EINVAL)
    name, count = _SOCKETS[call]
    return (yield from _make(t, name, _words(t, args, count)))


def _words(t: Thread, addr: int, count: int) -> tuple[int, ...]:
    model = t.arch.model
    data = t.memory.read(addr, count * model.word)
    return Struct(f"{model.order}{count}{'Q' if model.word == 8 else 'I'}").unpack(data)


@syscall
def old_mmap(t: Thread, args: Addr) -> Blocking[Addr]:
    return (yield from _make(t, "mmap", _words(t, args, 6)))


@syscall
def old_select(t: Thread, args: Addr) -> Blocking[int]:
    return (yield from _make(t, "select", _words(t, args, 5)))


@syscall
def send(t: Thread, sockfd: Addr, buf: Addr, len_: Size, flags: ULong) -> Blocking[int]:
    return (yield from _make(t, "sendto", (sockfd, buf, len_, flags, 0, 0)))


@syscall
def recv(t: Thread, sockfd: Addr, buf: Addr, len_: Size, flags: ULong) -> Blocking[int]:
    return (yield from _make(t, "recvfrom", (sockfd, buf, len_, flags, 0, 0)))


@syscall
def waitpid(t: Thread, pid: Long, wstatus: Addr, options: ULong) -> Blocking[int]:
    word = (1 << 8 * t.arch.model.word) - 1
    return (yield from _make(t, "wait4", (pid & word, wstatus, options, 0)))


@syscall
def ipc(
    t: Thread, call: UInt, first: Int, second: ULong, third: ULong, ptr: Addr, fifth: Long
) -> Blocking[int]:
    version, call = call >> 16, call & 0xFFFF
    word = (1 << 8 * t.arch.model.word) - 1
    one, five = first & word, fifth & word
    if call == _SEMCTL:
        return (yield from _make(t, "semctl", (one, second, third, _pointed(t, ptr))))
    if call in (_MSGCTL, _SHMCTL):
        name = "msgctl" if call == _MSGCTL else "shmctl"
        if not second & IPC_64 and second not in (0, 11, 12):  # IPC_RMID, SHM_LOCK, SHM_UNLOCK
            raise LinuxError(EINVAL)
        return (yield from _make(t, name, (one, second, ptr)))
    if call == _MSGRCV:
        if not version:
            ptr, five = t.memory.word(ptr), t.memory.word(ptr + t.arch.model.word)
        return (yield from _make(t, "msgrcv", (one, ptr, second, five, third)))
    if call == _SHMAT:
        if version == 1:
            raise LinuxError(EINVAL)
        t.memory.set_word(third, (yield from _make(t, "shmat", (one, ptr, second))))
        return 0
    plain = {
        _SEMOP: ("semop", (one, ptr, second)),
        _SEMGET: ("semget", (one, second, third)),
        _SEMTIMEDOP: ("semtimedop", (one, ptr, second, five)),
        _MSGSND: ("msgsnd", (one, ptr, second, third)),
        _MSGGET: ("msgget", (one, second)),
        _SHMDT: ("shmdt", (ptr,)),
        _SHMGET: ("shmget", (one, second, third)),
    }.get(call)
    if plain is None:
        raise LinuxError(ENOSYS)
    return (yield from _make(t, *plain))


@syscall
def ipc_direct(
    t: Thread, call: UInt, first: Int, second: ULong, third: ULong, ptr: Addr, fifth: Long
) -> Blocking[int]:
    word = (1 << 8 * t.arch.model.word) - 1
    if call == _SEMCTL:
        return (yield from _make(t, "semctl", (first & word, second, third | IPC_64, ptr)))
    if call == _MSGRCV:
        return (yield from _make(t, "msgrcv", (first & word, ptr, second, fifth & word, third)))
    return (yield from ipc(t, call, first, second | _WITH_64.get(call, 0), third, ptr, fifth))


def _pointed(t: Thread, ptr: int) -> int:
    if not ptr:
        raise LinuxError(EINVAL)
    return t.memory.word(ptr)
