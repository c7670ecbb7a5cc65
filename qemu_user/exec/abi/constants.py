"""The constants whose values depend on the architecture; the other modules have asm-generic's."""

from __future__ import annotations

from importlib import import_module

from .numbers import ALIASES


def constants(arch: str) -> dict[str, int]:
    """Values by name where they are not those of this package's modules; empty if all are."""
    try:
        module = import_module(f".generated.constants_{ALIASES.get(arch, arch)}", __package__)
    except ModuleNotFoundError:
        return {}
    values: dict[str, int] = module.CONSTANTS
    return values
