"""Every system call is defined once, typed, numbered, indexed and documented."""

from __future__ import annotations

import subprocess
import sys

import pytest

from qemu_user.exec import arch as architectures
from qemu_user.exec.abi.numbers import number_table
from qemu_user.syscalls import table, tables
from qemu_user.syscalls.index import INDEX
from qemu_user.syscalls.kinds import Kind, Named
from qemu_user.syscalls.syscall import syscall

FAMILIES = tables.families()  # raises if a name is defined twice
CALLS = {name: call for calls in FAMILIES.values() for name, call in calls.items()}
GENERATED = tables.PACKAGE.parent / "exec" / "abi" / "generated"
ARCHES = [architectures.load(name) for name in architectures.NAMES]


def test_every_call_has_a_number_somewhere() -> None:
    archs = [f.stem.removeprefix("numbers_") for f in GENERATED.glob("numbers_*.py")]
    known = {name for arch in archs for name in number_table(arch).values()}
    known |= {name for arch in ARCHES for name in arch.linux.calls.values()}
    assert sorted(CALLS.keys() - known) == []


@pytest.mark.parametrize("arch", ARCHES, ids=lambda a: a.name)
def test_every_call_binds(arch: architectures.Arch) -> None:
    calls = table(arch)
    numbers = {name: number for number, name in number_table(arch.name).items()}
    for name in CALLS.keys() & numbers.keys():
        bound = calls.get(numbers[name])
        assert bound is not None
        assert bound.name == name
        assert bound.words <= 6 + (arch.syscall.stack_args and 4), name
        assert callable(bound.call)


@pytest.mark.parametrize("arch", ARCHES, ids=lambda a: a.name)
def test_special_calls_are_numbered_there(arch: architectures.Arch) -> None:
    numbers = {name: number for number, name in number_table(arch.name).items()}
    for name in arch.special:
        assert name in numbers
        assert table(arch).get(numbers[name]) is not None


@pytest.mark.parametrize("name", sorted(CALLS))
def test_parameters_and_result_have_types(name: str) -> None:
    call = CALLS[name]
    parameters = call.parameters()
    assert all(isinstance(kind, Kind) for kind in parameters.values())
    result = call.result()
    assert result is None or isinstance(result, Kind)
    for kind in parameters.values():
        if isinstance(kind, Named):
            assert kind.generic(), f"no constants begin with {kind.prefixes}"


def test_index_is_up_to_date() -> None:
    assert (tables.PACKAGE / "index.py").read_text() == tables.index_text()
    assert INDEX.keys() == CALLS.keys()


def test_document_is_up_to_date() -> None:
    assert (tables.ROOT / "docs" / "syscalls.md").read_text() == tables.document_text()


def test_unknown_number() -> None:
    assert table(ARCHES[0]).get(99999) is None


def test_a_type_that_is_none_is_refused() -> None:
    @syscall
    def wrong(t: object, count: list) -> int:  # type: ignore[type-arg]
        return 0

    with pytest.raises(TypeError, match="no parameter type"):
        wrong.parameters()


def test_looking_calls_up_imports_nothing_heavy() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "from qemu_user.exec import arch\n"
        "from qemu_user.syscalls import table\n"
        "calls = table(arch.load('x86_64'))\n"
        "assert calls.get(0).name == 'read' and calls.get(1).name == 'write'\n"
        "heavy = {'typing', 'dataclasses', 're', 'inspect', 'argparse', 'pathlib',\n"
        "         'threading', 'logging', 'subprocess', 'unicorn'}\n"
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        cwd=tables.ROOT,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
