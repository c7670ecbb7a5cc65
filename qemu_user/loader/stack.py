"""The initial stack: arguments, environment and auxiliary vector (the ABIs' process start-up)."""

from __future__ import annotations

import os
import struct

from ..exec.abi import elf as abi
from ..exec.vdso import symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.memory import AddressSpace
    from .image import Image
    from .program import Program

_RSEQ_SIZE = 28  # struct rseq up to and with mm_cid (man 2 rseq)
_SPARE = 128 << 10  # Linux maps so much beyond what it puts there


class _Down:
    """Collects what goes onto the stack, from its top down."""

    def __init__(self, top: int) -> None:
        self.addr = top
        self.parts: list[bytes] = []

    def push(self, data: bytes) -> int:
        self.addr -= len(data)
        self.parts.append(data)
        return self.addr

    def align(self, to: int) -> None:
        self.push(bytes(self.addr % to))


def build(
    memory: AddressSpace,
    program: Program,
    image: Image,
    strings: tuple[list[bytes], list[bytes]],
    seed: int | None,
) -> None:
    """Map the stack and fill it with `strings` (argv, envp); completes `image`."""
    argv, envp = strings
    arch = memory.arch
    down = _Down(memory.stack_top)
    down.push(bytes(arch.model.word))
    execfn = down.push(program.execfn + b"\0")
    image.env_end = down.addr
    env = [down.push(string + b"\0") for string in reversed(envp)][::-1]
    image.arg_end = image.env_start = down.addr
    args = [down.push(string + b"\0") for string in reversed(argv)][::-1]
    image.arg_start = down.addr
    down.align(16)
    platform = down.push(arch.platform + b"\0")
    down.align(16)
    random = down.push(_random(seed))
    base = arch.linux.base_platform
    base_platform = down.push(base + b"\0") if base else 0
    auxv = _auxv(program, image, execfn, (platform, base_platform), random)
    words = [len(argv), *args, 0, *env, 0]
    code = arch.model.order + str(len(words) + 2 * len(auxv)) + "QI"[arch.model.word == 4]
    flat = [word for pair in auxv for word in pair]
    block = struct.pack(code, *words, *flat)
    down.push(bytes((down.addr - len(block)) % 16))
    image.sp = down.push(block)
    image.auxv = block[len(words) * arch.model.word :]
    _map(memory, program, down)


def _map(memory: AddressSpace, program: Program, down: _Down) -> None:
    used = memory.stack_top - down.addr
    page = program.arch.page
    size = (min(used + _SPARE, max(memory.stack_limit, used)) + page - 1) & -page
    memory.map_stack(size, 7 if program.elf.executable_stack else 3)
    memory.poke(down.addr, b"".join(reversed(down.parts)))


def _random(seed: int | None) -> bytes:
    if seed is None:
        return os.urandom(16)
    from random import Random

    return Random(seed).randbytes(16)


def _vdso(image: Image) -> list[tuple[int, int]]:
    if not image.vdso:
        return []
    entries = [(abi.AT_SYSINFO_EHDR, image.vdso)]
    if image.arch.sysinfo:
        entries.insert(0, (abi.AT_SYSINFO, image.vdso + symbols(image.arch)[image.arch.sysinfo]))
    return entries


def _auxv(
    program: Program, image: Image, execfn: int, platforms: tuple[int, int], random: int
) -> list[tuple[int, int]]:
    platform, base = platforms
    arch, elf = program.arch, program.elf
    uid, euid, gid, egid = os.getuid(), os.geteuid(), os.getgid(), os.getegid()
    from ..exec.abi.signals import MINSIGSTKSZ

    return [
        *_vdso(image),
        (abi.AT_MINSIGSTKSZ, arch.constants.get("MINSIGSTKSZ", MINSIGSTKSZ)),
        (abi.AT_HWCAP, arch.hwcap),
        (abi.AT_PAGESZ, arch.page),
        (abi.AT_CLKTCK, os.sysconf("SC_CLK_TCK")),
        (abi.AT_PHDR, image.phdr),
        (abi.AT_PHENT, elf.phentsize),
        (abi.AT_PHNUM, elf.phnum),
        (abi.AT_BASE, image.interpreter_base),
        (abi.AT_FLAGS, 0),
        (abi.AT_ENTRY, image.program_entry),
        (abi.AT_UID, uid),
        (abi.AT_EUID, euid),
        (abi.AT_GID, gid),
        (abi.AT_EGID, egid),
        (abi.AT_SECURE, int(program.secure or uid != euid or gid != egid)),
        (abi.AT_RANDOM, random),
        (abi.AT_HWCAP2, arch.hwcap2),
        (abi.AT_RSEQ_FEATURE_SIZE, _RSEQ_SIZE),
        (abi.AT_RSEQ_ALIGN, 32),
        (abi.AT_EXECFN, execfn),
        *([(abi.AT_PLATFORM, platform)] if arch.platform else []),
        *([(abi.AT_BASE_PLATFORM, base)] if base else []),
        *arch.linux.auxv,
        (abi.AT_NULL, 0),
    ]
