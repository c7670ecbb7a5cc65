"""The generated numbers are what the kernel's headers say, and what a compiler reads there."""

from __future__ import annotations

import ctypes
import errno as host_errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qemu_user.exec.abi import compiler, generated, headers, regenerate
from qemu_user.exec.abi.errno import errno_table, error_names, error_numbers
from qemu_user.exec.abi.numbers import ALIASES, call_numbers, number_table
from qemu_user.exec.abi.signames import signal_names, signal_numbers
from tests.c_types import TARGETS, compile_errors, kernel_headers

ARCHES = list(regenerate.ARCHES)
COMPILED = [name for name in TARGETS if name in regenerate.ARCHES]
ARM_PRIVATE = {"breakpoint", "cacheflush", "usr26", "usr32", "set_tls", "get_tls"}


def test_tables_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    version = headers.version(kernel_headers())
    if f" {version};" not in (generated.__doc__ or ""):
        pytest.skip(f"ziglang has the headers of {version}, the tables are of another version")
    assert regenerate.main(["--check"]) == 0, capsys.readouterr().err


def test_check_notices_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(regenerate, "OUTPUT", tmp_path)
    monkeypatch.setattr(regenerate, "tables", lambda _root: {"a.py": "1", "b.py": "2"})
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "c.py").write_text("3")
    assert regenerate.main(["--check", "--headers", str(tmp_path)]) == 1
    complaints = capsys.readouterr().err
    assert "b.py" in complaints
    assert "c.py" in complaints
    assert "a.py" not in complaints
    regenerate.main(["--headers", str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == {"a.py", "b.py"}


@pytest.mark.parametrize("arch", COMPILED)
def test_compiler_agrees(arch: str, tmp_path: Path) -> None:
    claims = {f"__NR_{name}": number for name, number in call_numbers(arch).items()}
    for name in ARM_PRIVATE if arch == "arm" else ():
        claims[f"__ARM_NR_{name}"] = claims.pop(f"__NR_{name}")
    claims |= error_numbers(arch) | signal_numbers(arch)
    lines = [f"#include <asm/{name}.h>" for name in ("unistd", "errno", "signal")]
    lines += [f'_Static_assert({n} == {v}, "{n}");' for n, v in claims.items()]
    source = tmp_path / "numbers.c"
    source.write_text("\n".join([*lines, ""]))
    assert compile_errors(TARGETS[arch], source) == []


@pytest.mark.parametrize("arch", ARCHES)
def test_every_architecture_has_the_calls_that_all_have(arch: str) -> None:
    numbers = call_numbers(arch)
    common = {"read", "write", "openat", "close", "mprotect", "munmap", "execve", "exit_group"}
    assert common <= numbers.keys()
    assert {"rt_sigaction", "rt_sigreturn", "clone3", "statx"} <= numbers.keys()
    table = number_table(arch)
    assert table[numbers["openat"]] == "openat"
    assert all(numbers[name] == number for number, name in table.items())


def test_the_host_understands_its_numbers() -> None:
    libc = ctypes.CDLL(None)
    numbers = call_numbers(os.uname().machine)
    assert libc.syscall(numbers["getpid"]) == os.getpid()
    assert libc.syscall(numbers["getuid"]) == os.getuid()


def test_unknown_architecture_has_no_calls() -> None:
    assert call_numbers("pdp11") == {}
    assert number_table("pdp11") == {}


@pytest.mark.parametrize(("alias", "arch"), ALIASES.items())
def test_aliases_lead_somewhere(alias: str, arch: str) -> None:
    assert arch in ARCHES
    assert call_numbers(alias) == call_numbers(arch)
    assert error_numbers(alias) == error_numbers(arch)
    assert signal_numbers(alias) == signal_numbers(arch)


def test_host_errors_need_no_translation() -> None:
    assert errno_table(os.uname().machine) is None


@pytest.mark.skipif(host_errno.ENOSYS != 38, reason="the host's own errors are unusual")
def test_errors_are_translated_by_name() -> None:
    table = errno_table("mips")
    assert table is not None
    assert table[host_errno.ENOSYS] == 89
    assert table[host_errno.ENOTSUP] == 122  # a second name of EOPNOTSUPP
    assert table[host_errno.EDEADLK] == 45  # EDEADLOCK is another number there
    assert host_errno.ENOENT not in table


def test_names_are_the_usual_ones() -> None:
    assert error_names("x86_64")[11] == "EAGAIN"
    assert error_names("x86_64")[35] == "EDEADLK"
    assert error_names("x86_64")[95] == "EOPNOTSUPP"
    assert signal_names("x86_64")[6] == "SIGABRT"
    assert signal_names("x86_64")[29] == "SIGIO"
    assert sorted(signal_names("x86_64")) == list(range(1, 32))


def test_every_constant_is_one_of_linux() -> None:
    root = kernel_headers()
    known = compiler.constants(root, "x86", "x86_64-linux-gnu")
    known |= compiler.constants(root, "x86", "x86-linux-gnu")
    assert compiler.names().keys() - known.keys() == set()


def test_constants_differ_where_architectures_do() -> None:
    from qemu_user.exec.abi.generated.constants_aarch64 import CONSTANTS as AARCH64
    from qemu_user.exec.abi.generated.constants_mips import CONSTANTS as MIPS

    assert AARCH64["O_DIRECTORY"] == 0o40000
    assert MIPS["MAP_ANONYMOUS"] == 0x800
    ours = compiler.names()
    assert all(ours[name] != value for name, value in MIPS.items())
    assert not (regenerate.OUTPUT / "constants_x86_64.py").exists()


def test_one_architecture_loads_no_other() -> None:
    code = (
        "import sys; from qemu_user.exec.abi import numbers; numbers.number_table('x86_64');"
        "print([name for name in sys.modules if '.generated.' in name])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.split() == ["['qemu_user.exec.abi.generated.numbers_x86_64']"]


def test_structures_import_nothing_slow() -> None:
    modules = ["clocks", "elf", "files", "inet", "limits", "memory", "polling", "processes"]
    modules += ["signals", "sockets", "stats", "system", "terminals", "numbers", "errno"]
    code = "import sys; before = set(sys.modules)\n"
    code += "".join(f"import qemu_user.exec.abi.{name}\n" for name in modules)
    code += (
        "print(*{'typing', 'dataclasses', 'enum', 'inspect', 're'} & (set(sys.modules) - before))"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.split() == []
