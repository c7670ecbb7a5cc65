"""The few instructions of MIPS that the CPU tests need, in either byte order."""

from __future__ import annotations

import re
from typing import Literal

_IMMEDIATE = {"addiu": 9, "daddiu": 25}
_MEMORY = {
    "lw": 0x23,
    "sw": 0x2B,
    "ld": 0x37,
    "sd": 0x3F,
    "sb": 0x28,
    "sdc1": 0x3D,
    "ll": 0x30,
    "sc": 0x38,
    "lld": 0x34,
    "scd": 0x3C,
}
_BRANCH = {"beq": 4, "bne": 5}
_FIXED = {
    "nop": 0,
    "syscall": 0xC,
    "break": 0xD,
    "teq": 0x34,
    "eret": 0x42000018,
    "tlbwi": 0x42000002,
    "wait": 0x42000020,
    "di": 0x41606000,
}
_COPROCESSOR = {"mfc0": 0x40000000, "mtc0": 0x40800000}


def _target(text: str, addr: int) -> int:
    """The distance in a branch to an address, or to one from here on (".+8")."""
    to = addr + int(text[2:], 0) if text.startswith(".+") else int(text, 0)
    return (to - addr - 4) // 4 & 0xFFFF


def _word(text: str, addr: int) -> int:
    name, *words = re.findall(r"[^\s,()$]+", text)
    if name in _FIXED:
        return _FIXED[name]
    if name == ".word":
        return int(words[0], 16)
    numbers = [
        int(word, 0)
        if re.fullmatch(r"-?\w+", word) and word[0] in "-0123456789"
        else int(word[1:])
        if re.fullmatch(r"f\d+", word)
        else 0
        for word in words
    ]
    if name in _IMMEDIATE:
        return _IMMEDIATE[name] << 26 | numbers[1] << 21 | numbers[0] << 16 | numbers[2] & 0xFFFF
    if name in _MEMORY:
        return _MEMORY[name] << 26 | numbers[2] << 21 | numbers[0] << 16 | numbers[1] & 0xFFFF
    if name in _BRANCH:
        return _BRANCH[name] << 26 | numbers[0] << 21 | numbers[1] << 16 | _target(words[2], addr)
    if name == "b":
        return 0x10000000 | _target(words[0], addr)
    if name in _COPROCESSOR:
        return _COPROCESSOR[name] | numbers[0] << 16 | numbers[1] << 11
    return {
        "jr": numbers[0] << 21 | 8,
        "jalr": numbers[0] << 21 | 31 << 11 | 9,
        "lui": 0x3C000000 | numbers[0] << 16 | numbers[-1],
        "add": numbers[1 % len(numbers)] << 21 | numbers[-1] << 16 | numbers[0] << 11 | 0x20,
    }[name]


def assemble(text: str, addr: int, order: Literal["little", "big"]) -> bytes:
    """The bytes of instructions, separated by ";"."""
    lines = text.split(";")
    words = (_word(line, addr + 4 * n) for n, line in enumerate(lines))
    return b"".join(word.to_bytes(4, order) for word in words)
