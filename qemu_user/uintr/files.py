"""What the guest can do with descriptors that name a vector or a target table: next to nothing."""

from __future__ import annotations

import os
from errno import EBADF, EBUSY, EINVAL, ESPIPE

from ..exec.errors import LinuxError
from ..exec.files import SpecialFile
from .generation import MEMFD
from .uitt import Uitt, is_table
from .upid import STRIDE, Area, Upid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking
    from .state import UserInterrupts
    from .uitt import Areas

UIPI_SET_TARGET_TABLE = 0x7500  # _IO('u', 0)


class AnonymousFile(SpecialFile):
    """An anonymous inode without read, write or mmap; seeking succeeds and does nothing."""

    def write(self, t: Thread, fd: int, data: bytes) -> Blocking[int]:
        raise LinuxError(EBADF)
        yield

    def pread(self, t: Thread, size: int, offset: int) -> bytes:
        raise LinuxError(ESPIPE)

    def pwrite(self, t: Thread, data: bytes, offset: int) -> int:
        raise LinuxError(ESPIPE)

    def seek(self, t: Thread, fd: int, offset: int, whence: int) -> int:
        return 0


class VectorFile(AnonymousFile):
    """A receiver thread and one of its vectors (uintr_vector_fd, uintr_create_fd)."""

    def __init__(self, upid: Upid, vector: int, *, rfc: bool) -> None:
        self.name = "anon_inode:[uintrfd]" if rfc else "anon_inode:[uvecfd]"
        self.fdinfo = (
            f"user_vector:{vector}\n" if rfc else f"uintr: receiver: {upid.tid} vector:{vector}\n"
        )


class TableFile(AnonymousFile):
    """A process's target table (uintr_ipi_fd)."""

    name = "anon_inode:[uipi_fd]"

    def __init__(self, interrupts: UserInterrupts) -> None:
        self._interrupts = interrupts

    def ioctl(self, t: Thread, request: int, argp: int) -> int:
        """UIPI_SET_TARGET_TABLE adopts the table; EBUSY if this process has one, else EINVAL."""
        if request != UIPI_SET_TARGET_TABLE:
            raise LinuxError(EINVAL)
        interrupts = self._interrupts
        if interrupts.uitt is not None:
            raise LinuxError(EBUSY)
        files = t.process.files
        fd = next(fd for fd, file in files.special.items() if file is self)
        table = Uitt.adopt(fd, files, interrupts.areas)
        if table is None:
            raise LinuxError(EINVAL)
        interrupts.uitt = interrupts.add_table(table)
        interrupts.share_table()
        return 0


def area_behind(fd: int, areas: Areas) -> tuple[Area | None, int]:
    """The area that the host's descriptor `fd` is an open file of, and the file's offset."""
    if not _may_be_ours(fd):
        return None, 0
    area = areas.of_inode(os.fstat(fd).st_ino)
    if area is None:
        found = Area.open(f"/proc/self/fd/{fd}")
        if found is None:
            return None, 0
        area = areas.add(found)
    offset = os.lseek(fd, 0, os.SEEK_CUR)
    return (area, offset) if area.names_receiver(offset) else (None, 0)


def recognise(interrupts: UserInterrupts, fd: int) -> SpecialFile | None:
    """What a descriptor that came from another process is, if it is one of ours."""
    if not _may_be_ours(fd):
        return None
    area, offset = area_behind(fd, interrupts.areas)
    if area is not None:
        upid = Upid(area, offset - offset % STRIDE)
        return VectorFile(upid, offset % STRIDE, rfc=interrupts.generation.thread_tables)
    if is_table(f"/proc/self/fd/{fd}"):
        return TableFile(interrupts)
    return None


def _may_be_ours(fd: int) -> bool:
    """Opening any other file again could have effects."""
    try:
        return os.readlink(f"/proc/self/fd/{fd}").startswith(f"/memfd:{MEMFD}")
    except OSError:
        return False
