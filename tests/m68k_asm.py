"""The few m68k instructions with addresses and numbers that tests of the CPU need."""

from __future__ import annotations


def assemble(text: str, addr: int = 0) -> bytes:
    """`bra ADDRESS`, `bne ADDRESS` or `set NUMBER` (of d2); write others in hexadecimal."""
    name, operand = text.split()
    value = int(operand, 0)
    if name == "set":
        return b"\x24\x3c" + value.to_bytes(4, "big")
    distance = (value - addr - 2 & 0xFFFF).to_bytes(2, "big")
    return {"bra": b"\x60\0", "bne": b"\x66\0"}[name] + distance
