"""Which bytes are user-interrupt instructions."""

from __future__ import annotations

import pytest

from qemu_user.uintr.instructions import CLUI, SENDUIPI, STUI, TESTUI, UIRET, decode


@pytest.mark.parametrize(
    ("code", "operation"),
    [
        ("f30f01ec", UIRET),
        ("f30f01ed", TESTUI),
        ("f30f01ee", CLUI),
        ("f30f01ef", STUI),
        ("66f30f01ef", STUI),
        ("f3660f01ef", STUI),
        ("f34f0f01ee", CLUI),
        ("f2f30f01ee", CLUI),
        ("2e3664f30f01ee", CLUI),
        ("67f3480f01ed", TESTUI),
        *((f"f30fc7{0xF0 + n:02x}", SENDUIPI + n) for n in range(8)),
        *((f"f3410fc7{0xF0 + n:02x}", SENDUIPI + 8 + n) for n in range(8)),
        ("f3480fc7f3", SENDUIPI + 3),
        ("66f3490fc7f3", SENDUIPI + 11),
        ("f341660fc7f3", SENDUIPI + 3),  # REX counts only right before the opcode
        ("f341480fc7f3", SENDUIPI + 3),
        ("66" * 11 + "f30f01ef", STUI),
    ],
)
def test_ours(code: str, operation: int) -> None:
    size = len(code) // 2
    assert decode(bytes.fromhex(code)) == (operation, size)
    assert decode(bytes.fromhex(code + "cc" * (15 - size))) == (operation, size)
    for short in range(size):
        assert decode(bytes.fromhex(code)[:short]) is None


@pytest.mark.parametrize(
    "code",
    [
        "0f01ee",  # RDPKRU
        "0f01ef",  # WRPKRU
        "660f01ef",
        "f30f01eb",
        "f30f01f0",
        "f3f20f01ee",
        "f0f30f01ee",  # LOCK
        "f3f00fc7f0",
        "f30fc7f8",  # RDPID
        "0fc7f0",  # RDRAND
        "f30fc730",  # VMXON: a memory operand
        "f30fc7ef",
        "48f30fc6f0",
        "f3900f01ee",
        "66" * 12 + "f30f01ef",  # longer than an instruction may be
    ],
)
def test_not_ours(code: str) -> None:
    assert decode(bytes.fromhex(code)) is None
