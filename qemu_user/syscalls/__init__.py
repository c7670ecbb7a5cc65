"""Linux's system calls: one module per family, looked up by number."""

from __future__ import annotations

from .table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.arch import Arch


def table(arch: Arch) -> Table:
    """The kernel's calls for `arch`; nothing is bound yet."""
    from ..exec.abi.numbers import number_table

    return Table(arch, number_table(arch.name))
