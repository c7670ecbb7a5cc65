"""How two emulators find each other and talk."""

from __future__ import annotations

import marshal
import os
import struct
from errno import EPERM, ESRCH
from socket import (
    AF_UNIX,
    MSG_CMSG_CLOEXEC,
    MSG_NOSIGNAL,
    SCM_RIGHTS,
    SO_PEERCRED,
    SOCK_SEQPACKET,
    SOCK_STREAM,
    SOL_SOCKET,
    socket,
    socketpair,
)
from time import monotonic_ns

from .. import hostcall
from ..abi import signals as sig
from ..arrivals import CALL_BACK, HOST_MODEL
from ..errors import LinuxError
from ..signals import STOP_BITS, SigInfo, bit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..files import Files
    from ..process import Process

_SIGNAL = 62  # never delivered: every emulator blocks it and knows it by its si_code
PATIENCE = 5_000_000_000  # ns to wait for the other emulator's answer
_NOTE = 4096  # bytes; no note is longer
_PROTOCOL = 2  # emulators that speak another one do not find each other
MEET, STOPPED, CONTINUED = 0, 1, 2
_KIND = 56  # bit of a signal's value from which on it says which of these it is about
_HEAD = struct.Struct("=I")
_CREDENTIALS = struct.Struct("=iII")
_FDS = struct.Struct("=2i")


def keep(files: Files, end: socket) -> socket:
    """The same socket, hidden from the guest."""
    return socket(fileno=files.create(end.detach))


def pairs() -> tuple[tuple[socket, socket], tuple[socket, socket]]:
    """Both ends of a new link, (requests, notes) each: the tracer's and the tracee's."""
    asking, answering = socketpair(AF_UNIX, SOCK_STREAM)
    hearing, telling = socketpair(AF_UNIX, SOCK_SEQPACKET)
    return (asking, hearing), (answering, telling)


def send(end: socket, message: tuple[Any, ...]) -> None:
    """Send a request or an answer of any size; OSError when the other side is gone."""
    data = marshal.dumps(message)
    end.sendall(_HEAD.pack(len(data)) + data, MSG_NOSIGNAL)


def receive(end: socket) -> tuple[Any, ...] | None:
    """The next request or answer; None when the other side is gone."""
    data = _exactly(end, _HEAD.size)
    if data is not None:
        data = _exactly(end, _HEAD.unpack(data)[0])
    if data is None:
        return None
    message: tuple[Any, ...] = marshal.loads(data)
    return message


def _exactly(end: socket, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        try:
            more = end.recv(size - len(data))
        except OSError:
            return None
        if not more:
            return None
        data += more
    return data


def tell(end: socket, note: tuple[Any, ...], ends: tuple[socket, socket] | None = None) -> None:
    """Send a note, with a link's ends if it brings some; nothing happens if nobody listens."""
    rights = [] if ends is None else [(SOL_SOCKET, SCM_RIGHTS, _FDS.pack(*map(_number, ends)))]
    try:
        end.sendmsg([marshal.dumps(note)], rights, MSG_NOSIGNAL)
    except OSError:
        return


def _number(end: socket) -> int:
    return end.fileno()


def hear(end: socket) -> tuple[tuple[Any, ...], tuple[socket, socket] | None] | None:
    """The next note and the ends it brings; None when the other side is gone."""
    try:
        data, rights, _, _ = end.recvmsg(_NOTE, 64, MSG_CMSG_CLOEXEC)
    except OSError:
        return None
    if not data:
        return None
    ends = None
    for level, kind, fds in rights:
        if level == SOL_SOCKET and kind == SCM_RIGHTS and len(fds) == _FDS.size:
            first, second = _FDS.unpack(fds)
            ends = socket(fileno=first), socket(fileno=second)
    return marshal.loads(data), ends


def _address(pid: int, token: int) -> bytes:
    return b"\0qemu-user/%d/%d/%x" % (_PROTOCOL, pid, token)


def news(process: Process, what: int, signo: int) -> None:
    """Tell the emulator that forked this one that its child stopped or went on."""
    if process.parent != os.getppid():
        return
    value = what << _KIND | signo
    info = SigInfo(_SIGNAL, CALL_BACK, pid=os.getpid(), uid=os.getuid(), value=value)
    try:
        hostcall.call("rt_sigqueueinfo", process.parent, _SIGNAL, info.pack(HOST_MODEL))
    except LinuxError:
        return  # it has just ended


def kind_of(value: int) -> tuple[int, int]:
    """What an emulator's signal is about: one of MEET, STOPPED, CONTINUED, and its value."""
    return value >> _KIND, value & (1 << _KIND) - 1


def thread_group(tid: int) -> dict[str, str]:
    """The host's /proc/tid/status; ESRCH when there is no such thread."""
    try:
        with open(f"/proc/{tid}/status") as file:
            lines = [line.partition(":") for line in file]
    except OSError:
        raise LinuxError(ESRCH) from None
    return {name: value.strip() for name, _, value in lines}


def _listens(about: dict[str, str]) -> bool:
    """Whether a process is an emulator: those block every signal they can."""
    ours = thread_group(os.getpid())
    different = int(about["SigBlk"], 16) ^ int(ours["SigBlk"], 16)
    # One of these is open while it stops by it, or has a handler in machine code.
    return not different & ~(STOP_BITS | bit(sig.SIGBUS))


def meet(
    process: Process,
    pid: int,
    hello: tuple[Any, ...],
    ends: tuple[socket, socket],
    patience: int = PATIENCE,
) -> int:
    """Have the emulator `pid` call back; hand it `hello` and its ends; the errno it answers.

    EPERM when it is none, may not be signalled by us or does not answer.
    """
    about = thread_group(pid)
    if not _listens(about):
        raise LinuxError(EPERM)
    token = int.from_bytes(os.urandom(7), "little")
    with socket(AF_UNIX, SOCK_SEQPACKET) as listener:
        listener.bind(_address(os.getpid(), token))
        listener.listen(1)
        # A stopped process runs again by SIGCONT only; this one it will not take for the guest's.
        signo = sig.SIGCONT if about["State"].startswith("T") else _SIGNAL
        info = SigInfo(signo, CALL_BACK, pid=os.getpid(), uid=os.getuid(), value=token)
        hostcall.call("rt_sigqueueinfo", pid, signo, info.pack(HOST_MODEL))
        _await(process, listener, patience)
        end, _ = listener.accept()
    with end:
        if _peer(end) != pid:
            raise LinuxError(EPERM)
        tell(end, hello, ends)
        _await(process, end, patience)
        answer = hear(end)
    if answer is None:
        raise LinuxError(EPERM)
    return int(answer[0][0])


def _await(process: Process, end: socket, patience: int) -> None:
    from .answers import callers

    if not callers(process).await_readable(end.fileno(), monotonic_ns() + patience):
        raise LinuxError(EPERM)


def _peer(end: socket) -> int:
    """The pid at the other end; EPERM unless it is the same user's or root's."""
    pid, uid, _ = _CREDENTIALS.unpack(end.getsockopt(SOL_SOCKET, SO_PEERCRED, _CREDENTIALS.size))
    if uid not in (0, os.geteuid()) and os.geteuid():
        raise LinuxError(EPERM)
    return int(pid)


def connect(pid: int, token: int) -> socket | None:
    """The way to the emulator `pid`, which waits in `meet`; None when it is there no more."""
    end = socket(AF_UNIX, SOCK_SEQPACKET)
    try:
        end.connect(_address(pid, token))
        if _peer(end) == pid:
            return end
    except OSError:
        pass
    end.close()
    return None
