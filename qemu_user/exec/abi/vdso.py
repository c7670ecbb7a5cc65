"""Writes a vDSO: the small shared object that Linux maps into every process (man 7 vdso).

Only the generator of the images uses this module; `Source` is what an architecture says of its own.
"""

from __future__ import annotations

import struct

from .elf import ET_DYN, PF_R, PF_X, PT_DYNAMIC, PT_GNU_EH_FRAME, PT_LOAD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from .layout import DataModel

    Assemble: TypeAlias = Callable[[str], bytes]

_TEXT_ALIGN = 16
_STRTAB, _DYNAMIC, _HASH, _DYNSYM = 3, 6, 5, 11  # sh_type
_PROGBITS, _GNU_HASH, _VERDEF, _VERSYM = 1, 0x6FFFFFF6, 0x6FFFFFFD, 0x6FFFFFFF
_ALLOC, _EXEC = 2, 4  # sh_flags
_DT = {"hash": 4, "strtab": 5, "symtab": 6, "strsz": 10, "syment": 11, "soname": 14}
_DT_VERDEF, _DT_VERDEFNUM, _DT_VERSYM, _DT_GNU_HASH = (
    *(0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFF0, 0x6FFFFEF5),
)
_GLOBAL, _WEAK, _FUNC = 0x10, 0x20, 2
_BASE_VERSION, _OUR_VERSION = 1, 2
_PCREL_SDATA4, _DATAREL_SDATA4, _UDATA4 = 0x1B, 0x3B, 0x03


class Source:
    """The vDSO of an architecture.

    `functions` maps each symbol to assembler text, or machine code where the assembler does not
    know the architecture; `{name}` in a text is the number of that system call. `frame` is how a
    caller's frame is found in any of them: DWARF numbers of stack pointer and return address, the
    CFA's distance from the former and what is added to the CFA to find the latter (None: it is in
    its register). `bare` are those that unwinders know by their code and want no rules for.
    """

    def __init__(
        self,
        *,
        assembler: tuple[str, tuple[str, ...]],
        version: str,
        functions: Mapping[str, str | bytes],
        frame: tuple[int, int, int, int | None],
        weak: Mapping[str, str] | None = None,
        bare: tuple[str, ...] = (),
        soname: str = "linux-vdso.so.1",
        hash_word: str = "I",
    ) -> None:
        self.assembler = assembler  # keystone's architecture and modes
        self.version = version
        self.functions = functions
        self.frame = frame
        self.weak = weak or {}  # second names of functions
        self.bare = bare
        self.soname = soname
        self.hash_word = hash_word  # of DT_HASH: "Q" on the two architectures that differ


def calls(template: str, names: Mapping[str, str]) -> dict[str, str]:
    """Functions that only make a system call: symbol -> call, `template` with its `{number}`."""
    return {symbol: template.replace("{number}", f"{{{name}}}") for symbol, name in names.items()}


def build(
    source: Source, machine: int, model: DataModel, numbers: Mapping[str, int], assemble: Assemble
) -> bytes:
    """The image, all of which is one segment that can be read and executed."""
    code = {
        name: text if isinstance(text, bytes) else assemble(text.format(**numbers))
        for name, text in source.functions.items()
    }
    return bytes(_Image(source, machine, model, code).data)


class _Image:
    def __init__(
        self, source: Source, machine: int, model: DataModel, code: dict[str, bytes]
    ) -> None:
        self.source, self.order, self.wide = source, model.order, model.word == 8
        self.word = "Q" if self.wide else "I"
        self.names = b"\0"  # .dynstr
        self.sections: list[tuple[str, tuple[int, ...]]] = []
        self.data = bytearray((64 if self.wide else 52) + 3 * (56 if self.wide else 32))
        text, places = _lay_out(code)
        symbols = {name: places[name] for name in code}
        symbols |= {name: places[of] for name, of in source.weak.items()}
        self._add_tables(symbols)
        # .dynamic and .eh_frame tell where things are, and so are made once again at the end.
        dynamic = self._reserve(".dynamic", _DYNAMIC, 11 * 2 * struct.calcsize(self.word), 8, 4)
        framed = [places[name] for name in code if name not in source.bare]
        header = self._reserve(".eh_frame_hdr", _PROGBITS, 12 + 8 * len(framed), 4)
        frames = self._reserve(".eh_frame", _PROGBITS, len(self._frames(framed, 0, 0)[0]), 8)
        start = self._add(".text", _PROGBITS, text, _TEXT_ALIGN, flags=_ALLOC | _EXEC)
        rules, entries = self._frames(framed, frames, start)
        self.data[frames : frames + len(rules)] = rules
        index = self._frame_index(entries, header, frames)
        self.data[header : header + len(index)] = index
        self._put_dynamic(dynamic)
        self._put_symbols(symbols, start)
        self._add_sections()
        self._put_headers(machine, start, {"dynamic": dynamic, "frames": header})

    def _pack(self, code: str, *values: int) -> bytes:
        return struct.pack(self.order + code, *values)

    def _string(self, text: str) -> int:
        at = self.names.find(b"\0" + text.encode() + b"\0") + 1
        if not at:
            at = len(self.names)
            self.names += text.encode() + b"\0"
        return at

    def _add(
        self,
        name: str,
        kind: int,
        data: bytes,
        align: int,
        link: int = 0,
        info: int = 0,
        entry: int = 0,
        flags: int = _ALLOC,
    ) -> int:
        """A section of the file at the next place for it; its address."""
        self.data += bytes(-len(self.data) % align)
        at = len(self.data)
        self.data += data
        self.sections.append((name, (kind, flags, at, at, len(data), link, info, align, entry)))
        return at

    def _reserve(self, name: str, kind: int, size: int, align: int, link: int = 0) -> int:
        return self._add(name, kind, bytes(size), align, link)

    def _add_tables(self, symbols: dict[str, tuple[int, int]]) -> None:
        """What the dynamic linker looks names up in; .dynsym is section 3, .dynstr 4."""
        source, names = self.source, list(symbols)
        self.soname = self._string(source.soname)
        self.indices = [self._string(name) for name in names]
        versions = self._versions()
        size = struct.calcsize(self.word)
        hash_size = struct.calcsize("=" + source.hash_word)
        self.hash = self._add(
            *(".hash", _HASH, self._sysv_hash(names), hash_size, 3),
            entry=hash_size,
        )
        self.gnu_hash = self._add(".gnu.hash", _GNU_HASH, self._gnu_hash(names), size, 3)
        entry = 24 if self.wide else 16
        self.symtab = self._add(
            ".dynsym", _DYNSYM, bytes(entry * (len(names) + 1)), size, 4, 1, entry
        )
        self.strtab = self._add(".dynstr", _STRTAB, self.names, 1)
        versym = self._pack(f"{len(names) + 1}H", 0, *[_OUR_VERSION] * len(names))
        self.versym = self._add(".gnu.version", _VERSYM, versym, 2, 3, entry=2)
        self.verdef = self._add(".gnu.version_d", _VERDEF, versions, 4, 4, 2)

    def _versions(self) -> bytes:
        data = b""
        both = ((self.source.soname, _BASE_VERSION), (self.source.version, _OUR_VERSION))
        for name, index in both:
            following = 28 if index == _BASE_VERSION else 0
            flags = int(index == _BASE_VERSION)
            data += self._pack("4H3I", 1, flags, index, 1, _elf_hash(name), 20, following)
            data += self._pack("2I", self._string(name), 0)
        return data

    def _sysv_hash(self, names: list[str]) -> bytes:
        count = len(names) + 1
        buckets, chain = [0] * 3, [0] * count
        for index, name in enumerate(names, 1):
            bucket = _elf_hash(name) % len(buckets)
            chain[index], buckets[bucket] = buckets[bucket], index
        words = [len(buckets), count, *buckets, *chain]
        return self._pack(f"{len(words)}{self.source.hash_word}", *words)

    def _gnu_hash(self, names: list[str]) -> bytes:
        """One bucket, so that the symbols need no order."""
        bits, shift, bloom = 8 * struct.calcsize(self.word), 5, 0
        chain = []
        for name in names:
            value = _gnu_hash(name)
            bloom |= 1 << value % bits | 1 << (value >> shift) % bits
            chain.append(value & ~1)
        chain[-1] |= 1
        head = self._pack("4I" + self.word, 1, 1, 1, shift, bloom)
        return head + self._pack(f"{1 + len(chain)}I", 1, *chain)

    def _put_symbols(self, symbols: dict[str, tuple[int, int]], start: int) -> None:
        text = [name for name, _ in self.sections].index(".text") + 1
        data = bytes(24 if self.wide else 16)
        for index, (name, (at, size)) in zip(self.indices, symbols.items(), strict=True):
            kind = (_WEAK if name in self.source.weak else _GLOBAL) | _FUNC
            if self.wide:
                data += self._pack("IBBHQQ", index, kind, 0, text, start + at, size)
            else:
                data += self._pack("IIIBBH", index, start + at, size, kind, 0, text)
        self.data[self.symtab : self.symtab + len(data)] = data

    def _frames(
        self, functions: list[tuple[int, int]], at: int, text: int
    ) -> tuple[bytes, list[tuple[int, int]]]:
        """.eh_frame at `at`; of each function its address and that of its rules."""
        stack, distance, back, saved = self.source.frame
        data_align = -8 if self.wide else -4
        rules = bytes((0x0C, stack)) + _uleb(distance)  # DW_CFA_def_cfa
        if saved is not None:
            rules += bytes((0x80 | back,)) + _uleb(saved // data_align)  # DW_CFA_offset
        head = b"\1zR\0" + bytes((1, data_align & 0x7F, back, 1, _PCREL_SDATA4))
        data = self._record(0, head + rules)
        entries = []
        for place, size in functions:
            here = at + len(data)
            entries.append((text + place, here))
            body = self._pack("iIB", text + place - here - 8, size, 0)
            data += self._record(len(data) + 4, body)
        return data + bytes(4), entries

    def _record(self, back: int, body: bytes) -> bytes:
        size = -(-(len(body) + 8) // 8) * 8
        return self._pack("II", size - 4, back) + body.ljust(size - 8, b"\0")

    def _frame_index(self, entries: list[tuple[int, int]], at: int, frames: int) -> bytes:
        data = bytes((1, _PCREL_SDATA4, _UDATA4, _DATAREL_SDATA4))
        data += self._pack("iI", frames - at - 4, len(entries))
        return data + b"".join(self._pack("ii", pc - at, rule - at) for pc, rule in entries)

    def _put_dynamic(self, at: int) -> None:
        pairs = [
            (_DT["soname"], self.soname),
            (_DT["hash"], self.hash),
            (_DT_GNU_HASH, self.gnu_hash),
            (_DT["strtab"], self.strtab),
            (_DT["symtab"], self.symtab),
            (_DT["strsz"], len(self.names)),
            (_DT["syment"], 24 if self.wide else 16),
            (_DT_VERDEF, self.verdef),
            (_DT_VERDEFNUM, 2),
            (_DT_VERSYM, self.versym),
            (0, 0),
        ]
        data = b"".join(self._pack(2 * self.word, *pair) for pair in pairs)
        self.data[at : at + len(data)] = data

    def _add_sections(self) -> None:
        names = b"\0" + b"".join(name.encode() + b"\0" for name, _ in self.sections)
        self._add(".shstrtab", _STRTAB, names + b".shstrtab\0", 1, flags=0)
        names += b".shstrtab\0"
        self.data += bytes(-len(self.data) % 8)
        self.section_headers = len(self.data)
        size = struct.calcsize(self.order + self._section_code)
        self.data += bytes(size)
        for name, values in self.sections:
            index = names.index(b"\0" + name.encode() + b"\0") + 1
            if not values[1]:
                values = (*values[:2], 0, *values[3:])
            self.data += self._pack(self._section_code, index, *values)

    @property
    def _section_code(self) -> str:
        return f"II4{self.word}II2{self.word}"

    def _put_headers(
        self,
        machine: int,
        start: int,
        at: dict[str, int],
    ) -> None:
        count = len(self.sections) + 1
        head, segment = (64, 56) if self.wide else (52, 32)
        order = {"<": 1, ">": 2}[self.order]
        ident = b"\x7fELF" + bytes((2 if self.wide else 1, order, 1)).ljust(12, b"\0")
        data = ident + self._pack(
            f"HHI3{self.word}I6H",
            *(ET_DYN, machine, 1, start, head, self.section_headers, 0, head, segment, 3),
            *(struct.calcsize(self.order + self._section_code), count, count - 1),
        )
        sizes = {name: values[4] for name, values in self.sections}
        data += self._segment(PT_LOAD, 0, len(self.data), PF_R | PF_X, 0x1000)
        data += self._segment(PT_DYNAMIC, at["dynamic"], sizes[".dynamic"], PF_R, 8)
        data += self._segment(PT_GNU_EH_FRAME, at["frames"], sizes[".eh_frame_hdr"], PF_R, 4)
        self.data[: len(data)] = data

    def _segment(self, kind: int, at: int, size: int, flags: int, align: int) -> bytes:
        if self.wide:
            return self._pack("II6Q", kind, flags, at, at, at, size, size, align)
        return self._pack("8I", kind, at, at, at, size, size, flags, align)


def _lay_out(code: dict[str, bytes]) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """The functions one after the other, and where each is and how long."""
    text, places = b"", {}
    for name, instructions in code.items():
        text += bytes(-len(text) % _TEXT_ALIGN)
        places[name] = len(text), len(instructions)
        text += instructions
    return text, places


def _elf_hash(name: str) -> int:
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        value = (value ^ value >> 24 & 0xF0) & 0xFFFFFFF
    return value


def _gnu_hash(name: str) -> int:
    value = 5381
    for byte in name.encode():
        value = (value * 33 + byte) & 0xFFFFFFFF
    return value


def _uleb(value: int) -> bytes:
    assert 0 <= value < 128
    return bytes((value,))
