"""System calls of the host by name, where Python has no wrapper; conversion of structures."""

from __future__ import annotations

import ctypes
import os
from errno import EFAULT, EINVAL, EMFILE, ENOSYS

from .abi.limits import RLIMIT_NOFILE
from .abi.numbers import call_numbers
from .arch import NAMES, load
from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeAlias, TypeVar

    from .abi.layout import CStruct, DataModel
    from .arch import Arch
    from .thread import Thread

    S = TypeVar("S", bound=CStruct)
    T = TypeVar("T")
    Word: TypeAlias = int | bytes | ctypes.Array[Any] | None

AT_FDCWD = -100
PR_SET_NAME = 15
_IOV_MAX = 1024
INVALID = 8  # an address no process has mapped: lets the host's kernel find the EFAULT
BEYOND = 1 << 63  # an address that is no user's on any machine: the kernel refuses it earlier

_libc = ctypes.CDLL(None, use_errno=True)
_by_arity: dict[int, Callable[..., int]] = {}
_numbers: dict[str, int] = {}
_host: list[Arch | None] = []
_rooms: dict[type, ctypes.Array[ctypes.c_char]] = {}  # used again and again by `into`


def call(name: str, *args: Word) -> int:
    """Make the host's system call `name` (syscalls(2)); integers, bytes and buffers pass as words.

    Raises LinuxError with the host's errno; ENOSYS when the host's architecture lacks the call.
    """
    nr = _numbers.get(name)
    if nr is None:
        nr = number(name)
    make = _by_arity.get(len(args))
    if make is None:
        make = _prototype(len(args))
    result = make(nr, *args)
    if result == -1:
        raise LinuxError(ctypes.get_errno())
    return result


def has(name: str) -> bool:
    """Whether the host's architecture has a number for the call `name`."""
    return name in _table()


def _table() -> dict[str, int]:
    return call_numbers(os.uname().machine)


def number(name: str) -> int:
    """The host's number of a call; ENOSYS when it has none."""
    nr = _table().get(name)
    if nr is None:
        raise LinuxError(ENOSYS)
    _numbers[name] = nr
    return nr


def _prototype(arity: int) -> Callable[..., int]:
    make = _libc["syscall"]  # a new function object for each number of arguments
    make.argtypes = [ctypes.c_long] + [ctypes.c_void_p] * arity
    make.restype = ctypes.c_long
    _by_arity[arity] = make
    return make


def arch() -> Arch | None:
    """The host as an architecture, None when it is not one of ours."""
    if not _host:
        machine = os.uname().machine
        _host.append(load(machine) if machine in NAMES else None)
    return _host[0]


def shape(cls: type[S], of: Arch) -> type[S]:
    """The class that lays out `cls` on the architecture `of`."""
    variant: type[S] = of.variants.get(cls.__name__, cls)  # type: ignore[assignment]
    return variant


def pack(value: CStruct) -> bytes:
    """`value`'s bytes as the host's kernel wants them."""
    host = _required()
    cls: type[CStruct] = getattr(value, "stands_for", type(value))
    return shape(cls, host).layout(host.model).pack(value)


def pack_as(cls: type[CStruct], value: CStruct) -> bytes:
    """The bytes of a `cls` for the host's kernel, when `value` is any architecture's form of it."""
    host = _required()
    return shape(cls, host).layout(host.model).pack(value)


def size(cls: type[CStruct]) -> int:
    """sizeof on the host, in bytes."""
    host = _required()
    return shape(cls, host).size(host.model)


def unpack(cls: type[S], data: bytes | bytearray) -> S:
    """The structure that the host's kernel wrote at the start of `data`."""
    host = _required()
    return shape(cls, host).unpack(host.model, data)


def fill(cls: type[S], name: str, *args: Word) -> S:
    """Make the call `name`, where OUT stands for a pointer to the `cls` that it fills."""
    room = ctypes.create_string_buffer(size(cls))
    call(name, *(room if arg is OUT else arg for arg in args))
    return unpack(cls, room.raw)


def descriptor_limits(wanted: tuple[int, int] | None = None) -> tuple[int, int]:
    """RLIMIT_NOFILE, soft and hard, before they become `wanted`. Needs no file to be opened."""
    old = (ctypes.c_uint64 * 2)()
    new = None if wanted is None else (ctypes.c_uint64 * 2)(*wanted)
    _libc.prlimit(0, RLIMIT_NOFILE, new, old)
    return old[0], old[1]


def unlimited(act: Callable[[], T]) -> T:
    """`act()`, again under the highest RLIMIT_NOFILE we may set where the guest's was in the way.

    The emulator opens files of its own: it imports what a call needs when that is first made.
    """
    try:
        return act()
    except OSError as error:
        if error.errno not in (EINVAL, EMFILE):
            raise
    return with_room(act)


def with_room(act: Callable[[], T]) -> T:
    """`act()` under the highest RLIMIT_NOFILE we may set."""
    soft, hard = descriptor_limits()
    descriptor_limits((hard, hard))
    try:
        return act()
    finally:
        descriptor_limits((soft, hard))


def into(t: Thread, addr: int, cls: type[S], name: str, *args: Word) -> None:
    """`fill`, and store what the host said at the guest's `addr`."""
    room = _rooms.get(cls)
    if room is None:
        room = _rooms[cls] = ctypes.create_string_buffer(size(cls))
    call(name, *[room if arg is OUT else arg for arg in args])
    if t.arch is arch():
        t.memory.write(addr, room.raw)
    else:
        own = shape(cls, t.arch).layout(t.arch.model)
        t.memory.write(addr, own.pack(unpack(cls, room.raw)))


def set_name(name: bytes) -> None:
    """Have the host's tools show the calling host thread by `name` (PR_SET_NAME)."""
    _libc.prctl(PR_SET_NAME, name, 0, 0, 0)


def model() -> DataModel:
    """The host's data model."""
    return _required().model


def _required() -> Arch:
    host = arch()
    if host is None:
        raise LinuxError(ENOSYS)
    return host


def check_use(name: str, fd: int) -> None:
    """Before a wait for it: EBADF, EINVAL if `fd` never allows "read" or "write" (vfs_write)."""
    try:
        call(name, fd, BEYOND, 1)
    except LinuxError as error:
        if error.errno != EFAULT:
            raise


def bad(t: Thread, addr: int, length: int) -> int:
    """What stands for guest memory out of reach: the host then finds the error it has for that."""
    wide = t.arch.model.word == 8  # a 64-bit kernel refuses no range of 32-bit programs
    return BEYOND if wide and addr + length > 1 << t.arch.task_bits else INVALID


class IoVec(ctypes.Structure):
    """struct iovec of the host."""

    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def vector(views: list[memoryview], more: Sequence[tuple[int, int]] = ()) -> ctypes.Array[IoVec]:
    """The host's iovec for `views`, then `more` segments, (address, length), out of reach."""
    more = more[: max(1, _IOV_MAX - len(views))]
    made = (IoVec * (len(views) + len(more)))()
    for entry, view in zip(made, views, strict=False):
        entry.base, entry.length = address(view), len(view)
    for at, segment in enumerate(more, len(views)):
        made[at].base, made[at].length = segment
    return made


def address(view: memoryview) -> int:
    """The host address of a writable view's first byte."""
    return ctypes.addressof((ctypes.c_char * len(view)).from_buffer(view)) if len(view) else 0


OUT = ctypes.create_string_buffer(1)  # `fill`'s mark
