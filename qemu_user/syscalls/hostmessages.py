"""A message of sendmsg and recvmsg as the host's kernel gets it."""

from __future__ import annotations

import ctypes
from errno import EINVAL
from struct import unpack

from ..exec import foreign, hostcall
from ..exec.abi import sockets as abi
from ..exec.abi.sockets import CMsgHdr
from ..exec.errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..exec.abi.layout import DataModel
    from ..exec.thread import Thread


class HostMessage(ctypes.Structure):
    """struct msghdr of the host, with the memory its pointers lead to."""

    _fields_ = [
        ("name", ctypes.c_void_p),
        ("namelen", ctypes.c_int),
        ("iov", ctypes.c_void_p),
        ("iovlen", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("controllen", ctypes.c_size_t),
        ("flags", ctypes.c_uint),
    ]

    def hold(
        self,
        name: ctypes.Array[ctypes.c_char] | None,
        vector: ctypes.Array[hostcall.IoVec],
        control: ctypes.Array[ctypes.c_char] | None,
    ) -> None:
        """Point to these."""
        self.kept = (name, vector, control)
        self.name = None if name is None else ctypes.addressof(name)
        self.namelen = 0 if name is None else len(name)
        self.iov, self.iovlen = ctypes.addressof(vector), len(vector)
        self.control = None if control is None else ctypes.addressof(control)
        self.controllen = 0 if control is None else len(control)

    @property
    def word(self) -> int:
        return ctypes.addressof(self)


def reach(t: Thread, segments: list[tuple[int, int]], access: int) -> ctypes.Array[hostcall.IoVec]:
    """The host's iovec for guest memory; what is out of reach stays so for the host."""
    views: list[memoryview] = []
    asked = sum(size for _, size in segments)
    have = 0
    for addr, size in segments:
        if not size:
            continue
        try:
            part = t.memory.views(addr, size, access)
        except LinuxError:
            break
        views += part
        got = sum(map(len, part))
        have += got
        if got < size:
            break
    return hostcall.vector(views, [(hostcall.INVALID, asked - have)] if asked > have else ())


def buffer(data: bytes) -> ctypes.Array[ctypes.c_char] | None:
    return ctypes.create_string_buffer(data, len(data)) if data else None


def align(size: int, word: int) -> int:
    return -(-size // word) * word


def repack_control(data: bytes, source: DataModel, target: DataModel) -> bytes:
    """Control messages as another data model lays them out (their payloads are ints and alike)."""
    if source is target:
        return data
    head, made = CMsgHdr.size(source), align(CMsgHdr.size(target), target.word)
    out, at = b"", 0
    while at + head <= len(data):
        message = CMsgHdr.unpack_from(source, data, at)
        size = message.cmsg_len
        if size < head or at + size > len(data):
            raise LinuxError(EINVAL)
        body = data[at + align(head, source.word) : at + size]
        if source.order != target.order:
            body = foreign.numbers(body)
        message.cmsg_len = made + len(body)
        if message.cmsg_level == source.socket_level:
            message.cmsg_level = target.socket_level
        whole = message.pack(target).ljust(made, b"\0") + body
        out += whole.ljust(align(len(whole), target.word), b"\0")
        at += align(size, source.word)
    return out


def passed_descriptors(model: DataModel, data: bytes) -> Iterator[int]:
    """The descriptors that control messages carry."""
    at = 0
    head = CMsgHdr.size(model)
    while at + head <= len(data):
        message = CMsgHdr.unpack_from(model, data, at)
        if message.cmsg_len < head:
            return
        if (message.cmsg_level, message.cmsg_type) == (model.socket_level, abi.SCM_RIGHTS):
            body = data[at + align(head, model.word) : at + message.cmsg_len]
            body = body[: len(body) & ~3]
            yield from unpack(f"{model.order}{len(body) // 4}i", body)
        at += align(message.cmsg_len, model.word)
