"""The vDSO of 64-bit RISC-V (man 7 vdso)."""

from __future__ import annotations

from ..abi.numbers import call_numbers
from ..abi.vdso import Source

_NUMBERS = call_numbers("riscv64")
_CALLS = {
    "__vdso_clock_gettime": "clock_gettime",
    "__vdso_clock_getres": "clock_getres",
    "__vdso_gettimeofday": "gettimeofday",
    "__vdso_getcpu": "getcpu",
    "__vdso_flush_icache": "riscv_flush_icache",
    "__vdso_riscv_hwprobe": "riscv_hwprobe",
}


def _call(name: str) -> bytes:
    load = _NUMBERS[name] << 20 | 0x893  # li a7, number
    return load.to_bytes(4, "little") + bytes.fromhex("73000000")  # ecall


VDSO = Source(
    assembler=("", ()),  # keystone knows no RISC-V
    version="LINUX_4.15",
    functions={
        **{symbol: _call(name) + bytes.fromhex("67800000") for symbol, name in _CALLS.items()},
        "__vdso_rt_sigreturn": _call("rt_sigreturn"),
    },
    frame=(2, 0, 1, None),
    bare=("__vdso_rt_sigreturn",),
)
