"""Arguments of system calls as JSON values, by the kind of the parameter."""

from __future__ import annotations

from ..exec.abi.layout import CStruct
from ..syscalls import kinds, pointers
from . import arguments as texts
from . import fdpaths, sockaddr, values
from .values import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_STRINGS = 1024  # of argv, that are listed


def text(data: bytes) -> dict[str, str]:
    """{"value": ...} for UTF-8, {"hex": ...} for other bytes."""
    try:
        return {"value": data.decode()}
    except UnicodeDecodeError:
        return {"hex": data.hex()}


def plain(data: bytes) -> Any:
    """The same where one of several is meant."""
    found = text(data)
    return found.get("value", found)


def address(addr: int) -> str | None:
    """As a string: JSON's numbers are doubles to some."""
    return f"{addr:#x}" if addr else None


def arguments(v: View) -> list[dict[str, Any]]:
    """What is known before the call; "late" marks what it will store, for `finished`."""
    slots = getattr(v.bound, "slots", None)
    if slots is None:
        return [
            {"name": f"arg{n}", "type": "word", "value": f"{word:#x}"}
            for n, word in enumerate(v.words[:6])
        ]
    return [{"name": name, **_argument(v, kind, at)} for name, kind, at in slots]


def finished(args: list[dict[str, Any]], v: View) -> list[dict[str, Any]]:
    """The arguments once the call is over."""
    out = []
    for arg in args:
        late: Callable[[View], dict[str, Any]] | None = arg.pop("late", None)
        out.append({**arg, **late(v)} if late and not v.error else arg)
    return out


def _argument(v: View, kind: kinds.Kind, at: int) -> dict[str, Any]:
    word = v.words[at]
    if isinstance(kind, kinds.Pointing):
        return _pointing(v, kind, at)
    if isinstance(kind, kinds.String) or kind.show in ("string", "path"):
        data = v.string(word) if word else None
        out = {"type": kind.show, "address": address(word)}
        return {**out, "value": None} if data is None else {**out, **text(data)}
    if kind.show in _RANGES:
        return _RANGES[kind.show](v, at)
    if isinstance(kind, kinds.Integer):
        return _integer(v, kind, at)
    return {"type": "word", "value": f"{word:#x}"}


def _integer(v: View, kind: kinds.Integer, at: int) -> dict[str, Any]:
    value = texts.number(v, kind, at)
    if isinstance(kind, kinds.Flags):
        names = values.flags_text(kind, value, v.arch)
        known = [] if names == "0" else [n for n in names.split("|") if not n[0].isdigit()]
        return {"type": "flags", "value": value, "names": known}
    if isinstance(kind, kinds.Const):
        name = values.const_text(kind, value, v.arch)
        return {"type": "const", "value": value, "symbol": None if name[0].isdigit() else name}
    if isinstance(kind, kinds.Descriptor):
        out: dict[str, Any] = {"type": "fd", "value": value}
        if value == -100 and kind.show == "dirfd":
            out["symbol"] = "AT_FDCWD"
        elif v.paths:
            out["path"] = fdpaths.path_of(v, value)
        return out
    if kind.show == "addr":
        return {"type": "address", "value": address(value)}
    if kind.show == "signal":
        symbol = values.signal_name(value, v.arch) if value else None
        return {"type": "signal", "value": value, "symbol": symbol}
    return {"type": "mode" if kind.show == "mode" else "int", "value": value}


def _buffer(v: View, at: int, size: int) -> dict[str, Any]:
    shown = v.read(v.words[at], min(size, v.limit)) if v.words[at] and size >= 0 else None
    return {"value": None} if shown is None else text(shown)


def _in_buffer(v: View, at: int) -> dict[str, Any]:
    size = v.words[at + 1]
    return {
        "type": "buffer",
        "address": address(v.words[at]),
        "size": size,
        **_buffer(v, at, size),
    }


def _out_buffer(v: View, at: int) -> dict[str, Any]:
    size = v.words[at + 1]
    return {
        "type": "buffer",
        "address": address(v.words[at]),
        "size": size,
        "late": lambda v: _buffer(v, at, min(v.result, size)),
    }


def _segments(v: View, at: int) -> list[dict[str, Any]] | None:
    count = values.signed(v.words[at + 1], 32)
    try:
        found = pointers.IoVec(v.memory, v.words[at], min(count, 1024)).segments()
    except OSError:
        return None
    return [{"address": address(base), "size": size} for base, size in found]


def _iovec(v: View, at: int) -> dict[str, Any]:
    return {"type": "iovec", "address": address(v.words[at]), "value": _segments(v, at)}


def _strings(v: View, at: int) -> dict[str, Any]:
    word, addr = v.arch.model.word, v.words[at]
    found: list[Any] = []
    while addr and len(found) < _STRINGS:
        entry = v.number(addr + len(found) * word, word)
        data = v.string(entry) if entry else None
        if data is None:
            break
        found.append(plain(data))
    return {"type": "strings", "address": address(addr), "value": found}


def _sockaddr(v: View, at: int) -> dict[str, Any]:
    size = values.signed(v.words[at + 1], 32)
    return {
        "type": "sockaddr",
        "address": address(v.words[at]),
        "size": size,
        "value": sockaddr.text(v, v.words[at], size),
    }


def _sockaddr_out(v: View, at: int) -> dict[str, Any]:
    def late(v: View) -> dict[str, Any]:
        size = v.number(v.words[at + 1], 4) if v.words[at + 1] else None
        if size is None:
            return {"value": None}
        return {"size": size, "value": sockaddr.text(v, v.words[at], size)}

    return {"type": "sockaddr", "address": address(v.words[at]), "late": late}


_RANGES: dict[str, Callable[[View, int], dict[str, Any]]] = {
    "inbuf": _in_buffer,
    "outbuf": _out_buffer,
    "iovin": _iovec,
    "iovout": _iovec,
    "strings": _strings,
    "sockaddr": _sockaddr,
    "sockaddrout": _sockaddr_out,
}


def _pointing(v: View, kind: kinds.Pointing, at: int) -> dict[str, Any]:
    addr, of = v.words[at], kind.of
    name = of.__name__ if isinstance(of, type) else "int"
    out: dict[str, Any] = {"type": f"pointer to {name}", "address": address(addr)}
    if issubclass(kind.cls, (pointers.InArray, pointers.OutArray)):
        return out  # its length is in another argument

    def read(v: View) -> dict[str, Any]:
        codec = kinds.Codec(of, v.arch)
        data = v.read(addr, codec.size) if addr else None
        return {"value": None if data is None else member(codec.load(data))}

    if not issubclass(kind.cls, pointers.In):
        return {**out, "late": read}
    later = {"late": read} if issubclass(kind.cls, pointers.InOut) else {}
    return {**out, **read(v), **later}


def member(value: Any) -> Any:
    """A structure as an object, an array as an array, bytes as text."""
    if isinstance(value, CStruct):
        return {name: member(inner) for name, inner in vars(value).items()}
    if isinstance(value, tuple):
        return [member(inner) for inner in value]
    if isinstance(value, bytes):
        return plain(value.split(b"\0")[0])
    return value
