"""The vDSO of 64-bit RISC-V (man 7 vdso), and how that of 32 bits is made."""

from __future__ import annotations

from ..abi.numbers import call_numbers
from ..abi.vdso import Source

ANY = {
    "__vdso_getcpu": "getcpu",
    "__vdso_flush_icache": "riscv_flush_icache",
    "__vdso_riscv_hwprobe": "riscv_hwprobe",
}
_CALLS = {
    "__vdso_clock_gettime": "clock_gettime",
    "__vdso_clock_getres": "clock_getres",
    "__vdso_gettimeofday": "gettimeofday",
    **ANY,
}


def make(arch: str, calls: dict[str, str]) -> Source:
    """The source for `arch` with these functions beside the one that handlers return to."""
    numbers = call_numbers(arch)

    def call(name: str) -> bytes:
        load = numbers[name] << 20 | 0x893  # li a7, number
        return load.to_bytes(4, "little") + bytes.fromhex("73000000")  # ecall

    return Source(
        assembler=("", ()),  # keystone knows no RISC-V
        version="LINUX_4.15",
        functions={
            **{symbol: call(name) + bytes.fromhex("67800000") for symbol, name in calls.items()},
            "__vdso_rt_sigreturn": call("rt_sigreturn"),
        },
        frame=(2, 0, 1, None),
        bare=("__vdso_rt_sigreturn",),
    )


VDSO = make("riscv64", _CALLS)
