"""Register sets of 32-bit RISC-V for ptrace(2): <asm/ptrace.h>."""

from __future__ import annotations

from ..abi.ptrace import NT_PRFPREG, NT_PRSTATUS
from .regsets import POINTED, REQUESTS, USER_DEBUG, USER_SIZE, RegisterSet, hit, repeatable, watched
from .riscv64_registers import SETS as WIDE

__all__ = ("POINTED", "REQUESTS", "SETS", "USER_DEBUG", "USER_SIZE", "hit", "repeatable", "watched")

SETS = {
    NT_PRSTATUS: RegisterSet(WIDE[NT_PRSTATUS].get, WIDE[NT_PRSTATUS].set, 4),
    NT_PRFPREG: WIDE[NT_PRFPREG],
}
