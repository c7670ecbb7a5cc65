"""How two emulators find each other and talk."""

from __future__ import annotations

import marshal
import os
import struct
from errno import EPERM, ESRCH
from select import POLLIN, poll
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

from .. import hostcall
from ..abi import signals as sig
from ..errors import LinuxError
from ..process import CALL_BACK, HOST_MODEL
from ..signals import STOP_BITS, SigInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..files import Files
    from ..process import Process

_SIGNAL = 62  # never delivered: every emulator blocks it and knows it by its si_code
_PATIENCE = 5000  # ms to wait for the other emulator's answer
_NOTE = 4096  # bytes; no note is longer
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
    return b"\0qemu-user-trace/%d/%x" % (pid, token)


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
    return not different & ~STOP_BITS  # one of these is open while it stops by it


def meet(pid: int, hello: tuple[Any, ...], ends: tuple[socket, socket]) -> int:
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
        _await(listener)
        end, _ = listener.accept()
    with end:
        if _peer(end) != pid:
            raise LinuxError(EPERM)
        tell(end, hello, ends)
        _await(end)
        answer = hear(end)
    if answer is None:
        raise LinuxError(EPERM)
    return int(answer[0][0])


def _await(end: socket) -> None:
    waiting = poll()
    waiting.register(end, POLLIN)
    if not waiting.poll(_PATIENCE):
        raise LinuxError(EPERM)


def _peer(end: socket) -> int:
    """The pid at the other end; EPERM unless it is the same user's or root's."""
    pid, uid, _ = _CREDENTIALS.unpack(end.getsockopt(SOL_SOCKET, SO_PEERCRED, _CREDENTIALS.size))
    if uid not in (0, os.geteuid()) and os.geteuid():
        raise LinuxError(EPERM)
    return int(pid)


def called(pid: int, token: int) -> tuple[socket, tuple[Any, ...], tuple[socket, socket]] | None:
    """Answer `meet` of the emulator `pid`: where to send the errno, its hello and our ends."""
    end = socket(AF_UNIX, SOCK_SEQPACKET)
    try:
        end.connect(_address(pid, token))
        if _peer(end) == pid:
            heard = hear(end)
            if heard is not None and heard[1] is not None:
                return end, heard[0], heard[1]
    except OSError:
        pass
    end.close()
    return None
