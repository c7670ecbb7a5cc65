"""The vDSO of s390x (man 7 vdso)."""

from __future__ import annotations

from ..abi.numbers import call_numbers
from ..abi.vdso import Source

_NUMBERS = call_numbers("s390x")
_NAMES = ("clock_gettime", "gettimeofday", "clock_getres", "getcpu")


def _call(name: str) -> bytes:
    number = _NUMBERS[name]
    if number < 0x100:
        return bytes((0x0A, number))  # svc
    return bytes((0xA7, 0x19)) + number.to_bytes(2, "big") + bytes((0x0A, 0))  # lghi r1; svc 0


VDSO = Source(
    assembler=("", ()),  # keystone does not know svc
    version="LINUX_2.6.29",
    functions={
        **{f"__kernel_{name}": _call(name) + bytes.fromhex("07fe") for name in _NAMES},
        "__kernel_sigreturn": _call("sigreturn"),
        "__kernel_rt_sigreturn": _call("rt_sigreturn"),
    },
    frame=(15, 0, 14, None),
    bare=("__kernel_sigreturn", "__kernel_rt_sigreturn"),
    hash_word="Q",
)
