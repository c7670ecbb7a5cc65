"""The few RISC-V instructions that tests of the CPU need, which keystone does not assemble."""

from __future__ import annotations

import re

_FIXED = {
    "nop": 0x13, "ret": 0x8067, "ecall": 0x73, "ebreak": 0x100073, "unimp": 0xC0001073,
    "mret": 0x30200073, "sret": 0x10200073, "wfi": 0x10500073, "sfence.vma": 0x12000073,
}  # fmt: skip
_LOADS = {"lb": 0x0003, "lw": 0x2003, "ld": 0x3003, "fld": 0x3007}
_STORES = {"sb": 0x0023, "sw": 0x2023, "sd": 0x3023, "fsd": 0x3027}
_ATOMICS = {
    "amoadd.d": 0x0000302F, "amoswap.w": 0x0800202F, "lr.d": 0x1000302F, "sc.d": 0x1800302F,
    "amoadd.w": 0x0000202F, "lr.w": 0x1000202F, "sc.w": 0x1800202F,
}  # fmt: skip


def assemble(text: str, addr: int = 0) -> bytes:
    """One instruction; its operands are decimal or hexadecimal numbers and x0 to x31, f0 to f31."""
    name, _, rest = text.strip().partition(" ")
    words = [w for w in re.split(r"[\s,()]+", rest) if w]
    values = [int(w[1:]) if w[0] in "xf" else int(w, 0) for w in words]
    return _encode(name, values, addr).to_bytes(4, "little")


def _encode(name: str, v: list[int], addr: int) -> int:
    if name in _FIXED:
        return _FIXED[name]
    if name == "addi":
        return 0x13 | v[0] << 7 | v[1] << 15 | (v[2] & 0xFFF) << 20
    if name == "csrr":
        return 0x2073 | v[0] << 7 | v[1] << 20
    if name == "jalr":
        return 0x67 | v[0] << 7 | v[1] << 15
    if name in _LOADS:
        return _LOADS[name] | v[0] << 7 | v[2] << 15 | (v[1] & 0xFFF) << 20
    if name in _STORES:
        low, high = v[1] & 31, v[1] >> 5 & 0x7F
        return _STORES[name] | low << 7 | v[2] << 15 | v[0] << 20 | high << 25
    if name in _ATOMICS:
        destination, source, pointer = v if len(v) == 3 else (v[0], 0, v[1])
        return _ATOMICS[name] | destination << 7 | pointer << 15 | source << 20
    by = (v[-1] - addr) & 0x1FFFFF
    if name == "bnez":
        low = (by >> 11 & 1) << 7 | (by >> 1 & 15) << 8
        return 0x1063 | low | v[0] << 15 | (by >> 5 & 63) << 25 | (by >> 12 & 1) << 31
    assert name == "j", name
    return (
        0x6F | (by >> 12 & 255) << 12 | (by >> 11 & 1) << 20 | (by >> 1 & 1023) << 21
        | (by >> 20 & 1) << 31
    )  # fmt: skip
