"""What the tracee's emulator does for its tracer: registers, memory, signals, /proc."""

from __future__ import annotations

import os
from errno import EINVAL, EIO, ENOENT, EPERM, ESRCH
from struct import pack

from .. import procself
from ..abi import ptrace as abi
from ..abi import signals as sig
from ..abi.prctl import PR_SYS_DISPATCH_OFF, PR_SYS_DISPATCH_ON
from ..abi.processes import SECCOMP_FILTER_FLAG_LOG
from ..abi.ptrace import PtraceSyscallInfo
from ..arch import registers_of
from ..errors import LinuxError
from ..signals import COUNT, UNBLOCKABLE, SigInfo
from . import visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    from ..arch import Arch
    from ..bpf import Instruction
    from ..thread import Thread
    from .link import Link
    from .traced import Traced

    R = TypeVar("R")

_PROCESS = frozenset(("attach", "signal"))  # what does not need a traced thread
_RUNNING = frozenset(("interrupt", "peek", "poke", "read", "write", "proc"))  # nor a stopped one
_ERRNO_LIMIT = 4095


def answer(link: Link, request: tuple[Any, ...]) -> Any:
    """Do what (name, tid, arguments) asks; the reply, or LinuxError."""
    name, tid, *about = request
    if name in _PROCESS:
        return _OF_PROCESS[name](link, tid, *about)
    traced = link.threads.get(tid)
    if traced is None or not (traced.code or name in _RUNNING):
        raise LinuxError(ESRCH)
    return _OF_THREAD[name](traced, *about)


def _attach(link: Link, tid: int, options: int, seized: bool) -> None:
    from .attach import begin

    t = link.process.threads.get(tid)
    if t is None or t.traced is not None:
        raise LinuxError(ESRCH if t is None else EPERM)
    begin(link, t, options, seized=seized)


def _signal(link: Link, tid: int, signo: int, code: int) -> None:
    """kill(2) and tgkill(2) of the tracer's."""
    info = SigInfo(signo, code, pid=link.pid, uid=os.getuid())
    target = link.process.threads.get(tid)
    if target is None:
        raise LinuxError(ESRCH)
    if code == sig.SI_TKILL:
        target.post(info)
    else:
        link.process.post(info)


def _go(traced: Traced, mode: int, signo: int) -> None:
    if not 0 <= signo <= COUNT:
        raise LinuxError(EIO)
    traced.resume(mode, signo)


def _detach(traced: Traced, signo: int) -> None:
    if not 0 <= signo <= COUNT:
        raise LinuxError(EIO)
    traced.link.release(traced, signo)


def _interrupt(traced: Traced) -> None:
    if not traced.seized:
        raise LinuxError(EIO)
    if not traced.code or traced.listening:
        traced.interrupt()


def _listen(traced: Traced) -> None:
    """Stay in the group-stop until SIGCONT; whatever came meanwhile is reported now."""
    if not traced.seized or traced.kind != "group":
        raise LinuxError(EIO)
    traced.listening = True
    if traced.trap:
        traced.interrupt()


def _options(traced: Traced, options: int) -> None:
    traced.options = options


def _with_registers(traced: Traced, call: Callable[[Thread], R]) -> R:
    t = traced.thread
    return t.process.scheduler.with_registers(t, lambda: call(t))


def _regset(traced: Traced, note: int) -> bytes:
    found = registers_of(traced.thread.arch).SETS.get(note)
    if found is None:
        raise LinuxError(EINVAL)
    data: bytes = _with_registers(traced, lambda t: found.get(t, traced.number))
    return data


def _set_regset(traced: Traced, note: int, data: bytes) -> None:
    """Replace the first bytes of a register set."""
    found = registers_of(traced.thread.arch).SETS.get(note)
    if found is None or len(data) % found.unit:
        raise LinuxError(EINVAL)

    def change(t: Thread) -> None:
        old = found.get(t, traced.number)
        number = found.set(t, data[: len(old)] + old[len(data) :])
        if number is not None:
            traced.number = number

    _with_registers(traced, change)


def _debug(traced: Traced, index: int) -> int:
    """A debug register."""
    return traced.watch.words[index] if traced.watch is not None else 0


def _set_debug(traced: Traced, index: int, value: int) -> None:
    watch = traced.debug_registers()
    words = list(watch.words)
    words[index] = value
    watch.set(words)


def _peek(traced: Traced, addr: int, size: int) -> bytes:
    return visit.peek(traced.thread.memory, addr, size)


def _poke(traced: Traced, addr: int, data: bytes) -> int:
    return visit.poke(traced.thread.memory, addr, data)


def _read(traced: Traced, addr: int, size: int) -> bytes:
    return visit.read(traced.thread.memory, addr, size)


def _write(traced: Traced, addr: int, data: bytes) -> int:
    return visit.write(traced.thread.memory, addr, data)


def _message(traced: Traced) -> int:
    return traced.message


def _info(traced: Traced) -> bytes:
    if traced.info is None:
        raise LinuxError(EINVAL)
    return traced.info.pack(traced.thread.arch.model)


def _set_info(traced: Traced, data: bytes) -> None:
    if traced.info is None:
        raise LinuxError(EINVAL)
    traced.info = SigInfo.unpack(traced.thread.arch.model, data)


def _mask(traced: Traced) -> int:
    t = traced.thread
    return t.mask if t.saved_mask is None else t.saved_mask


def _set_mask(traced: Traced, mask: int) -> None:
    t = traced.thread
    t.mask, t.saved_mask = mask & ~UNBLOCKABLE, None
    t.process.scheduler.attention = True


def _queued(traced: Traced, shared: bool, first: int, count: int) -> list[bytes]:
    t = traced.thread
    queue = t.process.pending if shared else t.pending
    return [info.pack(t.arch.model) for info in queue.queued()[first : first + count]]


def _syscall_info(traced: Traced) -> bytes:
    """struct ptrace_syscall_info, as many bytes of it as the kind of stop has."""
    t, phase = traced.thread, traced.phase
    if traced.kind != "syscall" and traced.code >> 8 != abi.PTRACE_EVENT_SECCOMP:
        phase = abi.PTRACE_SYSCALL_INFO_NONE
    arch = t.arch

    def fill(t: Thread) -> bytes:
        about = PtraceSyscallInfo(
            op=phase,
            arch=arch.audit,
            instruction_pointer=t.cpu.read(arch.registers.pc),
            stack_pointer=t.cpu.read(arch.registers.sp),
        ).pack(arch.model)
        if phase == abi.PTRACE_SYSCALL_INFO_ENTRY:
            words = t.process.dispatcher.arguments.get()[:6]
            return about + _words(arch, traced.number, *words)
        if phase == abi.PTRACE_SYSCALL_INFO_SECCOMP:
            words = t.process.dispatcher.arguments.get()[:6]
            data = pack(arch.model.order + "I", traced.message)
            return about + _words(arch, traced.number, *words) + data
        if phase == abi.PTRACE_SYSCALL_INFO_EXIT:
            result = t.process.dispatcher.result()
            return about + _words(arch, result) + bytes((-_ERRNO_LIMIT <= result < 0,))
        return about

    return _with_registers(traced, fill)


def _words(arch: Arch, *values: int) -> bytes:
    code = f"{arch.model.order}{len(values)}Q"
    return pack(code, *(value & (1 << 64) - 1 for value in values))


def _filter(traced: Traced, number: int) -> tuple[Sequence[Instruction], int]:
    """The program and flags of a seccomp filter; the oldest is number 0."""
    state = traced.thread.seccomp
    if state is None or not state.filters:
        raise LinuxError(EINVAL)
    if number >= len(state.filters):
        raise LinuxError(ENOENT)
    found = state.filters[-1 - number]
    return found.program, SECCOMP_FILTER_FLAG_LOG if found.logs else 0


def _user_dispatch(traced: Traced) -> tuple[int, int, int, int]:
    """Mode, selector, offset and length, as struct ptrace_sud_config has them."""
    found = traced.thread.user_dispatch
    if found is None:
        return PR_SYS_DISPATCH_OFF, 0, 0, 0
    return PR_SYS_DISPATCH_ON, found.selector, found.start, found.length


def _set_user_dispatch(traced: Traced, mode: int, selector: int, start: int, length: int) -> None:
    from ..userdispatch import configure

    configure(traced.thread, mode, start, length, selector)


def _rseq(traced: Traced) -> tuple[int, int, int]:
    """Address, size and signature of what rseq(2) registered; zeros if nothing is."""
    found = traced.thread.rseq
    return (0, 0, 0) if found is None else (found.addr, found.size, found.signature)


def _proc(traced: Traced, what: str, tid: int, name: bytes) -> bytes | list[bytes] | None:
    """What this process says of a file below /proc/<pid>."""
    return procself.answer(traced.thread.process, what, tid, name)


_OF_PROCESS: dict[str, Callable[..., Any]] = {"attach": _attach, "signal": _signal}
_OF_THREAD: dict[str, Callable[..., Any]] = {
    "debug": _debug,
    "detach": _detach,
    "filter": _filter,
    "go": _go,
    "info": _info,
    "interrupt": _interrupt,
    "listen": _listen,
    "mask": _mask,
    "message": _message,
    "options": _options,
    "peek": _peek,
    "poke": _poke,
    "proc": _proc,
    "queued": _queued,
    "read": _read,
    "regset": _regset,
    "rseq": _rseq,
    "set_debug": _set_debug,
    "set_info": _set_info,
    "set_mask": _set_mask,
    "set_regset": _set_regset,
    "set_user_dispatch": _set_user_dispatch,
    "syscall_info": _syscall_info,
    "user_dispatch": _user_dispatch,
    "write": _write,
}
