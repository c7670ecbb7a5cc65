"""The guest's address space: Linux's mmap family over one host reservation."""

from __future__ import annotations

import os
from errno import EEXIST, EFAULT, EINVAL, ENOMEM, EOVERFLOW, EPERM
from stat import S_ISREG

from . import host, keptcode, mapping, paging
from .abi.memory import (
    MAP_32BIT,
    MAP_ANONYMOUS,
    MAP_DROPPABLE,
    MAP_FIXED,
    MAP_FIXED_NOREPLACE,
    MAP_GROWSDOWN,
    MAP_LOCKED,
    MAP_POPULATE,
    MAP_PRIVATE,
    MAP_SHARED,
    MAP_SHARED_VALIDATE,
    MAP_TYPE,
    PROT_GROWSDOWN,
    PROT_GROWSUP,
    PROT_SEM,
)
from .abi.signals import BUS_ADRERR, SEGV_ACCERR, SEGV_MAPERR, SIGBUS, SIGSEGV
from .access import GuestMemory
from .arena import ALLOWED, PAGE
from .cpu import EXEC, READ, WRITE
from .errors import LinuxError
from .mapping import UNLIMITED
from .vma import GUARD, Vma, Vmas

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .arch import Arch
    from .busfault import Guard
    from .keptcode import Piece
    from .vfork import Loan

MIN_ADDR = 65536  # vm.mmap_min_addr: below it only the privileged map
MAX_AREAS = 65530  # vm.max_map_count
_KEPT = MAP_TYPE | MAP_GROWSDOWN | MAP_ANONYMOUS  # flags that an area remembers
_BASE_PROT = READ | WRITE | EXEC


def pages_up(size: int, page: int = PAGE) -> int:
    """`size` rounded up to whole pages, in bytes."""
    return size + page - 1 & -page


class AddressSpace(GuestMemory):
    """What a process has mapped; every call fails with LinuxError and nothing else.

    `stack_limit`, `data_limit`, `space_limit` and `lock_limit` are the guest's RLIMIT_STACK, _DATA,
    _AS and _MEMLOCK in bytes.
    """

    def __init__(self, arch: Arch) -> None:
        super().__init__(arch)
        self.stack_limit = 8 << 20
        self.data_limit = self.space_limit = self.lock_limit = UNLIMITED
        wide = arch.model.word == 8
        self.task_size = min(arch.task_size, self.size - PAGE) & -arch.page
        self.stack_top = self.task_size
        self.pie_base = 0x4000000000 if self.size > 1 << 39 else self.task_size // 3 * 2 & -PAGE
        if not wide:
            self.pie_base = 0x40000000
        self.flips: dict[int, int] = {}  # page -> how often it went from W to X or back
        self.objects = 0  # anonymous shared mappings made
        self.foreign: dict[int, bytes] = {}  # page of code that others may change -> a copy
        self.shares = False  # other processes may write to what is mapped here
        self.kept: list[Piece] = []  # translations of the program before execve
        self.guard: Guard | None = None  # against pages that others cut off
        self.loan: Loan | None = None  # in a vfork child, until it execs or exits
        self._empty()

    def _empty(self) -> None:
        room = max(self.stack_limit, 128 << 20)
        room = min(room, self.task_size // 6 * 5)
        self.mmap_base = self.stack_top - room - GUARD & -self.arch.page
        self.vmas = Vmas(self.mmap_base)
        self.brk_start = self.brk_end = 0
        self.lock_future = 0  # MCL_FUTURE and MCL_ONFAULT as mlockall set them
        self.flips.clear()
        self.foreign.clear()

    def reset(self) -> None:
        """Forget everything, for execve; the stack limit of now decides the new layout."""
        keptcode.keep(self)
        if self.shares:
            self.shares = False
            self.cpu.share(False)
        host.blank(self.perms, self.size // PAGE)
        host.blank(self.base, self.size)
        self.cpu.flush_tlb()
        self._empty()

    def successor(self, arch: Arch) -> AddressSpace:
        """The empty space, under the same limits, after execve of another architecture."""
        self.close()
        new = AddressSpace(arch)
        new.limit_stack(self.stack_limit)
        new.data_limit, new.space_limit = self.data_limit, self.space_limit
        new.lock_limit = self.lock_limit
        return new

    def close(self) -> None:
        """Give everything back to the host; the object is of no use afterwards."""
        host.munmap(self.perms, self.engine_size // PAGE)
        host.munmap(self.base, self.engine_size)

    # mmap

    def mmap(
        self,
        addr: int,
        size: int,
        prot: int,
        flags: int,
        fd: int = -1,
        offset: int = 0,
        name: bytes = b"",
    ) -> int:
        """Mmap(2), in its order of errors; `name` is shown instead of the file's path."""
        if offset % self.arch.page:
            raise LinuxError(EINVAL)
        anonymous = flags & MAP_ANONYMOUS
        status = None if anonymous else os.fstat(fd)
        if not size:
            raise LinuxError(EINVAL)
        size = pages_up(size, self.arch.page)
        if size >= 1 << 64:
            raise LinuxError(ENOMEM)
        if not anonymous and offset + size > PAGE << 8 * self.arch.model.word:
            raise LinuxError(EOVERFLOW)  # the kernel counts pages in a long
        if len(self.vmas) > MAX_AREAS:
            raise LinuxError(ENOMEM)
        addr = self.place(addr, size, flags)
        mapping.check(self, size, flags)
        if status is not None:
            mapping.check_file(status, offset + size, flags)
        mapping.check_kind(self, addr, size, prot, flags)
        kept = flags & _KEPT if flags & MAP_TYPE != MAP_SHARED_VALIDATE else MAP_SHARED
        vma = Vma(addr, addr + size, prot & _BASE_PROT, kept, name)
        if status is not None:
            mapping.map_file(self, vma, fd, status, offset)
        elif kept & MAP_SHARED:
            mapping.map_shared(self, vma)
        elif kept & MAP_TYPE == MAP_DROPPABLE:
            mapping.map_droppable(self, vma)
        else:
            self.unmap(addr, addr + size)
        self._enter(vma)
        if self.lock_future or flags & (MAP_LOCKED | MAP_POPULATE):
            mapping.populate(self, addr, size, flags, prot)
        return addr

    def place(self, addr: int, size: int, flags: int) -> int:
        """Where a mapping of `size` bytes goes (Linux: get_unmapped_area)."""
        if size > self.task_size:
            raise LinuxError(ENOMEM)
        if flags & (MAP_FIXED | MAP_FIXED_NOREPLACE):
            return self._place_fixed(addr, size, flags)
        hint = max(addr & -self.arch.page, MIN_ADDR & -self.arch.page)
        if addr and hint <= self.task_size - size and self.vmas.free(hint, hint + size):
            return hint
        if flags & MAP_32BIT and self.arch.constants.get("MAP_32BIT") == MAP_32BIT:
            found = self.vmas.gap_above(size, 1 << 30, 1 << 31)
        else:
            found = self.vmas.gap_below(size, self.mmap_base, MIN_ADDR)
            if found is None:
                found = self.vmas.gap_above(size, self.task_size // 3 & -PAGE, self.task_size)
        if found is None:
            raise LinuxError(ENOMEM)
        return found

    def _place_fixed(self, addr: int, size: int, flags: int) -> int:
        if addr > self.task_size - size:  # the last addresses are taken for errors, as they are
            raise LinuxError((1 << 64) - addr if (1 << 64) - addr < PAGE else ENOMEM)
        if addr % self.arch.page:
            raise LinuxError(EINVAL)
        if addr < MIN_ADDR and os.geteuid():
            raise LinuxError(EPERM)
        if flags & MAP_FIXED_NOREPLACE and self.vmas.within(addr, addr + size):
            raise LinuxError(EEXIST)
        return addr

    def _enter(self, vma: Vma) -> None:
        start, end = vma.start, vma.end
        whole = self.vmas.add(vma)
        paging.show(self, whole, start, end, mapped=True)

    def unmap(self, start: int, end: int, release: bool = True) -> None:
        """Unmap whole pages; without `release` the host has something else there already."""
        areas = self.vmas.remove(start, end)
        shown = False
        for vma in areas:
            if vma.prot & EXEC:
                self.discard(vma.start, vma.end)
            if vma.prot:
                shown = True
                self.paint(vma.start, vma.end, 0)
                if self.flips:
                    self._forget_flips(vma)
        if shown:
            self.cpu.flush_tlb()
        if release and areas:
            self.release(areas)

    def _forget_flips(self, vma: Vma) -> None:
        for page in [p for p in self.flips if vma.start <= p * PAGE < vma.end]:
            del self.flips[page]

    # munmap, mprotect, brk

    def munmap(self, addr: int, size: int) -> None:
        """Munmap(2)."""
        wrong = addr % self.arch.page or addr > self.task_size
        if wrong or size > self.task_size - addr or not size:
            raise LinuxError(EINVAL)
        end = pages_up(addr + size, self.arch.page)
        mapping.check_seals(self, addr, end)
        self.unmap(addr, end)

    def mprotect(self, addr: int, size: int, prot: int, pkey: int = -1) -> None:
        """Mprotect(2), and with a key, of which there is none (EINVAL); as Linux up to a hole."""
        grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP)
        prot &= ~grows
        if grows & PROT_GROWSUP or addr % self.arch.page:
            raise LinuxError(EINVAL)
        if not size:
            return
        end = addr + pages_up(size, self.arch.page)
        if end >= 1 << 64:
            raise LinuxError(ENOMEM)
        if prot & ~(_BASE_PROT | PROT_SEM) or pkey != -1:
            raise LinuxError(EINVAL)
        if grows:
            addr = mapping.growing(self, addr, end)
        self._protect(addr, end, prot & _BASE_PROT)

    def _protect(self, start: int, end: int, prot: int) -> None:
        at, refusal = start, 0
        for vma in self.vmas.within(start, end):
            if vma.start > at:
                break
            stop = min(vma.end, end)
            if refusal := mapping.unprotectable(self, vma, at, stop, prot):
                break
            at = stop
        if at > start:
            taken = 0
            for vma in self.vmas.isolate(start, at):
                taken |= vma.prot & ~prot
                if vma.prot != prot:
                    if vma.prot & EXEC:
                        self.discard(vma.start, vma.end)
                    vma.prot = prot
                    paging.show(self, vma, vma.start, vma.end)
            if taken:
                self.cpu.flush_tlb()
            self.vmas.join(start, at)
        if at < end:
            raise LinuxError(refusal or ENOMEM)

    def set_brk(self, start: int) -> None:
        """Where the heap begins, after a program was loaded."""
        self.brk_start = self.brk_end = start

    def brk(self, addr: int) -> int:
        """Brk(2) as the kernel has it: the break there is afterwards, changed or not."""
        old, new = (pages_up(end, self.arch.page) for end in (self.brk_end, addr))
        if addr < self.brk_start or new > self.task_size or self.vmas.sealed(new, old):
            return self.brk_end
        if new < old:
            self.unmap(new, old)
        elif new > old:
            limit = self.data_limit
            if addr - self.brk_start > limit or not self.vmas.free(old, new):
                return self.brk_end
            try:
                mapping.check_locks(self, new - old, 0)
                mapping.check_room(self, new - old, READ | WRITE, MAP_PRIVATE)
            except LinuxError:
                return self.brk_end
            flags = MAP_PRIVATE | MAP_ANONYMOUS
            self._enter(Vma(old, new, READ | WRITE, flags, b"[heap]"))
            mapping.populate(self, old, new - old, 0)
        self.brk_end = addr
        return addr

    # faults

    def fault(self, addr: int, access: int) -> bool:
        """A page refused `access`. True: it permits it now, resume. False: a true fault.

        The engine calls this for what the table does not show yet, as does every checked access.
        """
        return paging.fault(self, addr, access)

    def fault_signal(self, addr: int, access: int) -> tuple[int, int]:
        """Signal and si_code of a true fault: beyond the end of a mapped file it is SIGBUS."""
        vma = self.vmas.at(addr)
        if vma is None:
            return SIGSEGV, SEGV_MAPERR
        if ALLOWED[vma.prot] & access and addr >= vma.touchable():
            return SIGBUS, BUS_ADRERR
        return SIGSEGV, SEGV_ACCERR

    def fault_code(self, addr: int) -> int:
        """si_code of a SIGSEGV at `addr`."""
        return SEGV_MAPERR if self.vmas.at(addr) is None else SEGV_ACCERR

    def is_shared(self, addr: int) -> bool:
        """Whether other processes may see what is written there."""
        vma = self.vmas.at(addr)
        return vma is not None and vma.shared

    def file_changed(self, file: int | bytes) -> None:
        """The guest truncated a file: beyond its new end there is SIGBUS."""
        status = os.stat(file)
        backing = self.vmas.backings.get((status.st_dev, status.st_ino))
        if backing is None:
            return
        for vma in backing.vmas:
            if vma.prot & EXEC:
                self.discard(vma.start, vma.end)
        if S_ISREG(status.st_mode):
            paging.resized(self, backing, status.st_size)

    def share(self) -> None:
        """Other processes may write to what is mapped here, from now on."""
        if not self.shares:
            self.shares = True
            self.cpu.share(True)

    def forking(self) -> None:
        """Before a fork: anonymous shared memory gets a second user."""
        if self.objects:
            self.share()

    def forked(self) -> None:
        """In the child of a fork: what MADV_DONTFORK excluded is gone."""
        for vma in [v for v in self.vmas if v.no_fork]:
            self.unmap(vma.start, vma.end)

    def locked(self) -> int:
        """Bytes of locked areas."""
        return sum(v.end - v.start for v in self.vmas if v.locked)

    def peek(self, addr: int, size: int) -> bytes:
        """What is mapped there, whatever its protection (ptrace); EFAULT in a hole."""
        self._reach(addr, size)
        return self.bytes[addr : addr + size].tobytes()

    def peek_prefix(self, addr: int, size: int) -> bytes:
        """As many of the `size` bytes there as `peek` could give."""
        at = addr
        for vma in self.vmas.within(addr, addr + size):
            if vma.start <= at < vma.touchable():
                at = vma.touchable()
        return self.bytes[addr : min(at, addr + size)].tobytes()

    def poke(self, addr: int, data: bytes) -> None:
        """Write whatever the protection; EFAULT in a hole or a read-only file's shared pages."""
        for vma in self._reach(addr, len(data)):
            if not vma.may_write and vma.shared:
                raise LinuxError(EFAULT)
            vma.source = None
            if self.loan is not None and not vma.shared:
                for page in range(addr // PAGE, pages_up(addr + len(data)) // PAGE):
                    self.loan.note(page)
        self.discard(addr & -PAGE, pages_up(addr + len(data)))
        self.bytes[addr : addr + len(data)] = data

    def _reach(self, addr: int, size: int) -> list[Vma]:
        at = addr
        areas = self.vmas.within(addr, addr + size) if size else []
        for vma in areas:
            if vma.start <= at < vma.touchable():
                at = vma.touchable()
        if at < addr + size:
            raise LinuxError(EFAULT)
        return areas

    # stack

    def limit_stack(self, size: int) -> None:
        """Set RLIMIT_STACK for a program that is not yet there, and lay the space out for it."""
        self.stack_limit = size
        self._empty()

    def map_stack(self, size: int, prot: int) -> int:
        """Map the main thread's stack of `size` bytes, growing later; its top."""
        top = self.stack_top
        flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED
        self.mmap(top - size, size, prot, flags, name=b"[stack]")
        return top
