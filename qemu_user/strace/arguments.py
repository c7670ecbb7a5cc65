"""How strace(1) writes an argument, by the kind of the parameter."""

from __future__ import annotations

from ..exec.abi.layout import Scalar
from ..syscalls import kinds, pointers
from . import fdpaths, sockaddr, structs, values
from .values import View, pointer, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..syscalls.kinds import Kind
    from .values import Late, Text

_PATHS = ("path", "filename", "target", "source", "special")


def argument(v: View, name: str, kind: Kind, at: int) -> list[str | Late]:
    """The texts of one parameter, which may take several words; some are known only afterwards."""
    if isinstance(kind, kinds.Flags) and kind.show == "flags":
        return [values.flags_text(kind, v.words[at], v.arch)]
    if isinstance(kind, kinds.Const):
        return [values.const_text(kind, kind.value(v.words[at], v.arch), v.arch)]
    if isinstance(kind, kinds.Pointing):
        return [_pointing(v, kind, at)]
    if kind.show == "string" and any(part in name for part in _PATHS):
        return [path(v, at)]
    if kind.show in RANGES:
        return RANGES[kind.show](v, at)
    if isinstance(kind, kinds.Integer):
        return [_INTEGERS.get(kind.show, _plain)(v, number(v, kind, at))]
    return [_TEXTS[kind.show](v, at)]


def number(v: View, kind: kinds.Integer, at: int) -> int:
    """What an integer parameter is; two words of a 32-bit machine may make one."""
    if isinstance(kind, kinds.Wide) and not kind.in_one(v.arch):
        scope: dict[str, object] = {"w": v.words}
        return int(eval(kind.decode(at, v.arch, scope), scope))
    return kind.value(v.words[at], v.arch)


def _plain(v: View, value: int) -> str:
    return str(value)


def _uid(v: View, value: int) -> str:
    return "-1" if value == 0xFFFFFFFF else str(value)


_INTEGERS: dict[str, Callable[[View, int], str]] = {
    "access": lambda v, value: access_mode(value),
    "addr": lambda v, value: pointer(value),
    "dirfd": fdpaths.dirfd_text,
    "fd": fdpaths.fd_text,
    "mode": lambda v, value: values.mode_text(value),
    "dev": lambda v, value: values.device_text(value),
    "uid": _uid,
    "signal": lambda v, value: values.signal_name(value, v.arch) if value else "0",
    "hex": lambda v, value: values.hexadecimal(value),
}


def access_mode(value: int) -> str:
    """The most significant first, as man 2 access lists them."""
    names = [name for bit, name in ((4, "R_OK"), (2, "W_OK"), (1, "X_OK")) if value & bit]
    rest = value & 0xFFFFFFF8
    if rest:
        names.append(f"{rest:#x}" if names else values.unknown(rest, "?_OK"))
    return "|".join(names) or "F_OK"


def path(v: View, at: int) -> str:
    """A path, which is never shortened."""
    return _text(v, v.words[at], 4096)


def string(v: View, at: int) -> str:
    return _text(v, v.words[at], v.limit)


def _text(v: View, addr: int, limit: int) -> str:
    if not addr:
        return "NULL"
    data = v.string(addr)
    return pointer(addr) if data is None else quoted(data, limit)


_TEXTS: dict[str, Callable[[View, int], str]] = {"path": path, "string": string}


def in_buffer(v: View, at: int) -> list[str | Late]:
    """Bytes the call reads, and their number."""
    return [data_text(v, v.words[at], v.words[at + 1]), str(v.words[at + 1])]


def data_text(v: View, addr: int, size: int) -> str:
    if not addr:
        return "NULL"
    data = v.read(addr, min(size, v.limit + 1)) if size >= 0 else None
    return pointer(addr) if data is None else quoted(data, v.limit, size)


def out_buffer(v: View, at: int) -> list[str | Late]:
    """Bytes the call stored: as many as it returned."""

    def late(v: View) -> str:
        if v.error:
            return pointer(v.words[at])
        return data_text(v, v.words[at], min(v.result, v.words[at + 1]))

    return [late, str(v.words[at + 1])]


def _iovec(v: View, at: int, *, given: bool) -> list[str | Late]:
    count = values.signed(v.words[at + 1], 32)

    def late(v: View) -> str:
        left = (1 << 62) if given else v.result
        if v.error and not given:
            left = 0
        return iovec_text(v, v.words[at], count, left, bases=not given and bool(v.error))

    return [late(v) if given else late, str(count)]


def iovec_text(v: View, addr: int, count: int, left: int, *, bases: bool = False) -> str:
    """iovecs, of whose bytes the first `left` count; `bases`: their addresses instead."""
    if not addr:
        return "NULL"
    memory = v.memory
    try:
        segments = pointers.IoVec(memory, addr, min(count, 1024)).segments()
    except OSError:
        return pointer(addr)
    parts = []
    for base, size in segments:
        here = min(size, left)
        left -= here
        text = pointer(base) if bases else data_text(v, base, here)
        parts.append(f"{{iov_base={text}, iov_len={size}}}")
    return f"[{', '.join(parts)}]"


def strings(v: View, at: int) -> list[str | Late]:
    """The strings of argv."""
    addr = v.words[at]
    if not addr:
        return ["NULL"]
    found: list[str] = []
    word = v.arch.model.word
    while len(found) <= v.limit:
        entry = v.number(addr + len(found) * word, word)
        if entry is None:
            return [pointer(v.words[at])]
        if not entry:
            return ["[" + ", ".join(found) + "]"]
        found.append(_text(v, entry, v.limit))
    return ["[" + ", ".join(found[: v.limit]) + ", ...]"]


def _sockaddr(v: View, at: int) -> list[str | Late]:
    size = values.signed(v.words[at + 1], 32)
    return [sockaddr.text(v, v.words[at], size), str(size)]


def _sockaddr_out(v: View, at: int) -> list[str | Late]:
    before = v.number(v.words[at + 1], 4) if v.words[at + 1] else None

    def address(v: View) -> str:
        size = v.number(v.words[at + 1], 4) if v.words[at + 1] else None
        if v.error or size is None or before is None:
            return pointer(v.words[at])
        return sockaddr.text(v, v.words[at], min(size, before))

    def length(v: View) -> str:
        size = v.number(v.words[at + 1], 4) if v.words[at + 1] else None
        if size is None or before is None:
            return pointer(v.words[at + 1])
        return f"[{before}]" if v.error or size == before else f"[{before} => {size}]"

    return [address, length]


RANGES: dict[str, Callable[[View, int], list[str | Late]]] = {
    "inbuf": in_buffer,
    "outbuf": out_buffer,
    "iovin": lambda v, at: _iovec(v, at, given=True),
    "iovout": lambda v, at: _iovec(v, at, given=False),
    "strings": strings,
    "sockaddr": _sockaddr,
    "sockaddrout": _sockaddr_out,
}


def _pointing(v: View, kind: kinds.Pointing, at: int) -> str | Late:
    of, addr = kind.of, v.words[at]
    array = issubclass(kind.cls, (pointers.InArray, pointers.OutArray))

    def show(v: View) -> str:
        if not isinstance(of, type):
            return integer_at(v, addr, of)
        return pointer(addr) if array else structs.struct_text(v, addr, of)

    def late(v: View) -> str:
        return pointer(addr) if v.error else show(v)

    entering = issubclass(kind.cls, (pointers.In, pointers.InArray))
    return show(v) if entering else late


def integer_at(v: View, addr: int, of: kinds.Integer | Scalar) -> str:
    """[5]: the integer a pointer points to."""
    if not addr:
        return "NULL"
    codec = kinds.Codec(of, v.arch)
    data = v.read(addr, codec.size)
    if data is None:
        return pointer(addr)
    value: int = codec.load(data)
    if isinstance(of, Scalar) and of.words:
        return values.sigset_text(value, v.arch)
    return f"[{value}]"


def shaped(kind: str) -> Text:
    """A printer for a call's shape: one of the integer ways of writing, by name."""
    write = _INTEGERS.get(kind, _plain)
    return lambda v, at: write(v, v.words[at])
