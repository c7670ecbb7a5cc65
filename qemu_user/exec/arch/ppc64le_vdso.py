"""The vDSO of 64-bit PowerPC, little-endian (man 7 vdso)."""

from __future__ import annotations

from ..abi.vdso import Source, calls

_NAMES = ("clock_gettime", "gettimeofday", "clock_getres", "time", "getcpu")

VDSO = Source(
    assembler=("PPC", ("PPC64", "LITTLE_ENDIAN")),
    version="LINUX_2.6.15",
    functions=calls("li 0, {number}; sc; blr", {f"__kernel_{name}": name for name in _NAMES})
    | {"__kernel_sigtramp_rt64": "addi 1, 1, 128; li 0, {rt_sigreturn}; sc"},
    frame=(1, 0, 65, None),
    bare=("__kernel_sigtramp_rt64",),
)
