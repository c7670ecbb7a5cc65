"""What is replaced in the engine's library, and blocks without a hook."""

from __future__ import annotations

import ctypes
import io
import platform
import re
import struct
from pathlib import Path

import capstone
import pytest
from elftools.elf.elffile import ELFFile

from qemu_user.exec import engine_access as access
from qemu_user.exec import engine_guard
from qemu_user.exec import engine_straight as straight
from qemu_user.exec.arch.straight import ACCESSES, PLACES
from qemu_user.exec.engine_library import library_path
from qemu_user.exec.unicorn_cpu import UnicornCpu
from tests.cpu_rig import DATA, NAMES, Rig, assemble

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="another library")


class Library:
    """The engine's file, as its calls between functions see it."""

    def __init__(self) -> None:
        path = library_path()
        self._elf = ELFFile(io.BytesIO(Path(path).read_bytes()))
        dynamic = self._elf.get_section_by_name(".dynsym")
        self.symbols = {s.name: (s["st_value"], s["st_size"]) for s in dynamic.iter_symbols()}
        slots = self._elf.get_section_by_name(".rela.plt").iter_relocations()
        self._slots = {r["r_offset"]: dynamic.get_symbol(r["r_info_sym"]).name for r in slots}

    def places(self, *names: str) -> dict[str, set[int]]:
        """Where there are things of these names, local ones too."""
        found: dict[str, set[int]] = {name: set() for name in names}
        for symbol in self._elf.get_section_by_name(".symtab").iter_symbols():
            if symbol.name in found:
                found[symbol.name].add(symbol["st_value"])
        return found

    def code(self, start: int, size: int) -> bytes:
        (offset,) = self._elf.address_offsets(start, size)
        self._elf.stream.seek(offset)
        return bytes(self._elf.stream.read(size))

    def called(self, place: int) -> str:
        """Whose entry of the procedure linkage table is at `place`."""
        code = self.code(place, 16)
        at = code.index(b"\xff\x25") + 2
        return self._slots[place + at + 4 + struct.unpack_from("<i", code, at)[0]]


def test_what_is_replaced_is_what_is_meant() -> None:
    library = Library()
    disassembler = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    for target, (_, places) in PLACES.items():
        test, find = f"check_exit_request_{target}", f"cpu_restore_state_{target}"
        meant = [("jmp", test)] * 4 + [("call", find)]
        for name, place, (mnemonic, goal) in zip(
            straight.FUNCTIONS, places.split(), meant, strict=False
        ):
            start, size = library.symbols[f"{name}_{target}"]
            length, at = map(int, place.split(":"))
            (found,) = disassembler.disasm(library.code(start + at, 5), start + at)
            called = library.called(int(found.op_str, 16))
            assert (length, found.mnemonic, called) == (size, mnemonic, goal), (name, target)
        start, _ = library.symbols[f"resume_all_vcpus_{target}"]
        at = start + int(places.rpartition(":")[2])
        _, after, jump = disassembler.disasm(library.code(at, 18), at)
        (new,) = disassembler.disasm(straight.CODE[-1], at)
        assert new.op_str == jump.op_str, target
        assert after.op_str.endswith("0x10001"), target
        assert library.code(at - 4, 4) == struct.pack("<I", 0x10002), target


def test_accesses_are_rewritten_where_their_way_out_is_written() -> None:
    library = Library()
    names = "tcg_out_modrm", "have_bmi2"
    functions, bytes_ = (library.places(*names)[name] for name in names)
    for target, (*calls, bmi2) in ACCESSES.items():
        start, _ = library.symbols[f"tcg_gen_code_{target}"]
        for place in calls:
            (distance,) = struct.unpack("<xi", library.code(start + place, 5))
            assert start + place + 5 + distance in functions, target
            # mov esi, 0x108b among what is before: the instruction is a copy of all 64 bits
            assert bytes.fromhex("be8b100000") in library.code(start + place - 56, 56), target
        assert start + bmi2 in bytes_, target
        _, size = library.symbols[f"tcg_dump_op_{target}"]
        assert size >= len(access.CODE), target


def test_the_stub_is_what_its_source_assembles_to() -> None:
    assert assemble("x86_64", access.SOURCE) == access.CODE


@pytest.mark.parametrize("name", NAMES)
def test_nothing_stands_between_comparison_and_branch(name: str) -> None:
    rig = Rig(name)
    rig.run(f"{rig.lines.store}; {rig.lines.illegal}", **{rig.lines.pointer: DATA})
    start, _ = engine_guard._translations()
    made = ctypes.string_at(start, 1 << 16)
    # cmp rsi, [rdi + n]; jne way_out; mov rsi, address; add rsi, [rdi + n]
    wanted = rb"\x3b[\x37\x77].?\x0f\x85....[\x41\x48\x49]?\x8b[\xf0-\xf7]\x48\x03\x77"
    assert re.search(wanted, made, re.S)


@pytest.mark.parametrize("name", NAMES)
def test_no_block_has_a_hook_unless_instructions_have(name: str) -> None:
    rig = Rig(name)
    cpu = rig.cpu
    assert isinstance(cpu, UnicornCpu)
    assert cpu._lookup.request.quiet
    cpu.watch_instruction(lambda pc, size: None)
    assert not cpu._lookup.request.quiet
    cpu.watch_instruction(None)
    assert cpu._lookup.request.quiet
