"""The vDSO of x86-64 (man 7 vdso)."""

from __future__ import annotations

from ..abi.vdso import Source, calls

_NAMES = ("clock_gettime", "gettimeofday", "time", "getcpu", "clock_getres")

VDSO = Source(
    assembler=("X86", ("64",)),
    version="LINUX_2.6",
    functions=calls("mov eax, {number}; syscall; ret", {f"__vdso_{name}": name for name in _NAMES}),
    weak={name: f"__vdso_{name}" for name in _NAMES},
    frame=(7, 8, 16, -8),
)
