"""RISC-V, 32 bits: the 64-bit one with smaller words. Times have 64 bits all the same."""

from __future__ import annotations

from ..abi.ipc import MsqidDs32, ShmidDs32
from ..abi.semaphores import SemidDs32
from .riscv64 import SigContext, UContext, make

__all__ = ("ARCH", "SigContext", "UContext")

_IPC = {"SemidDs": SemidDs32, "ShmidDs": ShmidDs32, "MsqidDs": MsqidDs32}

ARCH = make("riscv32", 4, _IPC, 0x400000F3, 0x9DC00000)  # AUDIT_ARCH_RISCV32; FIXADDR_START
