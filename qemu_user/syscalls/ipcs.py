"""System V semaphores and message queues are the host's (man 7 sysvipc)."""

from __future__ import annotations

import ctypes
from errno import EAGAIN, EINTR, EINVAL, ENOMSG
from struct import Struct

from ..exec import hostcall
from ..exec.abi import ipc as abi
from ..exec.abi.clocks import Timespec
from ..exec.abi.ipc import MsgInfo, MsqidDs, SemBuf, SemInfo
from ..exec.abi.semaphores import SemidDs
from ..exec.errors import ERESTARTNOHAND, ERESTARTSYS, LinuxError
from ..exec.waiting import in_helper
from .args import (
    Addr,
    In,
    InArray,
    Int,
    IpcFlags,
    Long,
    MsgRcvFlags,
    SemCmd,
    Size,
    SysvMsgCmd,
    UInt,
)
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.abi.layout import CStruct
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

_MASK = 0xFFFFFFFF
_COPYING = abi.IPC_NOWAIT | abi.MSG_COPY | abi.MSG_EXCEPT
_MSGMAX = 8192  # bytes: the usual /proc/sys/kernel/msgmax
_LONGEST = 1 << 24  # bytes; no host's msgmax is that much
_MSG = {
    abi.IPC_SET: MsqidDs,
    abi.IPC_STAT: MsqidDs,
    abi.MSG_STAT: MsqidDs,
    abi.MSG_STAT_ANY: MsqidDs,
    abi.IPC_INFO: MsgInfo,
    abi.MSG_INFO: MsgInfo,
}
_SEM = {
    abi.IPC_SET: SemidDs,
    abi.IPC_STAT: SemidDs,
    abi.SEM_STAT: SemidDs,
    abi.SEM_STAT_ANY: SemidDs,
    abi.IPC_INFO: SemInfo,
    abi.SEM_INFO: SemInfo,
}


def control(
    t: Thread, name: str, which: tuple[int, ...], cmd: int, buf: int, cls: type[CStruct] | None
) -> int:
    """shmctl, semctl, msgctl: `buf` points to a `cls`, or is a number when there is none."""
    cmd &= ~abi.IPC_64
    if cls is None:
        return hostcall.call(name, *which, cmd, buf)
    if cmd == abi.IPC_SET:
        try:
            value = t.memory.load(buf, cls)
        except LinuxError:
            return hostcall.call(name, *which, cmd, hostcall.INVALID)
        return hostcall.call(name, *which, cmd, hostcall.pack_as(cls, value))
    room = ctypes.create_string_buffer(hostcall.size(cls))
    result = hostcall.call(name, *which, cmd, room)
    own = hostcall.shape(cls, t.arch).layout(t.arch.model)
    t.memory.write(buf, own.pack(hostcall.unpack(cls, room.raw)))
    return result


@syscall
def semget(t: Thread, key: Int, nsems: Int, semflg: IpcFlags) -> int:
    return hostcall.call("semget", key & _MASK, nsems & _MASK, semflg)


@syscall
def semctl(t: Thread, semid: Int, semnum: Int, cmd: SemCmd, arg: Addr) -> int:
    which = (semid & _MASK, semnum & _MASK)
    plain = cmd & ~abi.IPC_64
    if plain in (abi.GETALL, abi.SETALL):
        return _all(t, which, plain, arg)
    if plain == abi.SETVAL:
        model = t.arch.model  # union semun comes by value: an int at its beginning
        arg = arg >> 32 if model.word == 8 and model.order == ">" else arg & _MASK
    return control(t, "semctl", which, cmd, arg, _SEM.get(plain))


def _all(t: Thread, which: tuple[int, int], cmd: int, addr: int) -> int:
    """GETALL and SETALL: an array of unsigned shorts, as many as there are semaphores."""
    count = hostcall.fill(SemidDs, "semctl", *which, abi.IPC_STAT, hostcall.OUT).nsems
    ours, theirs = Struct(f"{t.arch.model.order}{count}H"), Struct(f"={count}H")
    if cmd == abi.SETALL:
        values = ours.unpack(t.memory.read(addr, 2 * count))
        return hostcall.call("semctl", *which, cmd, theirs.pack(*values))
    room = ctypes.create_string_buffer(2 * count)
    hostcall.call("semctl", *which, cmd, room)
    t.memory.write(addr, ours.pack(*theirs.unpack(room.raw)))
    return 0


@syscall
def semop(t: Thread, semid: Int, sops: InArray[SemBuf], nsops: UInt) -> Blocking[int]:
    return (yield from _operate(t, semid, sops, nsops, None))


@syscall(wide="semtimedop_time64")
def semtimedop(
    t: Thread, semid: Int, sops: InArray[SemBuf], nsops: UInt, timeout: In[Timespec]
) -> Blocking[int]:
    span = hostcall.pack(timeout.read()) if timeout else None
    return (yield from _operate(t, semid, sops, nsops, span))


def _operate(
    t: Thread, semid: int, sops: InArray[SemBuf], nsops: int, span: bytes | None
) -> Blocking[int]:
    if nsops > abi.SEMOPM:
        return hostcall.call("semtimedop", semid, hostcall.INVALID, nsops, span)
    wanted = sops.read(nsops) if nsops else []
    if nsops < 1 or semid < 0:
        raise LinuxError(EINVAL)
    ops = b"".join(map(hostcall.pack, wanted))
    given = [op.flg for op in wanted]
    for op in wanted:
        op.flg |= abi.IPC_NOWAIT
    at_once = b"".join(map(hostcall.pack, wanted))
    try:
        return hostcall.call("semtimedop", semid, at_once, nsops, span)
    except LinuxError as error:
        if error.errno != EAGAIN or all(flags & abi.IPC_NOWAIT for flags in given):
            raise
    return (
        yield from _sleeping(t, lambda: hostcall.call("semtimedop", semid, ops, nsops, span), EINTR)
    )


def _sleeping(t: Thread, call: Callable[[], int], interrupted: int) -> Blocking[int]:
    """`call` in a helper; `interrupted` is what a signal makes of it."""
    try:
        return (yield from in_helper(t, call))
    except LinuxError as error:
        if error.errno != ERESTARTSYS:
            raise
        raise LinuxError(interrupted) from None


@syscall
def msgget(t: Thread, key: Int, msgflg: IpcFlags) -> int:
    return hostcall.call("msgget", key & _MASK, msgflg)


@syscall
def msgctl(t: Thread, msqid: Int, cmd: SysvMsgCmd, buf: Addr) -> int:
    return control(t, "msgctl", (msqid & _MASK,), cmd, buf, _MSG.get(cmd & ~abi.IPC_64))


@syscall
def msgsnd(t: Thread, msqid: Int, msgp: Addr, msgsz: Size, msgflg: IpcFlags) -> Blocking[int]:
    mtype = _mtype(t).unpack(t.memory.read(msgp, t.arch.model.word))[0]
    if msgsz > _LONGEST or msqid < 0:
        raise LinuxError(EINVAL)
    which = ctypes.c_long(mtype)
    try:
        text = t.memory.read(msgp + t.arch.model.word, msgsz)
    except LinuxError:
        if mtype < 1:
            raise LinuxError(EINVAL) from None
        return hostcall.call("msgsnd", msqid, hostcall.INVALID, msgsz, msgflg | abi.IPC_NOWAIT)
    message = bytes(which) + text

    def send(flags: int) -> int:
        return hostcall.call("msgsnd", msqid, message, msgsz, flags)

    try:
        return send(msgflg | abi.IPC_NOWAIT)
    except LinuxError as error:
        if error.errno != EAGAIN or msgflg & abi.IPC_NOWAIT:
            raise
    return (yield from _sleeping(t, lambda: send(msgflg), ERESTARTNOHAND))


@syscall
def msgrcv(
    t: Thread, msqid: Int, msgp: Addr, msgsz: Size, msgtyp: Long, msgflg: MsgRcvFlags
) -> Blocking[int]:
    if msgsz >> t.arch.model.word * 8 - 1 or msqid < 0:
        raise LinuxError(EINVAL)
    if msgflg & _COPYING == abi.MSG_COPY | abi.IPC_NOWAIT:  # the kernel fills its copy from there
        t.memory.read(msgp, min(msgsz, _MSGMAX))
    room = ctypes.create_string_buffer(ctypes.sizeof(ctypes.c_long) + min(msgsz, _LONGEST))
    size = min(msgsz, _LONGEST)

    def receive(flags: int) -> int:
        return hostcall.call("msgrcv", msqid, room, size, msgtyp, flags)

    try:
        got = receive(msgflg | abi.IPC_NOWAIT)
    except LinuxError as error:
        if error.errno != ENOMSG or msgflg & abi.IPC_NOWAIT:
            raise
        got = yield from _sleeping(t, lambda: receive(msgflg), ERESTARTNOHAND)
    word = ctypes.sizeof(ctypes.c_long)
    mtype = ctypes.c_long.from_buffer(room).value
    t.memory.write(msgp, _mtype(t).pack(mtype) + room.raw[word : word + got])
    return got


def _mtype(t: Thread) -> Struct:
    """A message's type: a long."""
    model = t.arch.model
    return Struct(model.order + ("q" if model.word == 8 else "i"))
