"""Writes the generated tables of this package from the kernel's user headers.

Numbers of calls, errors and signals are read; other constants, by which architectures differ,
are asked of the compiler in the ziglang package.

    python -m qemu_user.exec.abi.regenerate [--check] [--headers DIR]

DIR holds the headers as the ziglang package ships them (its `lib/libc/include`, the default):
`any-linux-any` for what all architectures share, and `<cpu>-linux-any` beside it.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from typing import NamedTuple

from . import compiler, headers

OUTPUT = Path(__file__).parent / "generated"


class Source(NamedTuple):
    """Where an architecture's headers are, and which of the CPU's several ABIs it is."""

    cpu: str
    unistd: str
    base: str = ""  # the macro that the numbers count from, as asm/unistd.h defines it
    target: str = ""  # clang's name of it, where ziglang's clang knows it
    skip: str = ""  # the guard of a header that it does not compile


ARCHES = {
    "x86_64": Source("x86", "unistd_64.h", target="x86_64-linux-gnu"),
    "i386": Source("x86", "unistd_32.h", target="x86-linux-gnu"),
    "aarch64": Source("aarch64", "unistd_64.h", target="aarch64-linux-gnu"),
    "arm": Source("arm", "unistd-eabi.h", "__NR_SYSCALL_BASE", target="arm-linux-gnueabihf"),
    "riscv64": Source("riscv", "unistd_64.h", target="riscv64-linux-gnu"),
    "riscv32": Source("riscv", "unistd_32.h", target="riscv32-linux-gnu"),
    "mips": Source("mips", "unistd_o32.h", "__NR_Linux", target="mips-linux-gnueabi"),
    "mipsn32": Source("mips", "unistd_n32.h", "__NR_Linux", target="mips64-linux-gnuabin32"),
    "mips64": Source("mips", "unistd_n64.h", "__NR_Linux", target="mips64-linux-gnuabi64"),
    "ppc": Source("powerpc", "unistd_32.h", target="powerpc-linux-musleabi"),
    "ppc64": Source("powerpc", "unistd_64.h", target="powerpc64-linux-musl"),
    "s390x": Source("s390x", "unistd_64.h", target="s390x-linux-gnu"),
    "sparc": Source("sparc", "unistd_32.h", target="sparc-linux-gnu"),
    "sparc64": Source("sparc", "unistd_64.h", target="sparc64-linux-gnu"),
    # clang does not know it: another target of that size, without the header that has assembly
    "m68k": Source("m68k", "unistd_32.h", target="armeb-linux-gnueabihf", skip="_M68K_SWAB_H"),
}
# Second names for the same number, and numbers that are no single signal.
SIGNAL_ALIASES = {"SIGIOT", "SIGCLD", "SIGPOLL", "SIGUNUSED", "SIGLOST", "SIGSTKSZ", "SIGSWI"}
SIGNAL_RANGE = {"SIGRTMIN", "SIGRTMAX"}


def default_headers() -> Path:
    """The headers inside the ziglang package; SystemExit where it is not installed."""
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        raise SystemExit("regenerate: give --headers, or install ziglang")
    return Path(spec.origin).parent / "lib" / "libc" / "include"


def tables(root: Path) -> dict[str, str]:
    """The text of every generated file by its name."""
    top = f'from the headers of Linux {headers.version(root)}; generated, do not edit."""\n'
    files = {"__init__.py": f'"""Tables made by regenerate.py {top}'}
    for arch, source in ARCHES.items():
        numbers = syscall_numbers(root, source)
        files[f"numbers_{arch}.py"] = (
            f'"""System call numbers of {arch}, {top}\n{_dict("NUMBERS", numbers)}'
        )
        values = overrides(root, source)
        if values:
            files[f"constants_{arch}.py"] = (
                f'"""Constants that differ on {arch}, {top}\n{_dict("CONSTANTS", values)}'
            )
    errnos = {cpu: error_numbers(root, cpu) for cpu in _cpus()}
    files["errnos.py"] = f'"""Error numbers by name, {top}\n{_families(errnos)}'
    signals = {cpu: signal_numbers(root, cpu) for cpu in _cpus()}
    files["signals.py"] = f'"""Signal numbers by name, {top}\n{_families(signals)}'
    return files


def syscall_numbers(root: Path, source: Source) -> dict[str, int]:
    """`__NR_` names and numbers, and the private calls that some CPUs have beside them."""
    asm = root / f"{source.cpu}-linux-any" / "asm"
    text = (asm / source.unistd).read_text()
    main = (asm / "unistd.h").read_text()
    base = headers.base_of(main, source.base, source.unistd) if source.base else 0
    found = headers.prefixed(text, "__NR_", {source.base: base})
    private = headers.prefixed(main, "__ARM_NR_", {"__NR_SYSCALL_BASE": base})
    private.pop("BASE", None)
    numbers = {**found, **private}
    for name in ("Linux", "Linux_syscalls", "syscalls", "SYSCALL_BASE", "SYSCALL_MASK"):
        numbers.pop(name, None)
    return dict(sorted(numbers.items(), key=lambda item: item[1]))


def error_numbers(root: Path, cpu: str) -> dict[str, int]:
    """Errors by name, the usual name of a number first."""
    found = headers.macros(root, cpu, "asm/errno.h", r"E[A-Z0-9]+")
    return dict(sorted(found.items(), key=lambda item: item[1]))


def signal_numbers(root: Path, cpu: str) -> dict[str, int]:
    """Signals by name, without second names and the real-time ones."""
    found = headers.macros(root, cpu, "asm/signal.h", r"SIG[A-Z]+[12]?")
    for name in SIGNAL_ALIASES | SIGNAL_RANGE:
        found.pop(name, None)
    return dict(sorted(found.items(), key=lambda item: item[1]))


def overrides(root: Path, source: Source) -> dict[str, int]:
    """The constants of this package that have another value there."""
    if not source.target:
        return {}
    ours = compiler.names()
    theirs = compiler.constants(root, source.cpu, source.target, source.skip)
    return {name: theirs[name] for name in ours if theirs.get(name, ours[name]) != ours[name]}


def _cpus() -> dict[str, list[str]]:
    cpus: dict[str, list[str]] = {}
    for arch, source in ARCHES.items():
        cpus.setdefault(source.cpu, []).append(arch)
    return cpus


def _families(tables: dict[str, dict[str, int]]) -> str:
    """GENERIC, the complete tables of the CPUs that differ, and which architecture takes which."""
    generic = tables["x86"]
    variants = {cpu: table for cpu, table in tables.items() if table != generic}
    family = {arch: cpu for cpu in variants for arch in _cpus()[cpu]}
    text = [_dict("GENERIC", generic), "VARIANTS: dict[str, dict[str, int]] = {"]
    for cpu, table in variants.items():
        rows = [f'        "{name}": {number},' for name, number in table.items()]
        text += [f'    "{cpu}": {{', *rows, "    },"]
    text += ["}", "FAMILY: dict[str, str] = {"]
    text += [f'    "{arch}": "{cpu}",' for arch, cpu in family.items()]
    return "\n".join([*text, "}", ""])


def _dict(name: str, table: dict[str, int]) -> str:
    rows = [f'    "{key}": {number},' for key, number in table.items()]
    return "\n".join([f"{name}: dict[str, int] = {{", *rows, "}", ""])


def main(arguments: list[str]) -> int:
    """Write the files, or with --check say which are not what the headers give."""
    parser = argparse.ArgumentParser(prog="regenerate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 on a difference")
    parser.add_argument("--headers", type=Path, metavar="DIR", help="the kernel's user headers")
    options = parser.parse_args(arguments)
    files = tables(options.headers or default_headers())
    present = {path.name for path in OUTPUT.glob("*.py")}
    stale = [
        name
        for name, text in files.items()
        if name not in present or (OUTPUT / name).read_text() != text
    ]
    stale += sorted(present - files.keys())
    if options.check:
        for name in stale:
            print(f"{OUTPUT / name} is not what the headers give", file=sys.stderr)
        return 1 if stale else 0
    OUTPUT.mkdir(exist_ok=True)
    for name in present - files.keys():
        (OUTPUT / name).unlink()
    for name, text in files.items():
        (OUTPUT / name).write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
