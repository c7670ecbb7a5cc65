"""-y and -yy: what a descriptor is, beside its number."""

from __future__ import annotations

import os
import stat

from .values import View, escaped

_TCP, _UDP = 6, 17


def fd_text(v: View, fd: int) -> str:
    """The descriptor, with its path if that is wanted: 3</etc/passwd>."""
    if not v.paths or fd < 0:
        return str(fd)
    return f"{fd}{_bracketed(v, fd)}"


def fd(v: View, at: int) -> str:
    """Argument word `at`, a descriptor."""
    return fd_text(v, v.cint(at))


def dirfd_text(v: View, fd: int) -> str:
    """The directory of an *at call."""
    if fd != -100:
        return fd_text(v, fd)
    return f"AT_FDCWD<{_escaped(os.getcwd())}>" if v.paths else "AT_FDCWD"


def _escaped(path: str) -> str:
    text = escaped(os.fsencode(path))
    return text.replace("<", "\\74").replace(">", "\\76")


def path_of(v: View, fd: int) -> str | None:
    """As /proc/self/fd has it; None if it is not open."""
    files = v.t.process.files
    if fd in files.reserved:
        return None
    special = files.special.get(fd)
    if special is not None:
        return special.name
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return None


def _bracketed(v: View, fd: int) -> str:
    path = path_of(v, fd)
    if path is None:
        return ""
    if v.paths > 1:
        more = _detail(fd, path)
        if more:
            return f"<{more}>"
    name = path.removesuffix(" (deleted)")
    return f"<{_escaped(name)}>" + ("(deleted)" if name != path else "")


def _detail(fd: int, path: str) -> str:
    """The device, socket or process behind it; nothing where the path says all."""
    try:
        status = os.fstat(fd)
        if stat.S_ISSOCK(status.st_mode):
            return _socket(fd, status.st_ino)
        if stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
            kind = "char" if stat.S_ISCHR(status.st_mode) else "block"
            major, minor = os.major(status.st_rdev), os.minor(status.st_rdev)
            return f"{_escaped(path)}<{kind} {major}:{minor}>"
        if path == "anon_inode:[pidfd]":
            return f"pid:{_fdinfo(fd, 'Pid')}"
    except OSError:
        return ""
    return ""


def _fdinfo(fd: int, key: str) -> str:
    with open(f"/proc/self/fdinfo/{fd}") as lines:
        found = dict(line.rstrip("\n").split(":", 1) for line in lines)
    return found[key].strip()


def _socket(fd: int, ino: int) -> str:
    """TCP:[127.0.0.1:33->127.0.0.1:80], UNIX-STREAM:[ino->ino,"path"]; inodes where unconnected."""
    import socket

    with socket.socket(fileno=os.dup(fd)) as s:
        if s.family in (socket.AF_INET, socket.AF_INET6):
            return f"{_protocol(s)}:[{_internet(s, ino)}]"
        if s.family == socket.AF_UNIX:
            kinds = {1: "STREAM", 2: "DGRAM", 5: "SEQPACKET"}
            return f"UNIX-{kinds.get(s.type, s.type)}:[{_unix(s, ino)}]"
        if s.family == socket.AF_NETLINK:
            protocols = {
                0: "ROUTE",
                4: "SOCK_DIAG",
                9: "AUDIT",
                15: "KOBJECT_UEVENT",
                16: "GENERIC",
            }
            name = protocols.get(s.proto, str(s.proto))
            pid = s.getsockname()[0]
            return f"NETLINK:[{name}:{pid}]" if pid else f"NETLINK:[{ino}]"
        return ""


def _protocol(s: object) -> str:
    import socket

    assert isinstance(s, socket.socket)
    name = {_TCP: "TCP", _UDP: "UDP"}.get(s.proto, "RAW")
    return name + ("v6" if s.family == socket.AF_INET6 else "")


def _internet(s: object, ino: int) -> str:
    import socket

    assert isinstance(s, socket.socket)

    def text(address: tuple[str, int]) -> str:
        host = f"[{address[0]}]" if s.family == socket.AF_INET6 else address[0]
        return f"{host}:{address[1]}"

    own = s.getsockname()
    if not own[1]:
        return str(ino)
    try:
        return f"{text(own)}->{text(s.getpeername())}"
    except OSError:
        return text(own)


def _unix(s: object, ino: int) -> str:
    import socket

    assert isinstance(s, socket.socket)
    peer = _unix_peer(ino)
    text = f"{ino}->{peer}" if peer else str(ino)
    name = os.fsencode(s.getsockname())
    if not name:
        return text
    shown = f'@"{escaped(name[1:])}"' if name[0] == 0 else f'"{escaped(name)}"'
    return f"{text},{shown}"


_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY = 20  # SOCK_DIAG_BY_FAMILY
_SHOW_PEER = 4  # UDIAG_SHOW_PEER
_PEER = 2  # UNIX_DIAG_PEER


def _unix_peer(ino: int) -> int:
    """The inode that a unix socket is connected to (man 7 sock_diag), 0 if none."""
    import socket
    import struct

    header = struct.pack("=IHHII", 40, _BY_FAMILY, 1, 0, 0)  # length, type, NLM_F_REQUEST
    any_cookie = 0xFFFFFFFF
    ask = struct.pack("=BBHIIIII", socket.AF_UNIX, 0, 0, 0xFFFFFFFF, ino, _SHOW_PEER,
                      any_cookie, any_cookie)  # fmt: skip
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as diagnosis:
            diagnosis.send(header + ask)
            answer = diagnosis.recv(4096, socket.MSG_DONTWAIT)
    except OSError:
        return 0
    at = 16 + 16  # struct nlmsghdr, struct unix_diag_msg
    while at + 8 <= len(answer):
        size, kind = struct.unpack_from("=HH", answer, at)
        if kind == _PEER:
            peer: int = struct.unpack_from("=I", answer, at + 4)[0]
            return peer
        at += max(-(-size // 4) * 4, 4)
    return 0


# Calls whose result is a descriptor.
_OPENERS = """
    accept accept4 creat dup dup2 dup3 epoll_create epoll_create1 eventfd eventfd2
    fanotify_init fsmount fsopen fspick inotify_init inotify_init1 io_uring_setup
    landlock_create_ruleset memfd_create memfd_secret mq_open open open_by_handle_at open_tree
    openat openat2 perf_event_open pidfd_getfd pidfd_open signalfd signalfd4 socket timerfd_create
    userfaultfd
"""


def opens(name: str) -> bool:
    """Whether the call's result is a descriptor."""
    return name in _OPENERS.split()
