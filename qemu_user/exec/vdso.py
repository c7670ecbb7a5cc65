"""The vDSO: system calls as functions of a shared object that the kernel brings (man 7 vdso)."""

from __future__ import annotations

import os
from struct import Struct

from .abi.memory import MAP_ANONYMOUS, MAP_PRIVATE
from .cpu import EXEC, READ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .arch import Arch
    from .memory import AddressSpace

NAME = b"[vdso]"
_DYNSYM = 11  # SHT_DYNSYM


def path(arch: Arch) -> str:
    """The file that holds the image of `arch`."""
    return f"{os.path.dirname(__file__)}/arch/images/{arch.name}.so"


def file_behind(arch: Arch, name: bytes) -> bytes:
    """The file in which symbols and frame rules of an area with this name are; b"" for none."""
    if name == NAME:
        return os.fsencode(path(arch))
    return name if name.startswith(b"/") else b""


def _image(arch: Arch) -> bytes:
    fd = os.open(path(arch), os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 1 << 16)
    finally:
        os.close(fd)


def map_image(memory: AddressSpace) -> int:
    """Map the image of the architecture; its address."""
    data = _image(memory.arch)
    at = memory.mmap(0, len(data), READ | EXEC, MAP_PRIVATE | MAP_ANONYMOUS, name=NAME)
    memory.poke(at, data)
    return at


def symbols(arch: Arch) -> dict[str, int]:
    """The functions of the image, and where in it they are."""
    data, model = _image(arch), arch.model
    shape = "QQQQIIQQ" if model.word == 8 else "IIIIIIII"
    section = Struct(f"{model.order}II{shape}")
    (at,) = Struct(model.order + shape[0]).unpack_from(data, 40 if model.word == 8 else 32)
    sections = list(section.iter_unpack(data[at:]))
    table = next(values for values in sections if values[1] == _DYNSYM)
    start, size, strings = table[4], table[5], sections[table[6]][4]
    entry = Struct(model.order + ("IBBHQQ" if model.word == 8 else "IIIBBH"))
    found = {}
    for name, *rest in entry.iter_unpack(data[start + entry.size : start + size]):
        text = data[strings + name : data.index(b"\0", strings + name)]
        found[text.decode()] = rest[3] if model.word == 8 else rest[0]
    return found
