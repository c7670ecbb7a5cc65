"""The vDSO of AArch64 (man 7 vdso)."""

from __future__ import annotations

from ..abi.vdso import Source, calls

_NAMES = ("clock_gettime", "gettimeofday", "clock_getres")

VDSO = Source(
    assembler=("ARM64", ("LITTLE_ENDIAN",)),
    version="LINUX_2.6.39",
    functions=calls("mov x8, #{number}; svc #0; ret", {f"__kernel_{name}": name for name in _NAMES})
    | {"__kernel_rt_sigreturn": "mov x8, #{rt_sigreturn}; svc #0"},
    frame=(31, 0, 30, None),
    bare=("__kernel_rt_sigreturn",),
)
