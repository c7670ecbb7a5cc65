"""ptrace(2) between guests, and the memory of a tracee."""

from __future__ import annotations

import os
from errno import EACCES, EINVAL, EIO, EPERM, ESRCH
from struct import Struct

from ..exec.abi import ptrace as abi
from ..exec.abi import signals as sig
from ..exec.abi.capabilities import CAP_SYS_ADMIN
from ..exec.abi.ptrace import PtracePeekSigInfoArgs
from ..exec.arch import registers_of
from ..exec.errors import LinuxError
from .signals import read_sigset, write_sigset
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..exec.thread import Thread
    from .args import Pid, PtraceRequest, ULong

    Handler = Callable[["Asked"], int]


class Asked:
    """A request: ptrace's arguments, and the way to the tracee."""

    __slots__ = ("addr", "ask", "data", "pid", "t", "tracer")

    def __init__(self, t: Thread, pid: int, addr: int, data: int) -> None:
        from ..exec.tracing.tracer import tracer

        self.t, self.pid, self.addr, self.data = t, pid, addr, data
        self.tracer = tracer(t.process)
        self.ask: Callable[..., Any] = lambda *request: self.tracer.ask(pid, *request)


@syscall(note="only programs that run emulated")
def ptrace(t: Thread, request: PtraceRequest, pid: Pid, addr: ULong, data: ULong) -> int:
    if request == abi.PTRACE_TRACEME:
        from ..exec.tracing.attach import trace_me

        trace_me(t)
        return 0
    if request in (abi.PTRACE_ATTACH, abi.PTRACE_SEIZE):
        return _attach(t, pid, addr, data, seize=request == abi.PTRACE_SEIZE)
    asked = Asked(t, pid, addr, data)
    if request == abi.PTRACE_KILL:
        _tracee(asked)
        os.kill(pid, sig.SIGKILL)
        return 0
    if request == abi.PTRACE_INTERRUPT:
        asked.ask("interrupt")
        return 0
    if not _tracee(asked).stop:
        raise LinuxError(ESRCH)
    handler = _HANDLERS.get(request)
    if handler is not None:
        return handler(asked)
    registers = registers_of(t.arch)
    if request in registers.REQUESTS:
        return _whole_set(asked, *registers.REQUESTS[request])
    note = getattr(registers, "SETTERS", {}).get(request)
    if note is not None:
        size = len(asked.ask("regset", note))
        value = data & (1 << 8 * size) - 1
        little = t.arch.model.order == "<"
        asked.ask("set_regset", note, value.to_bytes(size, "little" if little else "big"))
        return 0
    if (request, data) in registers.POINTED:
        t.memory.set_word(addr, _user_word(asked, registers.POINTED[request, data]))
        return 0
    raise LinuxError(EIO)


def _tracee(asked: Asked) -> Any:
    found = asked.tracer.tracees.get(asked.pid)
    if found is None:
        raise LinuxError(ESRCH)
    return found


def _attach(t: Thread, pid: int, addr: int, data: int, *, seize: bool) -> int:
    from ..exec.tracing.attach import attach

    if seize and (addr or data & ~abi.PTRACE_O_MASK):
        raise LinuxError(EIO)
    attach(t, pid, data if seize else 0, seize=seize)
    return 0


# going on


def _signal(asked: Asked) -> int:
    """What is to be delivered; a number that is none stays one."""
    return asked.t.arch.model.signal_to_ours(asked.data)


def _resume(mode: int) -> Handler:
    def resume(asked: Asked) -> int:
        asked.tracer.resume(asked.pid, "go", mode, _signal(asked))
        return 0

    return resume


def _detach(asked: Asked) -> int:
    asked.tracer.detach(asked.pid, _signal(asked))
    return 0


def _listen(asked: Asked) -> int:
    asked.ask("listen")
    return 0


# memory


def _peek(asked: Asked) -> int:
    word = asked.t.arch.model.word
    data = asked.ask("peek", asked.addr, word)
    if len(data) < word:
        raise LinuxError(EIO)
    asked.t.memory.write(asked.data, data)
    return 0


def _poke(asked: Asked) -> int:
    model = asked.t.arch.model
    data = asked.data.to_bytes(model.word, "little" if model.order == "<" else "big")
    if asked.ask("poke", asked.addr, data) < model.word:
        raise LinuxError(EIO)
    return 0


# registers


def _user_word(asked: Asked, offset: int) -> int:
    registers = registers_of(asked.t.arch)
    word = asked.t.arch.model.word
    order = asked.t.arch.model.order
    place = getattr(registers, "user_place", None)  # offsets in struct user are none
    if place is not None:
        note, at, size = place(asked.t.arch.model, offset)
        found: bytes = asked.ask("regset", note)[at : at + size]
        return int.from_bytes(found, "little" if order == "<" else "big")
    if offset % word or offset > registers.USER_SIZE - word:
        raise LinuxError(EIO)
    first, end = registers.USER_DEBUG
    if first <= offset < end:
        debug: int = asked.ask("debug", (offset - first) // word)
        return debug
    data: bytes = asked.ask("regset", abi.NT_PRSTATUS)
    return int.from_bytes(data[offset : offset + word], "little" if order == "<" else "big")


def _peek_user(asked: Asked) -> int:
    asked.t.memory.set_word(asked.data, _user_word(asked, asked.addr))
    return 0


def _poke_user(asked: Asked) -> int:
    registers = registers_of(asked.t.arch)
    model, at = asked.t.arch.model, asked.addr
    _user_word(asked, at)
    place = getattr(registers, "user_place", None)
    note, start, size = place(model, at) if place else (abi.NT_PRSTATUS, at, model.word)
    old: bytes = asked.ask("regset", note)
    if start < len(old):
        value = asked.data & (1 << 8 * size) - 1
        new = value.to_bytes(size, "little" if model.order == "<" else "big")
        asked.ask("set_regset", note, old[:start] + new + old[start + size :])
        return 0
    first, end = registers.USER_DEBUG
    if first <= at < end:
        asked.ask("set_debug", (at - first) // model.word, asked.data)
        return 0
    raise LinuxError(EIO)


def _whole_set(asked: Asked, note: int, setting: bool) -> int:
    memory = asked.t.memory
    old: bytes = asked.ask("regset", note)
    if setting:
        asked.ask("set_regset", note, memory.read(asked.data, len(old)))
    else:
        memory.write(asked.data, old)
    return 0


def _regset(setting: bool) -> Handler:
    def transfer(asked: Asked) -> int:
        t = asked.t
        word = t.arch.model.word
        base, size = t.memory.word(asked.data), t.memory.word(asked.data + word)
        found = registers_of(t.arch).SETS.get(asked.addr)
        if found is None or size % found.unit:
            raise LinuxError(EINVAL)
        old: bytes = asked.ask("regset", asked.addr)
        size = min(size, len(old))
        if setting:
            asked.ask("set_regset", asked.addr, t.memory.read(base, size))
        else:
            t.memory.write(base, old[:size])
        t.memory.set_word(asked.data + word, size)
        return 0

    return transfer


# about the stop


def _options(asked: Asked) -> int:
    if asked.data & ~abi.PTRACE_O_MASK:
        raise LinuxError(EINVAL)
    if asked.data & abi.PTRACE_O_SUSPEND_SECCOMP and not _sees_filters(asked.t):
        raise LinuxError(EPERM)
    asked.ask("options", asked.data)
    return 0


def _sees_filters(t: Thread) -> bool:
    from .credentials import capable

    return t.seccomp is None and capable(CAP_SYS_ADMIN)


def _filter(asked: Asked) -> int:
    """PTRACE_SECCOMP_GET_FILTER: the number of instructions of one filter, the oldest is 0."""
    if not _sees_filters(asked.t):
        raise LinuxError(EACCES)
    program, _ = asked.ask("filter", asked.addr)
    if asked.data:
        from ..exec.bpf import INSTRUCTION

        one = Struct(asked.t.arch.model.order + INSTRUCTION)
        asked.t.memory.write(asked.data, b"".join(one.pack(*each) for each in program))
    return len(program)


def _filter_flags(asked: Asked) -> int:
    """PTRACE_SECCOMP_GET_METADATA."""
    if not _sees_filters(asked.t):
        raise LinuxError(EACCES)
    two = Struct(asked.t.arch.model.order + "2Q")
    size = min(asked.addr, two.size)
    if size < two.size // 2:
        raise LinuxError(EINVAL)
    number, _ = two.unpack(asked.t.memory.read(asked.data, two.size // 2).ljust(two.size, b"\0"))
    _, flags = asked.ask("filter", number)
    asked.t.memory.write(asked.data, two.pack(number, flags)[:size])
    return size


def _user_dispatch(setting: bool) -> Handler:
    def transfer(asked: Asked) -> int:
        four = Struct(asked.t.arch.model.order + "4Q")  # struct ptrace_sud_config
        if asked.addr != four.size:
            raise LinuxError(EINVAL)
        if setting:
            asked.ask("set_user_dispatch", *four.unpack(asked.t.memory.read(asked.data, four.size)))
        else:
            asked.t.memory.write(asked.data, four.pack(*asked.ask("user_dispatch")))
        return 0

    return transfer


def _rseq(asked: Asked) -> int:
    """PTRACE_GET_RSEQ_CONFIGURATION: the size of all there is."""
    data = Struct(asked.t.arch.model.order + "Q4I").pack(*asked.ask("rseq"), 0, 0)
    asked.t.memory.write(asked.data, data[: asked.addr])
    return len(data)


def _message(asked: Asked) -> int:
    asked.t.memory.set_word(asked.data, asked.ask("message"))
    return 0


def _info(asked: Asked) -> int:
    asked.t.memory.write(asked.data, asked.ask("info"))
    return 0


def _set_info(asked: Asked) -> int:
    asked.ask("set_info", asked.t.memory.read(asked.data, 128))
    return 0


def _mask(asked: Asked) -> int:
    if asked.addr != asked.t.arch.model.sigset_size:
        raise LinuxError(EINVAL)
    write_sigset(asked.t, asked.data, asked.ask("mask"))
    return 0


def _set_mask(asked: Asked) -> int:
    if asked.addr != asked.t.arch.model.sigset_size:
        raise LinuxError(EINVAL)
    asked.ask("set_mask", read_sigset(asked.t, asked.data))
    return 0


def _queued(asked: Asked) -> int:
    """PTRACE_PEEKSIGINFO: how many were copied."""
    args = asked.t.memory.load(asked.addr, PtracePeekSigInfoArgs)
    if args.flags & ~abi.PTRACE_PEEKSIGINFO_SHARED or args.nr < 0:
        raise LinuxError(EINVAL)
    found = asked.ask("queued", bool(args.flags), args.off, args.nr)
    for n, info in enumerate(found):
        asked.t.memory.write(asked.data + n * 128, info)
    return len(found)


def _syscall_info(asked: Asked) -> int:
    """The size of all there is, however little the caller has room for."""
    data: bytes = asked.ask("syscall_info")
    asked.t.memory.write(asked.data, data[: asked.addr])
    return len(data)


_HANDLERS: dict[int, Handler] = {
    abi.PTRACE_PEEKTEXT: _peek,
    abi.PTRACE_PEEKDATA: _peek,
    abi.PTRACE_PEEKUSR: _peek_user,
    abi.PTRACE_POKETEXT: _poke,
    abi.PTRACE_POKEDATA: _poke,
    abi.PTRACE_POKEUSR: _poke_user,
    abi.PTRACE_CONT: _resume(abi.PTRACE_CONT),
    abi.PTRACE_SYSCALL: _resume(abi.PTRACE_SYSCALL),
    abi.PTRACE_SINGLESTEP: _resume(abi.PTRACE_SINGLESTEP),
    abi.PTRACE_SYSEMU: _resume(abi.PTRACE_SYSEMU),
    abi.PTRACE_SYSEMU_SINGLESTEP: _resume(abi.PTRACE_SYSEMU_SINGLESTEP),
    abi.PTRACE_LISTEN: _listen,
    abi.PTRACE_DETACH: _detach,
    abi.PTRACE_SETOPTIONS: _options,
    abi.PTRACE_GETEVENTMSG: _message,
    abi.PTRACE_GETSIGINFO: _info,
    abi.PTRACE_SETSIGINFO: _set_info,
    abi.PTRACE_GETREGSET: _regset(False),
    abi.PTRACE_SETREGSET: _regset(True),
    abi.PTRACE_PEEKSIGINFO: _queued,
    abi.PTRACE_GETSIGMASK: _mask,
    abi.PTRACE_SETSIGMASK: _set_mask,
    abi.PTRACE_GET_SYSCALL_INFO: _syscall_info,
    abi.PTRACE_SECCOMP_GET_FILTER: _filter,
    abi.PTRACE_SECCOMP_GET_METADATA: _filter_flags,
    abi.PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG: _user_dispatch(False),
    abi.PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG: _user_dispatch(True),
    abi.PTRACE_GET_RSEQ_CONFIGURATION: _rseq,
}
