"""Function names by address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from qemu_user.exec import arch
from qemu_user.exec.memory import AddressSpace
from qemu_user.exec.options import Options
from qemu_user.loader import inspect, map_program
from qemu_user.loader.symbols import Symbols, SymbolTable

SOURCE = """
__attribute__((noinline)) int callee(int n) { return n * 3 + 1; }
int main(int argc, char **argv) { (void)argv; return callee(argc); }
"""


@pytest.fixture
def space() -> Iterator[AddressSpace]:
    space = AddressSpace(arch.load("x86_64"))
    yield space
    space.close()


@pytest.mark.parametrize("flags", [("-static",), ("-static-pie", "-fPIE")])
def test_functions_are_found_where_they_are_mapped(
    build_c: Callable[..., Path], space: AddressSpace, flags: tuple[str, ...]
) -> None:
    path = build_c(SOURCE, "x86_64", "musl", *flags)
    image = map_program(space, inspect(Options(), bytes(path)), [b"x"], [])
    with path.open("rb") as file:
        symbol = ELFFile(file).get_section_by_name(".symtab").get_symbol_by_name("callee")[0]
    at = symbol["st_value"] + image.bias
    table = SymbolTable(space)
    assert (table.text(at), table.text(at + 2)) == ("callee", "callee+0x2")
    assert table.at(at + symbol["st_size"]) != ("callee", symbol["st_size"])
    assert table.text(image.entry) == "_start"
    assert (table.text(image.sp), table.text(8)) == ("[stack]", "")
    assert Symbols(bytes(path)).find("callee") == symbol["st_value"]


def test_damaged_files_have_no_names(build_c: Callable[..., Path], tmp_path: Path) -> None:
    data = build_c(SOURCE).read_bytes()
    for at in range(0, 64, 3):
        path = tmp_path / "damaged"
        path.write_bytes(data[:at] + b"\xff\xff\xff" + data[at + 3 : 3000])
        assert Symbols(bytes(path)).at(0x1000) is None
    assert Symbols(b"/nonexist").at(0) is None
