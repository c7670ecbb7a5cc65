"""strace(1)'s layout: a call's line in two halves, signals, results."""

from __future__ import annotations

import errno
import os

from ..exec.abi import signals
from ..exec.abi.errno import error_names, error_numbers
from ..exec.abi.numbers import number_table
from ..exec.errors import (
    ERESTART_RESTARTBLOCK,
    ERESTARTNOHAND,
    ERESTARTNOINTR,
    ERESTARTSYS,
)
from . import descriptors, fdpaths, values
from .arguments import argument
from .shapes import SHAPES
from .values import View, pointer, vocabulary
from .variadic import WHOLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.arch import Arch
    from ..exec.signals import SigInfo
    from .values import Late

_RESTARTS = {
    ERESTARTSYS: "ERESTARTSYS (To be restarted if SA_RESTART is set)",
    ERESTARTNOINTR: "ERESTARTNOINTR (To be restarted)",
    ERESTARTNOHAND: "ERESTARTNOHAND (To be restarted if no handler)",
    ERESTART_RESTARTBLOCK: "ERESTART_RESTARTBLOCK (Interrupted by signal)",
}


def arguments(v: View) -> list[str | Late]:
    """All arguments, those that the call stores as functions to ask when it is over."""
    name = v.bound.name
    if v.raw:
        count = getattr(v.bound, "words", 6)
        return [values.hexadecimal(word) for word in v.words[:count]]
    if name in WHOLE:
        return WHOLE[name](v)
    shape = SHAPES.get(name)
    if shape is not None:
        return [printer(v, at) for at, printer in enumerate(shape)]
    texts: list[str | Late] = []
    for parameter, kind, at in getattr(v.bound, "slots", ()):
        texts += argument(v, parameter, kind, at)
    return texts


def undefined(v: View) -> list[str | Late]:
    """The arguments of a call that nobody defines: its known shape, or six words."""
    if v.bound.name in WHOLE or v.bound.name in SHAPES:
        return arguments(v)
    return [values.hexadecimal(word) for word in v.words[:6]]


def at_once(v: View) -> str:
    """All arguments before the call, addresses for what it will store."""
    v.error = errno.EINVAL
    texts = arguments(v)
    text = early(texts) + late(v, texts)
    v.error = 0
    return text


def early(texts: list[str | Late]) -> str:
    """The arguments that are known before the call ends, with the comma after them."""
    known: list[str] = []
    for text in texts:
        if not isinstance(text, str):
            return "".join(f"{one}, " for one in known)
        known.append(text)
    return ", ".join(known)


def late(v: View, texts: list[str | Late]) -> str:
    """The rest of them."""
    for at, text in enumerate(texts):
        if not isinstance(text, str):
            return ", ".join(t if isinstance(t, str) else t(v) for t in texts[at:])
    return ""


_HEX = frozenset(("brk", "mmap", "mmap2", "mremap", "shmat"))
_NOTES: dict[str, Callable[[View], str]] = {
    "poll": descriptors.poll_result,
    "ppoll": descriptors.poll_result,
    "select": descriptors.select_result,
    "pselect6": descriptors.select_result,
}


def result(v: View) -> str:
    """What follows the =."""
    return _result(v) + "".join(f" ({mark})" for mark in v.marks)


def _result(v: View) -> str:
    if v.error in _RESTARTS:
        return f"? {_RESTARTS[v.error]}"
    if v.error:
        return f"-1 {errno_text(v.error, v.arch)}"
    name = v.bound.name
    if name in ("exit", "exit_group"):
        return "?"
    if v.raw:
        return values.hexadecimal(v.result)
    if name == "rt_sigreturn":
        return _restored(v)
    if name in _HEX:
        return hexadecimal(v)
    if name == "umask":
        return values.mode_text(v.result)
    if name == "fcntl":
        return _fcntl(v)
    if fdpaths.opens(name):
        return fdpaths.fd_text(v, v.result)
    return str(v.result) + (_NOTES[name](v) if name in _NOTES else "")


def hexadecimal(v: View) -> str:
    return f"{v.result & (1 << 8 * v.arch.model.word) - 1:#x}"


def errno_text(number: int, arch: Arch) -> str:
    """ENOENT (No such file or directory); `number` is the host's."""
    return f"{errno_name(number, arch)} ({os.strerror(number)})"


def errno_name(number: int, arch: Arch) -> str:
    """The usual name where there are several."""
    for name in error_numbers(arch.name):
        if getattr(errno, name, None) == number:
            return name
    return f"errno {number}"


def _restored(v: View) -> str:
    """rt_sigreturn's result is what the interrupted code had in the result register."""
    value = values.signed(v.t.cpu.read(v.arch.syscall.result), 8 * v.arch.model.word)
    if not -4096 < value < 0:
        return str(value)
    name = error_names(v.arch.name).get(-value, "")
    return f"-1 {errno_text(getattr(errno, name, -value), v.arch)}"


def _fcntl(v: View) -> str:
    command = values.const_text(vocabulary("FcntlCmd"), v.words[1] & 0xFFFFFFFF, v.arch)
    if command == "F_GETFD":
        return f"{v.result:#x} (flags FD_CLOEXEC)" if v.result else "0"
    if command == "F_GETFL":
        text = values.flags_text(vocabulary("OpenFlags"), v.result, v.arch)
        return f"{values.hexadecimal(v.result)} (flags {text})"
    if command == "F_GETLEASE":
        return {0: "0 (F_RDLCK)", 1: "0x1 (F_WRLCK)", 2: "0x2 (F_UNLCK)"}.get(v.result, "?")
    if command.startswith("F_DUPFD"):
        return fdpaths.fd_text(v, v.result)
    return str(v.result)


_CODES = {4: "ILL_", 5: "TRAP_", 7: "BUS_", 8: "FPE_", 11: "SEGV_", 17: "CLD_", 29: "POLL_"}


def code_text(info: SigInfo) -> str:
    """si_code by name."""
    prefix = _CODES.get(info.signo, "SI_") if 0 < info.code < signals.SI_KERNEL else "SI_"
    return values.plain_const(signals, prefix, info.code, ("SI_LOAD",))


def siginfo_text(info: SigInfo, arch: Arch) -> str:
    """The members that count for its kind."""
    parts = {"si_signo": values.told_name(info.signo, arch), "si_code": code_text(info)}
    kind = info.kind
    if info.errno:
        parts["si_errno"] = errno_name(info.errno, arch)
    if kind == "fault":
        parts["si_addr"] = pointer(info.addr)
    elif kind == "sys":
        name = number_table(arch.name).get(info.status, str(info.status))
        parts |= {"si_call_addr": pointer(info.addr), "si_syscall": f"__NR_{name}"}
        parts["si_arch"] = f"{info.value:#x}"
    elif kind == "timer":
        parts |= {"si_timerid": values.hexadecimal(info.timer), "si_overrun": str(info.overrun)}
        parts["si_value"] = _sigval(info.value)
    elif kind == "poll":
        parts |= {"si_band": str(info.addr)}
    elif info.code == signals.SI_KERNEL and not info.pid and not info.uid:
        pass
    else:
        parts |= {"si_pid": str(info.pid), "si_uid": str(info.uid)}
    if kind == "chld":
        parts |= {"si_status": _child_status(info, arch)}
        parts |= {"si_utime": str(info.utime), "si_stime": str(info.stime)}
    elif kind == "rt":
        parts["si_value"] = _sigval(info.value)
    return values.fields(**parts)


def _sigval(value: int) -> str:
    low = values.signed(value, 32)
    return values.fields(sival_int=low, sival_ptr=pointer(value))


def _child_status(info: SigInfo, arch: Arch) -> str:
    if info.code == signals.CLD_EXITED:
        return str(info.status)
    return values.told_name(info.status, arch)
