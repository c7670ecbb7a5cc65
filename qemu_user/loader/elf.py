"""An ELF program's headers, read and checked before anything is mapped (man 5 elf)."""

from __future__ import annotations

import os
from errno import EACCES, EAGAIN, EINVAL, ENOEXEC, ENOMEM, ENXIO, EPERM, ETXTBSY
from fcntl import F_RDLCK, F_SETLEASE, F_UNLCK, fcntl
from stat import S_ISREG

from ..exec import arch as architectures
from ..exec.abi.elf import (
    ELFCLASS32,
    ELFCLASS64,
    ET_DYN,
    ET_EXEC,
    PF_X,
    PT_GNU_STACK,
    PT_INTERP,
    PT_LOAD,
    PT_PHDR,
    Elf32Ehdr,
    Elf32Phdr,
    Elf64Ehdr,
    Elf64Phdr,
)
from ..exec.abi.layout import DataModel
from ..exec.hostcall import unlimited
from ..exec.memory import MIN_ADDR
from .errors import bad_image, cannot_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.arch import Arch

    Phdr = Elf32Phdr | Elf64Phdr

_PAGE = 4096
_HEADERS_LIMIT = 65536  # bytes of program headers that Linux accepts
_PATH_MAX = 4096
_WRONG_ARCH = "Invalid ELF image for this architecture"


def _described(header: Elf32Ehdr | Elf64Ehdr, model: DataModel) -> str:
    machine = header.e_machine
    name = architectures.family_of(machine) or f"machine {machine}"
    order = "little" if model.order == "<" else "big"
    return f"{name}, {8 * model.word} bits, {order}-endian"


class ElfFile:
    """An open, checked executable; `close` it when its segments are mapped."""

    def __init__(self, path: bytes, fd: int) -> None:
        self.path = path  # as messages name it
        self.fd = fd
        self.size = os.fstat(fd).st_size
        header, model = self._header()
        self.arch = self._arch(header, model)
        self.type = header.e_type
        self.entry = header.e_entry
        self.flags = header.e_flags
        self.phentsize = header.e_phentsize
        self.phnum = header.e_phnum
        self.phdrs = self._phdrs(header, model)
        self.loads = [p for p in self.phdrs if p.p_type == PT_LOAD]
        self._check_loads()
        self.low = min(p.p_vaddr for p in self.loads) & -self.arch.page
        self.high = max(p.p_vaddr + p.p_memsz for p in self.loads)
        self._check_place()
        self.phdr_vaddr = self._phdr_vaddr(header.e_phoff)

    def close(self) -> None:
        """Close the file; what is mapped stays."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _read(self, size: int, offset: int) -> bytes:
        try:
            return os.pread(self.fd, size, offset)
        except OSError:
            return b""

    def _header(self) -> tuple[Elf32Ehdr | Elf64Ehdr, DataModel]:
        data = self._read(64, 0)
        if len(data) < 52 or data[:4] != b"\x7fELF":
            raise cannot_open(self.path, ENOEXEC)
        bits, order = data[4], {1: "<", 2: ">"}.get(data[5])
        if bits not in (ELFCLASS32, ELFCLASS64) or order is None or data[6] != 1:
            raise bad_image(self.path, ENOEXEC, _WRONG_ARCH)
        if bits == ELFCLASS64 and len(data) < 64:
            raise cannot_open(self.path, ENOEXEC)
        model = DataModel(4 * bits, order)
        shape = Elf64Ehdr if bits == ELFCLASS64 else Elf32Ehdr
        return shape.unpack(model, data), model

    def _arch(self, header: Elf32Ehdr | Elf64Ehdr, model: DataModel) -> Arch:
        arch = architectures.of_elf(header.e_machine, 8 * model.word, model.order, header.e_flags)
        wanted = Elf64Phdr if model.word == 8 else Elf32Phdr
        if arch is None:
            text = f"{_WRONG_ARCH} ({_described(header, model)})"
            raise bad_image(self.path, ENOEXEC, text)
        if header.e_type not in (ET_EXEC, ET_DYN) or header.e_phentsize != wanted.size(model):
            raise bad_image(self.path, ENOEXEC, _WRONG_ARCH)
        refused = arch.linux.refused(header.e_flags) if arch.linux.refused else ""
        if refused:
            raise bad_image(self.path, ENOEXEC, f"{_WRONG_ARCH} ({refused})")
        return arch

    def _phdrs(self, header: Elf32Ehdr | Elf64Ehdr, model: DataModel) -> list[Phdr]:
        shape = Elf64Phdr if model.word == 8 else Elf32Phdr
        size = header.e_phnum * header.e_phentsize
        data = b""
        if 0 < size <= _HEADERS_LIMIT and header.e_phoff < self.size:
            data = self._read(size, header.e_phoff)
        if len(data) < size:
            raise bad_image(self.path, ENOEXEC, "Incomplete read of file header")
        return [shape.unpack_from(model, data, at) for at in range(0, size, header.e_phentsize)]

    def _check_loads(self) -> None:
        if not self.loads:
            raise self._cannot_map(ENOEXEC)
        end = 0
        for p in sorted(self.loads, key=lambda p: p.p_vaddr):
            if p.p_filesz > p.p_memsz or (p.p_offset - p.p_vaddr) % _PAGE:
                raise self._cannot_map(EINVAL)
            if p.p_filesz and p.p_offset + p.p_filesz > self.size:
                raise bad_image(self.path, ENOEXEC, "Segment reaches beyond the end of the file")
            if p.p_memsz and p.p_vaddr < end:
                raise bad_image(self.path, ENOEXEC, "Segments overlap")
            end = max(end, p.p_vaddr + p.p_memsz)

    def _check_place(self) -> None:
        room = 1 << min(self.arch.task_bits, 46)
        if self.high > room - (1 << 24) or self.high - self.low > room // 4 * 3:
            raise self._cannot_map(ENOMEM)
        if self.type == ET_EXEC and self.low < MIN_ADDR and os.geteuid():
            raise self._cannot_map(EPERM)

    def _cannot_map(self, errno: int) -> OSError:
        return bad_image(self.path, errno, f"Error mapping file: {os.strerror(errno)}")

    def _phdr_vaddr(self, phoff: int) -> int:
        """Where the program headers are in memory, before the bias; 0 if they are not."""
        for p in self.phdrs:
            if p.p_type == PT_PHDR:
                return p.p_vaddr
        for p in self.loads:
            if p.p_offset <= phoff < p.p_offset + p.p_filesz:
                return p.p_vaddr + phoff - p.p_offset
        return 0

    @property
    def align(self) -> int:
        """What the load address of a position-independent file must be a multiple of."""
        wanted = [p.p_align for p in self.loads if p.p_align & (p.p_align - 1) == 0]
        return min(max([*wanted, _PAGE]), 1 << 30)

    @property
    def executable_stack(self) -> bool:
        """What PT_GNU_STACK asks for; without one, 32-bit programs get it."""
        for p in self.phdrs:
            if p.p_type == PT_GNU_STACK:
                return bool(p.p_flags & PF_X)
        return self.arch.model.word == 4

    def interpreter(self) -> bytes | None:
        """The path in PT_INTERP."""
        for p in self.phdrs:
            if p.p_type == PT_INTERP:
                name = b""
                if 2 <= p.p_filesz <= _PATH_MAX and p.p_offset < self.size:
                    name = self._read(p.p_filesz, p.p_offset)
                if not name.endswith(b"\0") or len(name) < p.p_filesz:
                    raise bad_image(self.path, ENOEXEC, "Invalid name of the interpreter")
                return name.split(b"\0", 1)[0]
        return None


def open_executable(path: bytes) -> int:
    """A descriptor of a file that may be executed; OSError with execve's errno."""
    try:
        fd = unlimited(lambda: os.open(path, os.O_RDONLY | os.O_NONBLOCK))  # execve takes none
    except OSError as error:  # ENXIO: a socket, or a device that nobody serves
        raise OSError(EACCES if error.errno == ENXIO else error.errno, "") from None
    try:
        status = os.fstat(fd)
        if not S_ISREG(status.st_mode) or not os.access(path, os.X_OK, effective_ids=True):
            raise OSError(EACCES, "")
        if os.fstatvfs(fd).f_flag & os.ST_NOEXEC:
            raise OSError(EACCES, "")
        if _being_written(fd):
            raise OSError(ETXTBSY, "")
    except OSError:
        os.close(fd)
        raise
    return fd


def _being_written(fd: int) -> bool:
    """Whether someone has the file open for writing: then no read lease is to be had."""
    try:
        fcntl(fd, F_SETLEASE, F_RDLCK)
    except OSError as error:
        return error.errno == EAGAIN
    fcntl(fd, F_SETLEASE, F_UNLCK)
    return False


def open_elf(path: bytes, name: bytes | None = None) -> ElfFile:
    """The checked ELF file at the host's `path`; messages call it `name`. Raises LoadError."""
    name = path if name is None else name
    try:
        fd = open_executable(path)
    except OSError as error:
        raise cannot_open(name, error.errno or EACCES) from None
    try:
        return ElfFile(name, fd)
    except BaseException:
        os.close(fd)
        raise
