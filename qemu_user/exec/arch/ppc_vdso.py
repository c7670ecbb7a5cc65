"""The vDSO of 32-bit PowerPC (man 7 vdso)."""

from __future__ import annotations

from ..abi.vdso import Source, calls

_NAMES = ("clock_gettime", "gettimeofday", "clock_getres", "clock_gettime64", "time", "getcpu")

VDSO = Source(
    assembler=("PPC", ("PPC32", "BIG_ENDIAN")),
    version="LINUX_2.6.15",
    functions=calls("li 0, {number}; sc; blr", {f"__kernel_{name}": name for name in _NAMES})
    | {
        "__kernel_sigtramp32": "li 0, {sigreturn}; sc",
        "__kernel_sigtramp_rt32": "li 0, {rt_sigreturn}; sc",
    },
    frame=(1, 0, 65, None),
    bare=("__kernel_sigtramp32", "__kernel_sigtramp_rt32"),
    soname="linux-vdso32.so.1",
)
