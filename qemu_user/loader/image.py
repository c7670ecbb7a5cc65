"""A program in memory: its segments mapped, and what the process must know of it."""

from __future__ import annotations

import os
from errno import ENOMEM

from ..exec.abi.elf import ET_DYN, PF_R, PF_W, PF_X
from ..exec.abi.memory import MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE
from ..exec.errors import LinuxError
from ..exec.vdso import map_image
from .errors import bad_image
from .stack import build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.arch import Arch
    from ..exec.memory import AddressSpace
    from .elf import ElfFile, Phdr
    from .program import Program


class Image:
    """The program that a process runs; addresses are the guest's."""

    def __init__(self, arch: Arch, path: bytes) -> None:
        self.arch = arch
        self.path = path  # the executable on the host, absolute
        self.bias = 0  # added to the file's addresses
        self.program_entry = 0
        self.flags = 0  # e_flags
        self.entry = 0  # where execution begins: the interpreter's, if there is one
        self.interpreter_base = 0
        self.phdr = 0
        self.brk = 0
        self.sp = 0
        self.code_start = self.code_end = 0
        self.arg_start = self.arg_end = 0
        self.env_start = self.env_end = 0
        self.auxv = b""
        self.vdso = 0  # 0: none
        self.vdso_symbols: dict[str, int] = {}  # known once somebody asked


def map_program(
    memory: AddressSpace,
    program: Program,
    argv: list[bytes],
    envp: list[bytes],
    seed: int | None = None,
) -> Image:
    """Map the program into an empty address space of its architecture and close its files.

    Raises LoadError; what it has mapped until then stays.
    """
    image = Image(program.arch, program.path)
    elf = program.elf
    try:
        if elf.type == ET_DYN:
            image.bias = -(-memory.pie_base // elf.align) * elf.align - elf.low
        _place(memory, image, program)
        if image.arch.vdso:
            image.vdso = map_image(memory)
        build(memory, program, image, (argv, envp), seed)
    except LinuxError as error:
        why = f"Error mapping file: {os.strerror(error.errno or ENOMEM)}"
        raise bad_image(elf.path, error.errno or ENOMEM, why) from None
    finally:
        program.close()
    return image


def _place(memory: AddressSpace, image: Image, program: Program) -> None:
    elf = program.elf
    _map_segments(memory, elf, image.bias)
    image.flags = elf.flags
    image.program_entry = image.entry = elf.entry + image.bias
    image.phdr = elf.phdr_vaddr + image.bias if elf.phdr_vaddr else 0
    image.brk = elf.high + image.bias + elf.arch.page - 1 & -elf.arch.page
    code = [p for p in elf.loads if p.p_flags & PF_X] or elf.loads
    image.code_start = min(p.p_vaddr for p in code) + image.bias
    image.code_end = max(p.p_vaddr + p.p_filesz for p in code) + image.bias
    memory.set_brk(image.brk)
    loader = program.interpreter
    if loader is not None:
        if loader.type == ET_DYN:
            size = (loader.high - loader.low + elf.arch.page - 1) & -elf.arch.page
            image.interpreter_base = (
                memory.place(0, size + loader.align - elf.arch.page, 0) - loader.low
            )
            image.interpreter_base = -(-image.interpreter_base // loader.align) * loader.align
        _map_segments(memory, loader, image.interpreter_base)
        image.entry = loader.entry + image.interpreter_base


def _map_segments(memory: AddressSpace, elf: ElfFile, bias: int) -> None:
    low, high = elf.low + bias, elf.high + bias
    if high > memory.stack_top - (1 << 20) or memory.vmas.within(low, high):
        raise LinuxError(ENOMEM)
    for segment in elf.loads:
        if segment.p_memsz:
            _map_segment(memory, elf, segment, bias)


def _map_segment(memory: AddressSpace, elf: ElfFile, p: Phdr, bias: int) -> None:
    flags = p.p_flags
    prot = bool(flags & PF_R) | 2 * bool(flags & PF_W) | 4 * bool(flags & PF_X)
    addr, page = p.p_vaddr + bias, memory.arch.page
    start, file_end, end = addr & -page, addr + p.p_filesz, addr + p.p_memsz
    mapped = start
    if p.p_filesz:
        mapped = file_end + page - 1 & -page
        offset = p.p_offset - (addr - start)
        fixed = MAP_PRIVATE | MAP_FIXED
        memory.mmap(start, mapped - start, prot, fixed, elf.fd, offset)
        if end > file_end:  # to the page's end: ld.so allocates there and expects zeros
            memory.poke(file_end, bytes(mapped - file_end))
    if end > mapped:
        anonymous = MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS
        memory.mmap(mapped, (end - mapped + page - 1) & -page, prot | 3, anonymous)
