"""System call numbers loaded one architecture at a time."""

from __future__ import annotations

from .cheap import import_module

# ABIs that count like another: mostly the other byte order, and the host's names of 32-bit x86.
ALIASES = {
    "aarch64_be": "aarch64",
    "armeb": "arm",
    "i486": "i386",
    "i586": "i386",
    "i686": "i386",
    "mipsel": "mips",
    "mipsn32el": "mipsn32",
    "mips64el": "mips64",
    "ppc64le": "ppc64",
    "sparc32plus": "sparc",
}


def call_numbers(arch: str) -> dict[str, int]:
    """Numbers by name; empty for an architecture without a table."""
    try:
        module = import_module(f".generated.numbers_{ALIASES.get(arch, arch)}", __package__)
    except ModuleNotFoundError:
        return {}
    numbers: dict[str, int] = module.NUMBERS
    return numbers


def number_table(arch: str) -> dict[int, str]:
    """Names by number; empty for an architecture without a table."""
    return {number: name for name, number in call_numbers(arch).items()}
