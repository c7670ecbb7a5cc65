"""User posted-interrupt descriptors (UPIDs), in memory shared with the senders' processes.

A process keeps the descriptors of its threads in one memfd, the area. A descriptor that the guest
gets for (receiver, vector) is another open file of that memfd whose offset is the byte address of
the UPID plus the vector: dup, fork and SCM_RIGHTS carry it without our doing.
"""

from __future__ import annotations

import fcntl
import os
import struct
from errno import ENOMEM

from ..exec.errors import LinuxError
from .atomics import SharedWords, futex_wait, futex_wake
from .generation import MEMFD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.files import Files

MAGIC = 0x4155_4449_5055_0002  # first word of an area
SIZE = 1 << 20  # bytes; sparse
STRIDE = 64  # bytes from UPID to UPID; a vector fits in the low bits
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL

# Words of the area's header.
_MAGIC, _COOKIE, _PID, _BELL, _FD = range(5)

# Words of a UPID: status and requests as in the SDM, then what only we need.
_STATUS, _PIR, _TID, _DEAD = range(4)
ON, SN = 1, 2  # outstanding and suppressed notification (SDM volume 3, 7.3)


class Area:
    """The UPIDs of one process, mapped; `fd` is a hidden descriptor of the memfd, or -1."""

    def __init__(self, words: SharedWords, inode: int, fd: int) -> None:
        self.words = words
        self.inode = inode
        self.fd = fd
        self.cookie = self.words[_COOKIE]
        self.pid = self.words[_PID]
        self.owner_fd = self.words[_FD]
        self._next = STRIDE
        self._free: list[int] = []

    @classmethod
    def create(cls, files: Files) -> Area:
        """The area of this process; its descriptor is hidden from the guest. EMFILE, ENOMEM."""
        fd = sealed(files, SIZE)
        words = SharedWords(fd, SIZE)
        cookie = int.from_bytes(os.urandom(8), "little")
        header = {_MAGIC: MAGIC, _COOKIE: cookie, _PID: os.getpid(), _FD: fd}
        for index, value in header.items():
            words[index] = value
        _lock(fd, fcntl.F_WRLCK, 0)
        return cls(words, os.fstat(fd).st_ino, fd)

    @classmethod
    def open(cls, path: str) -> Area | None:
        """Map the area that `path` (below /proc/.../fd) names; None if it is no area, or gone."""
        found = map_sealed(path, SIZE, MAGIC)
        return cls(*found, -1) if found is not None else None

    def new(self, tid: int) -> Upid:
        """A UPID for the thread `tid` of the owning process; ENOMEM when the area is full."""
        if self._free:
            at = self._free.pop()
        elif self._next < SIZE:
            at = self._next
            self._next += STRIDE
        else:
            raise LinuxError(ENOMEM)
        for word in range(STRIDE // 8):
            self.words[at // 8 + word] = 0
        self.words[at // 8 + _TID] = tid
        return Upid(self, at)

    def names_receiver(self, offset: int) -> bool:
        """Whether an open file's offset is one that `Upid.open` sets."""
        return STRIDE <= offset < SIZE and self.words[offset // STRIDE * (STRIDE // 8) + _TID] != 0

    def recycle(self, upid: Upid) -> None:
        """Use the place again; nobody may have been told of it."""
        self._free.append(upid.at)

    def ring(self) -> None:
        """Tell the owning process that it has notifications."""
        self.words.add(_BELL, 1)
        futex_wake(self.words.address(_BELL))

    def rings(self) -> int:
        """How often `ring` was called, modulo 2^32."""
        return self.words[_BELL] & 0xFFFF_FFFF

    def await_ring(self, heard: int) -> None:
        """Sleep while `rings()` is `heard`; for a host thread of its own."""
        futex_wait(self.words.address(_BELL), heard)

    def owner_lives(self, fd: int) -> bool:
        """Whether the owning process is there; `fd` is any other open file of this area."""
        return _conflict(fd, 0)


class Upid:
    """One receiver's descriptor: requested vectors (PIR) and the state of its notification."""

    __slots__ = ("_index", "_words", "area", "at", "exported", "key")

    def __init__(self, area: Area, at: int) -> None:
        self.area = area
        self.at = at  # bytes from the start of the area
        self.key = (area.cookie, at)  # the same in every process
        self.exported = False  # a descriptor or table entry names it
        self._index = at // 8
        self._words = area.words

    def post(self, vector: int) -> bool:
        """Request `vector`; whether a notification must be sent (SENDUIPI, SDM volume 2)."""
        words, index = self._words, self._index
        words.fetch_or(index + _PIR, 1 << vector)
        if words[index] & SN:
            return False
        return not words.fetch_or(index + _STATUS, ON) & ON

    def noticed(self) -> bool:
        """A notification is outstanding, or was lost to a racing `take`."""
        words, index = self._words, self._index
        return bool(words[index] & ON or words[index + _PIR])

    def take(self) -> int:
        """Notification processing: clear ON, then take all requests."""
        words, index = self._words, self._index
        words.fetch_clear(index + _STATUS, ON)
        return words.exchange(index + _PIR, 0)

    def drop(self, vectors: int) -> None:
        """Withdraw requests."""
        self._words.fetch_clear(self._index + _PIR, vectors)

    def suppress(self, on: bool) -> None:
        """Set or clear SN."""
        if on:
            self._words.fetch_or(self._index + _STATUS, SN)
        else:
            self._words.fetch_clear(self._index + _STATUS, SN)

    def kill(self) -> None:
        """The thread is gone; what is posted from now on reaches nobody."""
        self.suppress(True)
        self._words[self._index + _DEAD] = 1

    @property
    def dead(self) -> bool:
        """Whether `kill` was called."""
        return bool(self._words[self._index + _DEAD])

    @property
    def tid(self) -> int:
        """The receiver's thread id."""
        return self._words[self._index + _TID]

    def open(self, vector: int) -> int:
        """A host descriptor that stands for this receiver and `vector`; EMFILE and the like."""
        self.exported = True
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        fd = os.open(f"/proc/self/fd/{self.area.fd}", flags)
        os.lseek(fd, self.at + vector, os.SEEK_SET)
        return fd

    def hold(self, fd: int, vector: int) -> None:
        """Let `vector` count as in use until the last copy of the descriptor `fd` is closed."""
        _lock(fd, fcntl.F_RDLCK, SIZE + self.at + vector)

    def held(self, vector: int) -> bool:
        """Whether a descriptor that `hold` was told of is open somewhere; needs the area's `fd`."""
        return _conflict(self.area.fd, SIZE + self.at + vector)


def sealed(files: Files, size: int) -> int:
    """A new memfd of ours whose size cannot change, hidden from the guest."""
    fd = files.create(lambda: os.memfd_create(MEMFD, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING))
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    return fd


def map_sealed(path: str, size: int, magic: int) -> tuple[SharedWords, int] | None:
    """A mapping of a memfd of ours, and its inode number; None if it is something else, or gone."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        about = os.fstat(fd)
        if fcntl.fcntl(fd, fcntl.F_GET_SEALS) != _SEALS or about.st_size != size:
            return None
        words = SharedWords(fd, size)
    except OSError:
        return None
    finally:
        os.close(fd)
    if words[0] != magic:
        words.close()
        return None
    return words, about.st_ino


# Locks that belong to the open file, so that they end with its last descriptor (man 2 fcntl).
_OFD_GETLK, _OFD_SETLK = 36, 37
_FLOCK = "hhqqi4x"  # struct flock of the 64-bit hosts


def _lock(fd: int, kind: int, byte: int) -> None:
    fcntl.fcntl(fd, _OFD_SETLK, struct.pack(_FLOCK, kind, os.SEEK_SET, byte, 1, 0))


def _conflict(fd: int, byte: int) -> bool:
    asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, byte, 1, 0)
    answer = fcntl.fcntl(fd, _OFD_GETLK, asked)
    return bool(struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK)
