"""The vDSO of 32-bit RISC-V (man 7 vdso), which has no functions for the time."""

from __future__ import annotations

from .riscv64_vdso import ANY, make

VDSO = make("riscv32", ANY)
