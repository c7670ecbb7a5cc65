"""How strace(1) writes socket addresses."""

from __future__ import annotations

from ..exec.abi import sockets
from . import values
from .values import View, escaped, fields, pointer, vocabulary

_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16


def text(v: View, addr: int, size: int) -> str:
    """The address of `size` bytes at `addr`."""
    if not addr:
        return "NULL"
    data = v.read(addr, min(size, 128)) if size >= 2 else None
    return pointer(addr) if data is None else data_text(v, data)


def data_text(v: View, data: bytes) -> str:
    """An address that has been read."""
    order = "little" if v.arch.model.order == "<" else "big"
    family = int.from_bytes(data[:2], order)  # type: ignore[arg-type]
    name = values.const_text(vocabulary("SocketFamily"), family, v.arch)
    if family == _UNIX:
        return _unix(name, data[2:])
    if family == _INET and len(data) >= 8:
        port, host = int.from_bytes(data[2:4], "big"), ".".join(map(str, data[4:8]))
        return fields(sa_family=name, sin_port=f"htons({port})", sin_addr=f'inet_addr("{host}")')
    if family == _INET6 and len(data) >= 28:
        return _inet6(v, name, data)
    if family == _NETLINK and len(data) >= 12:
        nl = sockets.SockAddrNl.unpack(v.arch.model, data)
        return fields(sa_family=name, nl_pid=nl.nl_pid, nl_groups=f"{nl.nl_groups:08x}")
    body = f'"{escaped(data[2:])}"'
    return fields(sa_family=name, sa_data=body) if data[2:] else fields(sa_family=name)


def _unix(name: str, path: bytes) -> str:
    if not path:
        return fields(sa_family=name)
    if path[0] == 0:
        return fields(sa_family=name, sun_path="@" + f'"{escaped(path[1:])}"')
    return fields(sa_family=name, sun_path=f'"{escaped(path.split(bytes(1))[0])}"')


def _inet6(v: View, name: str, data: bytes) -> str:
    import socket

    s = sockets.SockAddrIn6.unpack(v.arch.model, data)
    host = socket.inet_ntop(socket.AF_INET6, s.sin6_addr)
    port, flow = int.from_bytes(s.sin6_port, "big"), int.from_bytes(s.sin6_flowinfo, "big")
    return (
        f"{{sa_family={name}, sin6_port=htons({port}), sin6_flowinfo=htonl({flow}), "
        f'inet_pton(AF_INET6, "{host}", &sin6_addr), sin6_scope_id={s.sin6_scope_id}}}'
    )
