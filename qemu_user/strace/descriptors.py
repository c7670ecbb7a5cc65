"""How strace(1) writes what is waited for, messages and scheduling parameters."""

from __future__ import annotations

from ..exec.abi import polling, processes, sockets
from . import arguments, sockaddr, structs, values
from .fdpaths import dirfd_text, fd_text
from .values import View, fields, pointer, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .values import Text


def dirfd(v: View, at: int) -> str:
    """The directory of an *at call."""
    return dirfd_text(v, v.cint(at))


def _events(value: int) -> str:
    return values.plain_flags(polling, "POLL", value & 0xFFFF)


def _pollfds(v: View) -> list[polling.PollFd] | None:
    count = min(v.words[1] & 0xFFFFFFFF, 256)
    return v.array(v.words[0], polling.PollFd, count) if v.words[0] else None


def poll_fds(v: View, at: int) -> str:
    """What poll waits for."""
    found = _pollfds(v)
    if found is None:
        return pointer(v.words[at])
    parts = [
        fields(fd=fd_text(v, f.fd), events=_events(f.events)) if f.fd >= 0 else fields(fd=f.fd)
        for f in found
    ]
    if len(parts) > v.limit:
        parts[v.limit :] = ["..."]
    return f"[{', '.join(parts)}]"


def poll_result(v: View) -> str:
    """What poll found, or that it found nothing."""
    if not v.result:
        return " (Timeout)"
    ready = [f for f in _pollfds(v) or () if f.revents]
    parts = [fields(fd=f.fd, revents=_events(f.revents)) for f in ready]
    left = ", left " + structs.struct_text(v, v.words[2], _timespec()) if _timed(v) else ""
    return f" ([{', '.join(parts)}]{left})"


def _timed(v: View) -> bool:
    return v.bound.name == "ppoll" and v.words[2] != 0


def _timespec() -> type:
    from ..exec.abi.clocks import Timespec

    return Timespec


def epoll_events(v: View, at: int) -> str:
    """The events that epoll_wait stored."""
    found = v.array(v.words[at], polling.EpollEvent, v.result)
    if found is None:
        return pointer(v.words[at])
    return "[" + ", ".join(structs.value_text(v, e, polling.EpollEvent) for e in found) + "]"


def _set(v: View, addr: int) -> list[int] | None:
    count = max(0, min(v.cint(0), 1024))
    word = v.arch.model.word
    order = "little" if v.arch.model.order == "<" else "big"
    data = v.read(addr, -(-count // (8 * word)) * word)
    if data is None:
        return None
    mask = 0
    for n in range(0, len(data), word):
        mask |= int.from_bytes(data[n : n + word], order) << 8 * n  # type: ignore[arg-type]
    return [fd for fd in range(count) if mask >> fd & 1]


def select_set(which: int) -> Text:
    """The number of descriptors (0) or one of the sets."""

    def show(v: View, at: int) -> str:
        if which == 0:
            return str(v.cint(0))
        found = _set(v, v.words[at]) if v.words[at] else None
        if found is None:
            return pointer(v.words[at])
        return f"[{' '.join(fd_text(v, fd) for fd in found)}]"

    return show


def select_result(v: View) -> str:
    """The sets that select stored and the time that is left."""
    if not v.result:
        return " (Timeout)"
    parts = []
    for at, name in ((1, "in"), (2, "out"), (3, "except")):
        found = _set(v, v.words[at]) if v.words[at] else None
        if found:
            parts.append(f"{name} [{' '.join(map(str, found))}]")
    if v.words[4]:
        from ..exec.abi.clocks import Timeval

        cls = Timeval if v.bound.name == "select" else _timespec()
        parts.append("left " + structs.struct_text(v, v.words[4], cls))
    return f" ({', '.join(parts)})" if parts else ""


def pselect_mask(v: View, at: int) -> str:
    """The mask that pselect6 swaps in."""
    from .shapes import sigset

    pair = v.struct(v.words[at], polling.PselectSigmask)
    if pair is None:
        return pointer(v.words[at])
    first, size = vars(pair).values()
    inner = View(v.t, v.bound, [first], v.limit)
    return fields(sigmask=sigset(inner, 0), sigsetsize=size)


def message(v: View, at: int) -> str:
    """A msghdr; control messages only by their address."""
    msg = v.struct(v.words[at], sockets.MsgHdr)
    if msg is None:
        return pointer(v.words[at])
    sending = v.bound.name.startswith("send")
    left = 1 << 62 if sending else v.result
    parts = {
        "msg_name": sockaddr.text(v, msg.msg_name, msg.msg_namelen),
        "msg_namelen": msg.msg_namelen,
        "msg_iov": arguments.iovec_text(v, msg.msg_iov, msg.msg_iovlen, left),
        "msg_iovlen": msg.msg_iovlen,
    }
    if msg.msg_controllen:
        parts["msg_control"] = pointer(msg.msg_control)
    parts["msg_controllen"] = msg.msg_controllen
    parts["msg_flags"] = values.flags_text(vocabulary("MsgFlags"), msg.msg_flags, v.arch)
    return fields(**parts)


def sched_param(v: View, at: int) -> str:
    """[0]: the priority alone."""
    param = v.struct(v.words[at], processes.SchedParam)
    return pointer(v.words[at]) if param is None else f"[{param.sched_priority}]"
