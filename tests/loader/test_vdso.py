"""The vDSO images, read by pyelftools, and what the emulator says of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from elftools.dwarf.callframe import FDE
from elftools.elf.elffile import ELFFile
from elftools.elf.hash import ELFHashTable

from qemu_user.exec import arch, vdso
from tests import programs

WITH_VDSO = [name for name in arch.NAMES if arch.load(name).vdso]
# musl has no code for the vDSO of s390x and PowerPC, and asks RISC-V's for functions of version
# LINUX_2.6, where the kernel has LINUX_4.15.
NOT_BY_MUSL = ("s390x", "ppc", "ppc64", "ppc64le", "riscv32", "riscv64")
CLOCKS = """
#include <stdio.h>
#include <sys/auxv.h>
#include <time.h>
int main(void) {
    struct timespec now;
    printf("%d", getauxval(AT_SYSINFO_EHDR) != 0);
    return clock_gettime(CLOCK_REALTIME, &now);
}
"""


@pytest.mark.parametrize("name", WITH_VDSO)
def test_the_image_is_sound(name: str) -> None:
    architecture = arch.load(name)
    found = vdso.symbols(architecture)
    with open(vdso.path(architecture), "rb") as file:
        elf = ELFFile(file)
        assert elf["e_type"] == "ET_DYN"
        (load,) = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD"]
        assert (load["p_offset"], load["p_vaddr"], load["p_filesz"]) == (0, 0, elf.stream_len)
        table = elf.get_section_by_name(".dynsym")
        text = elf.get_section_by_name(".text")
        assert {s.name: s["st_value"] for s in table.iter_symbols() if s.name} == found
        for symbol in found:
            assert by_hash(elf, symbol) == found[symbol]
            gnu = elf.get_section_by_name(".gnu.hash").get_symbol(symbol)
            assert gnu is not None
            assert gnu["st_value"] == found[symbol]
            assert text["sh_addr"] <= found[symbol] < text["sh_addr"] + text["sh_size"]
        versions = [v.name for _, names in table_versions(elf) for v in names]
        assert len(versions) == 2
        frames = [e for e in elf.get_dwarf_info().EH_CFI_entries() if isinstance(e, FDE)]
        assert {f["initial_location"] for f in frames} <= set(found.values())


def by_hash(elf: ELFFile, name: str) -> int:
    """A symbol's value by .hash, whose words have 64 bits on s390x: pyelftools reads 32."""
    section, symbols = elf.get_section_by_name(".hash"), elf.get_section_by_name(".dynsym")
    size, data = section["sh_entsize"], section.data()
    order = "little" if elf.little_endian else "big"
    words = [int.from_bytes(data[at : at + size], order) for at in range(0, len(data), size)]
    buckets, chains = words[2 : 2 + words[0]], words[2 + words[0] :]
    assert len(chains) == words[1] == symbols.num_symbols()
    index = buckets[ELFHashTable.elf_hash(name) % len(buckets)]
    while index and symbols.get_symbol(index).name != name:
        index = chains[index]
    return symbols.get_symbol(index)["st_value"]


def table_versions(elf: ELFFile) -> list:
    return list(elf.get_section_by_name(".gnu.version_d").iter_versions())


@pytest.mark.parametrize("libc", programs.LIBCS)
@pytest.mark.parametrize("name", [n for n in WITH_VDSO if n in programs.ARCHES])
def test_libraries_call_it(
    name: str, libc: str, build_c: Callable[..., Path], run_ours: Callable[..., programs.Result]
) -> None:
    program = build_c(CLOCKS, name, libc)
    done = run_ours(program, options=("-strace=full", "-k"))
    assert (done.status, done.out) == (0, b"1")
    lines = done.err.decode().splitlines()
    names = ("clock_gettime(", "clock_gettime64(")
    call = next(i for i, line in enumerate(lines) if line.startswith(names))
    if libc == "musl" and name in NOT_BY_MUSL:
        assert "[vdso]" not in done.err.decode()
    else:
        assert lines[call + 1].startswith(" > [vdso](__")
        assert "clock_gettime" in lines[call + 1]
    assert any("(main+" in line for line in lines[call + 2 :])
