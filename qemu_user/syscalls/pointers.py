"""What a system call gets for its pointer parameters: guest memory, touched only when asked."""

from __future__ import annotations

from errno import EINVAL
from struct import unpack

from ..exec.cpu import READ, WRITE
from ..exec.errors import LinuxError
from .kinds import Pointing, Ranged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import ClassVar, Generic, TypeVar

    from ..exec.memory import AddressSpace
    from .kinds import Codec, Kind

    T = TypeVar("T")
else:
    T = None

    class Generic:
        """`In[Stat]` in an annotation is the parameter kind; `Generic[T]` adds nothing."""

        __slots__ = ()

        def __class_getitem__(cls, of):  # noqa: ANN001, ANN204
            return cls if of is None else Pointing(cls, of)


MAX_RW_COUNT = 0x7FFFF000  # Linux moves no more bytes in one call (man 2 read)
IOV_MAX = 1024
SOCKADDR_MAX = 128  # sizeof(struct sockaddr_storage)


class Pointer(Generic[T]):
    """A typed guest pointer; false when NULL. Every access raises LinuxError(EFAULT) if it must."""

    __slots__ = ("addr", "codec", "memory")

    def __init__(self, memory: AddressSpace, addr: int, codec: Codec) -> None:
        self.memory = memory
        self.addr = addr
        self.codec = codec

    def __bool__(self) -> bool:
        return self.addr != 0

    @property
    def size(self) -> int:
        """Bytes of one element in this guest's memory."""
        return self.codec.size

    def _load(self) -> T:
        codec = self.codec
        value: T = codec.load(self.memory.read(self.addr, codec.size))
        return value

    def _store(self, value: T) -> None:
        self.memory.write(self.addr, self.codec.dump(value))

    def _load_all(self, count: int) -> list[T]:
        codec = self.codec
        size, load = codec.size, codec.load
        data = self.memory.read(self.addr, size * count) if count else b""
        return [load(data[at : at + size]) for at in range(0, size * count, size)]

    def _store_all(self, values: Iterable[T], first: int) -> None:
        data = b"".join(map(self.codec.dump, values))
        if data:
            self.memory.write(self.addr + first * self.codec.size, data)


class In(Pointer[T]):
    """A structure or integer that the call reads."""

    __slots__ = ()

    def read(self) -> T:
        """Its value."""
        return self._load()


class Out(Pointer[T]):
    """A structure or integer that the call writes."""

    __slots__ = ()
    on_exit = True

    def write(self, value: T) -> None:
        """Store it."""
        self._store(value)


class InOut(In[T]):
    """A structure or integer that the call reads and writes."""

    __slots__ = ()
    on_exit = True

    def write(self, value: T) -> None:
        """Store it."""
        self._store(value)


class InArray(Pointer[T]):
    """Elements that the call reads; how many is another parameter's business."""

    __slots__ = ()

    def read(self, count: int) -> list[T]:
        """The first `count` elements."""
        return self._load_all(count)


class OutArray(Pointer[T]):
    """Elements that the call writes."""

    __slots__ = ()
    on_exit = True

    def write(self, values: Iterable[T], first: int = 0) -> None:
        """Store `values` from element `first` on."""
        self._store_all(values, first)


class InOutArray(InArray[T]):
    """Elements that the call reads and writes."""

    __slots__ = ()
    on_exit = True

    def write(self, values: Iterable[T], first: int = 0) -> None:
        """Store `values` from element `first` on."""
        self._store_all(values, first)


class Buffer:
    """An address and a length in bytes; false when the address is NULL."""

    __slots__ = ("addr", "memory", "size")
    access: ClassVar[int]
    kind: ClassVar[Kind]

    def __init__(self, memory: AddressSpace, addr: int, size: int) -> None:
        self.memory = memory
        self.addr = addr
        self.size = size

    def __bool__(self) -> bool:
        return self.addr != 0

    def views(self) -> list[memoryview]:
        """The accessible beginning, MAX_RW_COUNT bytes at most; EFAULT if not even one byte is."""
        size = self.size
        if size > MAX_RW_COUNT:
            size = MAX_RW_COUNT
        return self.memory.views(self.addr, size, self.access)


class InBuf(Buffer):
    """Bytes that the call reads."""

    __slots__ = ()
    access = READ

    def read(self) -> bytes:
        """All bytes; EFAULT unless every one is readable."""
        return self.memory.read(self.addr, self.size) if self.size else b""


class OutBuf(Buffer):
    """Room that the call writes to."""

    __slots__ = ()
    access = WRITE

    def write(self, data: bytes) -> None:
        """Store `data`, which must fit, at the beginning; EFAULT and nothing stored otherwise."""
        if data:
            self.memory.write(self.addr, data)


class IoVec:
    """An array of struct iovec (man 2 readv)."""

    __slots__ = ("addr", "count", "memory")
    access: ClassVar[int]
    kind: ClassVar[Kind]

    def __init__(self, memory: AddressSpace, addr: int, count: int) -> None:
        self.memory = memory
        self.addr = addr
        self.count = count

    def segments(self) -> list[tuple[int, int]]:
        """(address, size) pairs, MAX_RW_COUNT bytes in all; EINVAL and EFAULT as import_iovec."""
        count = self.count
        if not 0 <= count <= IOV_MAX:
            raise LinuxError(EINVAL)
        model = self.memory.arch.model
        size = 2 * model.word
        data = self.memory.read(self.addr, count * size) if count else b""
        words = unpack(f"{model.order}{2 * count}{'Q' if model.word == 8 else 'I'}", data)
        limit, room, out = 1 << (8 * model.word - 1), MAX_RW_COUNT, []
        for addr, length in zip(words[::2], words[1::2], strict=True):
            if length >= limit:
                raise LinuxError(EINVAL)
            length = min(length, room)
            room -= length
            out.append((addr, length))
        return out

    def views(self) -> list[memoryview]:
        """The accessible beginning of the whole; EFAULT if there is none but bytes were asked."""
        found: list[memoryview] = []
        for addr, size in self.segments():
            if not size:
                continue
            try:
                part = self.memory.views(addr, size, self.access)
            except LinuxError:
                if not found:
                    raise
                break
            found += part
            if sum(map(len, part)) < size:
                break
        return found


class IoVecIn(IoVec):
    """Buffers that the call reads (writev)."""

    __slots__ = ()
    access = READ


class IoVecOut(IoVec):
    """Buffers that the call fills (readv)."""

    __slots__ = ()
    access = WRITE


class StringArray:
    """A NULL-terminated array of strings (argv, envp); a NULL array is empty."""

    __slots__ = ("addr", "memory")
    kind: ClassVar[Kind]

    def __init__(self, memory: AddressSpace, addr: int) -> None:
        self.memory = memory
        self.addr = addr

    def read(self, limit: int = 131072) -> list[bytes]:
        """The strings, each of at most `limit` bytes; EFAULT, and E2BIG's cause ENAMETOOLONG."""
        memory, addr, found = self.memory, self.addr, []
        step = memory.arch.model.word
        while addr:
            pointer = memory.word(addr)
            if not pointer:
                break
            found.append(memory.string(pointer, limit))
            addr += step
        return found


class StringPtr:
    """A string that the call reads when it is due; false when NULL."""

    __slots__ = ("addr", "memory")
    kind: ClassVar[Kind]

    def __init__(self, memory: AddressSpace, addr: int) -> None:
        self.memory = memory
        self.addr = addr

    def __bool__(self) -> bool:
        return self.addr != 0

    def read(self, limit: int = 4096) -> bytes:
        """The string; ENAMETOOLONG if it has `limit` bytes or more without its NUL."""
        return self.memory.string(self.addr, limit)


class SockAddr:
    """A socket address and its length that the call reads (man 2 bind); false when NULL."""

    __slots__ = ("addr", "memory", "size")
    kind: ClassVar[Kind]

    def __init__(self, memory: AddressSpace, addr: int, size: int) -> None:
        self.memory = memory
        self.addr = addr
        self.size = (size & 0xFFFFFFFF ^ 0x80000000) - 0x80000000  # int addrlen

    def __bool__(self) -> bool:
        return self.addr != 0

    def read(self) -> bytes:
        """The address as in memory; EINVAL for a bad length, EFAULT."""
        if not 0 <= self.size <= SOCKADDR_MAX:
            raise LinuxError(EINVAL)
        data = self.memory.read(self.addr, self.size) if self.size else b""
        if self.memory.arch.is_foreign:
            from ..exec import foreign

            data = foreign.address(data, True)
        return data


class SockAddrOut:
    """Room for a socket address and the pointer to its length (man 2 accept); false when NULL."""

    __slots__ = ("addr", "length", "memory")
    kind: ClassVar[Kind]

    def __init__(self, memory: AddressSpace, addr: int, length: int) -> None:
        self.memory = memory
        self.addr = addr
        self.length = length

    def __bool__(self) -> bool:
        return self.addr != 0

    def write(self, data: bytes) -> None:
        """Store what fits and the whole length, as move_addr_to_user does; EINVAL, EFAULT."""
        room = self.memory.u32(self.length)
        if room > 0x7FFFFFFF:
            raise LinuxError(EINVAL)
        if self.memory.arch.is_foreign:
            from ..exec import foreign

            data = foreign.address(data, False)
        if data[:room]:
            self.memory.write(self.addr, data[:room])
        self.memory.set_u32(self.length, len(data))


InBuf.kind = Ranged(InBuf, "inbuf")
OutBuf.kind = Ranged(OutBuf, "outbuf", on_exit=True)
IoVecIn.kind = Ranged(IoVecIn, "iovin")
IoVecOut.kind = Ranged(IoVecOut, "iovout", on_exit=True)
StringArray.kind = Ranged(StringArray, "strings", words=1)
StringPtr.kind = Ranged(StringPtr, "string", words=1)
SockAddr.kind = Ranged(SockAddr, "sockaddr")
SockAddrOut.kind = Ranged(SockAddrOut, "sockaddrout", on_exit=True)
