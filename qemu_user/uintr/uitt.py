"""The user-interrupt target table, shared by processes that forked or adopted it."""

from __future__ import annotations

import mmap
import os
from errno import EINVAL, ENOSPC

from ..exec.errors import LinuxError
from .atomics import SharedWords
from .upid import Area, Upid, map_sealed, sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.files import Files

ENTRIES = 256
MAGIC = 0x4155_4449_5449_0002
_ENTRY = 8  # words per entry
_SIZE = (ENTRIES + 1) * _ENTRY * 8
_SIZE_ROUNDED = -(-_SIZE // mmap.PAGESIZE) * mmap.PAGESIZE

# Words of an entry. The stamp is 0 in a free one, 1 while it is filled, else unique to this use.
_STAMP, _VECTOR, _UPID, _COOKIE, _PID, _FD, _INODE = range(7)


class Areas:
    """The areas this process has mapped, by cookie."""

    def __init__(self) -> None:
        self._known: dict[int, Area] = {}

    def add(self, area: Area) -> Area:
        """Remember `area`; returns the one already known if there is one of the same cookie."""
        return self._known.setdefault(area.cookie, area)

    def of_inode(self, inode: int) -> Area | None:
        """The known area whose memfd has this inode number; memfds share one file system."""
        for area in self._known.values():
            if area.inode == inode:
                return area
        return None

    def find(self, cookie: int, inode: int, pid: int, fd: int) -> Area | None:
        """The area of that cookie, mapped through its owner's descriptor if it is new to us."""
        area = self._known.get(cookie)
        if area is None:
            path = f"/proc/{pid}/fd/{fd}"
            try:
                if os.stat(path).st_ino != inode:
                    return None
            except OSError:
                return None
            area = Area.open(path)
            if area is None or area.cookie != cookie:
                return None
            self._known[cookie] = area
        return area


class Target:
    """What an index of the table means: nobody, when the receiver's process is gone."""

    __slots__ = ("stamp", "upid", "vector")

    def __init__(self, stamp: int, upid: Upid | None, vector: int) -> None:
        self.stamp = stamp
        self.upid = upid
        self.vector = vector


class Uitt:
    """256 entries of (UPID, vector); `fd` is the memfd, hidden from the guest."""

    def __init__(self, words: SharedWords, fd: int, areas: Areas) -> None:
        self.fd = fd
        self._words = words
        self._areas = areas
        self._targets: dict[int, Target] = {}

    @classmethod
    def create(cls, files: Files, areas: Areas) -> Uitt:
        """An empty table."""
        fd = sealed(files, _SIZE_ROUNDED)
        words = SharedWords(fd, _SIZE_ROUNDED)
        words[0] = MAGIC
        return cls(words, fd, areas)

    @classmethod
    def adopt(cls, fd: int, files: Files, areas: Areas) -> Uitt | None:
        """The table that the guest's descriptor `fd` names; None when it is no table."""
        found = map_sealed(f"/proc/self/fd/{fd}", _SIZE_ROUNDED, MAGIC)
        if found is None:
            return None
        own = files.create(lambda: os.open(f"/proc/self/fd/{fd}", os.O_RDWR | os.O_CLOEXEC))
        return cls(found[0], own, areas)

    def close(self) -> None:
        """Unmap the table; the caller closes `fd`."""
        self._words.close()

    def open(self) -> int:
        """A host descriptor that stands for this table."""
        return os.open(f"/proc/self/fd/{self.fd}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def add(self, upid: Upid, vector: int) -> int:
        """Make the lowest free entry mean (`upid`, `vector`); ENOSPC."""
        words, area = self._words, upid.area
        for index in range(ENTRIES):
            at = (index + 1) * _ENTRY
            if words[at] == 0 and words.compare_exchange(at, 0, 1):
                words[at + _VECTOR] = vector
                words[at + _UPID] = upid.at
                words[at + _COOKIE] = area.cookie
                words[at + _PID] = area.pid
                words[at + _FD] = area.owner_fd
                words[at + _INODE] = area.inode
                words.exchange(at + _STAMP, int.from_bytes(os.urandom(8), "little") | 2)
                upid.exported = True
                return index
        raise LinuxError(ENOSPC)

    def remove(self, index: int) -> None:
        """Free an entry; EINVAL if it is not in use."""
        if not self.used(index):
            raise LinuxError(EINVAL)
        self._words[(index + 1) * _ENTRY] = 0
        self._targets.pop(index, None)

    def used(self, index: int) -> bool:
        """Whether the entry is valid."""
        return index < ENTRIES and self._words[(index + 1) * _ENTRY] > 1

    def in_use(self) -> bool:
        """Whether there is any entry."""
        return any(self.used(index) for index in range(ENTRIES))

    def find(self, upid: Upid, vector: int) -> int | None:
        """The lowest index of an entry for (`upid`, `vector`)."""
        words, cookie = self._words, upid.area.cookie
        for index in range(ENTRIES):
            at = (index + 1) * _ENTRY
            entry = (words[at + _COOKIE], words[at + _UPID], words[at + _VECTOR])
            if words[at] > 1 and entry == (cookie, upid.at, vector):
                return index
        return None

    def target(self, index: int) -> Target | None:
        """What an entry means; None when it is not valid: SENDUIPI's #GP."""
        if index >= ENTRIES:
            return None
        words, at = self._words, (index + 1) * _ENTRY
        stamp = words[at]
        if stamp < 2:
            return None
        target = self._targets.get(index)
        if target is None or target.stamp != stamp:
            target = self._resolve(at, stamp)
            if words[at] != stamp:
                return self.target(index)
            self._targets[index] = target
        return target

    def _resolve(self, at: int, stamp: int) -> Target:
        words = self._words
        words.compare_exchange(at, stamp, stamp)  # what follows is read later than the stamp
        area = self._areas.find(
            words[at + _COOKIE], words[at + _INODE], words[at + _PID], words[at + _FD]
        )
        upid = Upid(area, words[at + _UPID]) if area is not None else None
        return Target(stamp, upid, words[at + _VECTOR])


def is_table(path: str) -> bool:
    """Whether the file that `path` names is a table."""
    found = map_sealed(path, _SIZE_ROUNDED, MAGIC)
    if found is not None:
        found[0].close()
    return found is not None
