"""Writes the image of what takes the place of functions of the engine's library.

    python -m qemu_user.exec.substitutes [--check]

The assembler is keystone. Where it or the library that the image is for is missing nothing can be
checked. The library has code for a processor without Linux; two such functions make the room
for what does not fit into the functions that are replaced.

The image: how many pieces there are, where that room begins and where the function that tests the
host's processor is, the place and the size of each piece (4 bytes each), and their code. Places are
from the library's beginning.
"""

from __future__ import annotations

import importlib.util
import struct
import sys
from importlib import import_module
from pathlib import Path

from .arch import x86_64_bits, x86_64_integer, x86_64_sse, x86_64_x87
from .engine_library import BUILD_ID, library_path
from .engine_substitutes import IMAGE
from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_ROOMS = ("tcg_optimize_tricore", "tcg_gen_code_tricore")
_USED = (
    *("raise_exception_ra", "raise_exception_err_ra", "update_fp_status"),
    *("cpu_stq_data_ra", "cpu_stw_data_ra", "cpu_ldl_data_ra"),
)
_ALIGN = 16
_NOP = bytes.fromhex("0f1f440000")  # of a call's size
# eax = 1 where the processor has SSE3, PCLMULQDQ, SSSE3, SSE4.1, SSE4.2 and AES
_TEST = """
    push rbx
    mov eax, 1
    xor ecx, ecx
    cpuid
    and ecx, 0x2180203
    xor eax, eax
    cmp ecx, 0x2180203
    sete al
    pop rbx
    ret
"""


class Builder:
    """Pieces under construction."""

    def __init__(self, symbols: dict[str, tuple[int, int]]) -> None:
        self.symbols = symbols
        self.names = {name: hex(symbols[f"{name}_x86_64"][0]) for name in _USED}
        for name, place in (x86_64_x87.USED | x86_64_bits.USED).items():
            self.names[name] = hex(place or symbols[f"{name}_x86_64"][0])
        self.pieces: list[tuple[int, bytes]] = []
        self.rooms = [symbols[name] for name in _ROOMS]
        keystone: Any = import_module("keystone")
        self._assembler: Any = keystone.Ks(keystone.KS_ARCH_X86, keystone.KS_MODE_64)

    def assemble(self, text: str, place: int) -> bytes:
        """The code of a text, whose words in braces are places by name."""
        text = "\n".join(line.strip() for line in text.replace(";", "\n").splitlines())
        code: bytes = self._assembler.asm(text.format(**self.names), place, True)[0]
        return code

    def put(self, name: str, make: Callable[[int], bytes]) -> int:
        """Code in the first room that is large enough; where it is. Others call it `name`."""
        for index, (place, size) in enumerate(self.rooms):
            code = make(place)
            if len(code) <= size:
                used = -(-len(code) // _ALIGN) * _ALIGN
                self.rooms[index] = place + used, max(size - used, 0)
                self.pieces.append((place, code))
                self.names[name] = hex(place)
                return place
        raise ValueError(f"no room for {name}")

    def put_table(self, name: str, entries: list[str]) -> None:
        """Pieces of equal size, one after the other."""
        enter = self.assemble(x86_64_sse.ENTER_TABLE, 0).ljust(_ALIGN, b"\xcc")
        codes = [self.assemble(entry, 0).ljust(x86_64_sse.SLOT, b"\xcc") for entry in entries]
        self.put(name, lambda _: enter + b"".join(codes))

    def replace(self, name: str, text: str) -> None:
        """Have this in the place of one of the engine's functions."""
        place, size = self.symbols.get(f"helper_{name}_x86_64") or self.symbols[f"{name}_x86_64"]
        code = self.assemble(text, place)
        if len(code) > size:
            to = self.put(name, lambda at: self.assemble(text, at))
            code = b"\xe9" + struct.pack("<i", to - place - 5)
        self.pieces.append((place, code))

    def precede(self, name: str, text: str, size: int) -> None:
        """Have this before one of the engine's functions, whose first `size` bytes it ends with."""
        place, _ = self.symbols[f"helper_{name}_x86_64"]
        to = self.put(name, lambda at: self.assemble(f"{text}; jmp {place + size:#x}", at))
        self.pieces.append((place, b"\xe9" + struct.pack("<i", to - place - 5)))

    def change_translator(self) -> None:
        """See `x86_64_bits`."""
        for place, name in x86_64_bits.CALLS.items():
            distance = int(self.names[name], 16) - place - 5
            self.pieces.append((place, b"\xe8" + struct.pack("<i", distance)))
        self.pieces += [(place, _NOP) for place in x86_64_bits.NO_CALLS]
        self.pieces += x86_64_bits.BYTES.items()


def build(symbols: dict[str, tuple[int, int]]) -> bytes:
    """The image for a library with these functions: place and size by name."""
    builder = Builder(symbols)
    test = builder.put("test", lambda place: builder.assemble(_TEST, place))
    for source in (x86_64_sse, x86_64_x87, x86_64_integer, x86_64_bits):
        for name, text in source.COMMON.items():
            builder.put(name, lambda place, text=text: builder.assemble(text, place))  # type: ignore[misc]
        for name, entries in source.TABLES.items():
            builder.put_table(f"table_{name}", entries)
        for name, text in source.sources().items():
            builder.replace(name, text)
    for name, (text, size) in (x86_64_x87.BEFORE | x86_64_sse.BEFORE).items():
        builder.precede(name, text, size)
    builder.change_translator()
    pieces = sorted(builder.pieces)
    rooms = min(symbols[name][0] for name in _ROOMS)
    head = struct.pack("<3I", len(pieces), rooms, test)
    places = b"".join(struct.pack("<2I", place, len(code)) for place, code in pieces)
    return head + places + b"".join(code for _, code in pieces)


def _library() -> tuple[dict[str, tuple[int, int]], bytes]:
    """The functions of the installed library, and its build ID."""
    elffile: Any = import_module("elftools.elf.elffile")
    with open(library_path(), "rb") as file:
        elf = elffile.ELFFile(file)
        symbols = {
            symbol.name: (symbol["st_value"], symbol["st_size"])
            for symbol in elf.get_section_by_name(".dynsym").iter_symbols()
        }
        (note,) = elf.get_section_by_name(".note.gnu.build-id").iter_notes()
        return symbols, bytes.fromhex(note["n_desc"])


def main(arguments: list[str]) -> int:
    """Write the image, or with --check say whether it is not what its sources make."""
    checks = arguments == ["--check"]
    if any(importlib.util.find_spec(name) is None for name in ("keystone", "elftools")):
        print("substitutes: keystone or elftools is not installed", file=sys.stderr)
        return 0 if checks else 1
    try:
        symbols, build_id = _library()
    except EngineError:
        build_id = b""
    if build_id != BUILD_ID:
        print("substitutes: the engine's library is another one", file=sys.stderr)
        return 0 if checks else 1
    image = build(symbols)
    path = Path(IMAGE)
    if checks:
        if path.exists() and path.read_bytes() == image:
            return 0
        print(f"{path} is not what its sources make", file=sys.stderr)
        return 1
    path.write_bytes(image)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
