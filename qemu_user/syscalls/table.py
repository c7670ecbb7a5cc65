"""The system calls of one architecture by number, bound when they are first used."""

from __future__ import annotations

from ..exec.abi.cheap import import_module
from ..exec.hostcall import unlimited
from .index import INDEX
from .syscall import Bound, Syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import Any

    from ..exec.arch import Arch


class Table:
    """Number -> Bound for `arch`."""

    def __init__(self, arch: Arch, names: Mapping[int, str]) -> None:
        self.arch = arch
        self.names = names
        self.bound: dict[int, Bound | None] = {}

    def get(self, number: int) -> Bound | None:
        """The call, None when there is none of that number."""
        try:
            return self.bound[number]
        except KeyError:
            found = self.bound[number] = unlimited(lambda: self._bind(number))
            return found

    def name(self, number: int) -> str | None:
        """What the number is called, whether or not the call exists here."""
        return self.names.get(number)

    def _bind(self, number: int) -> Bound | None:
        name = self.names.get(number)
        if name is None:
            return None
        call = self._special(name) or find(self.arch.linux.calls.get(name, name))
        return Bound(call, self.arch, name, number) if call else None

    def _special(self, name: str) -> Syscall[..., Any] | None:
        function = self.arch.special.get(name)
        leaves = name in self.arch.linux.leaving
        return Syscall(function, (name,), leaves=leaves) if function else None


def find(name: str) -> Syscall[..., Any] | None:
    """The system call that the kernel calls `name`; imports its family."""
    family = INDEX.get(name)
    if family is None:
        return None
    return calls_of(import_module(f".{family}", __package__)).get(name)


def calls_of(module: ModuleType) -> dict[str, Syscall[..., Any]]:
    """The system calls that a module defines, by each of their names."""
    found: dict[str, Syscall[..., Any]] | None = module.__dict__.get("_calls")
    if found is None:
        found = {}
        for value in list(vars(module).values()):
            if isinstance(value, Syscall) and value.function.__module__ == module.__name__:
                found.update(dict.fromkeys(value.names, value))
        module.__dict__["_calls"] = found
    return found
