"""What is wrong in the engine's s390x, and how its library is made right on x86-64 hosts."""

from __future__ import annotations

from .mend import Mend

# RISBHG and RISBLG number the bits of a half from 0 to 31. Where the translator makes one deposit
# of them it counts from the wrong end: below the field are 63 - I4 bits in the upper half, 31 - I4
# in the lower one.
_HALVES = Mend(
    symbol="s390x_translate_init",
    machine="x86_64",
    before=0x1CDD2,
    size=0x160,
    pieces={
        0: (bytes.fromhex("4080ff5d"), bytes.fromhex("4080ff51")),  # cmp dil, the operation
        0x152: (bytes.fromhex("41bf5f000000"), bytes.fromhex("41bf1f000000")),  # mov r15d, ...
    },
    required=False,
)
# Condition codes of signed sums and differences: those that overflow to zero, or whose minuend is
# zero, did not count as overflows.
OVERFLOW = Mend(
    symbol="calc_cc",
    machine="x86_64",
    before=0x510,
    size=0x510,
    pieces={  # setg -> setge, jle -> jl
        0x82: (bytes.fromhex("0f8e30040000"), bytes.fromhex("0f8c30040000")),
        0x253: (bytes.fromhex("7e09"), bytes.fromhex("7c09")),
        0x16C: (bytes.fromhex("0f9fc1"), bytes.fromhex("0f9dc1")),
        0x267: (bytes.fromhex("0f9fc0"), bytes.fromhex("0f9dc0")),
        0x4C0: (bytes.fromhex("0f9fc0"), bytes.fromhex("0f9dc0")),
        0x4DA: (bytes.fromhex("0f9fc1"), bytes.fromhex("0f9dc1")),
    },
    required=False,
)

_PRIVILEGED = 0x20  # of an entry's flags: such instructions reach `s390x_newer.emulate`


def _entry(
    at: int, head: str, new: str, pointers: dict[int, tuple[int, int]] | None = None
) -> Mend:
    """An entry of the translator's table, as distributed and as it must be from its opcode on.

    Its eighth byte is not used. Pointers follow: name, operands, preparation, result, and others.
    """
    return Mend(
        symbol="s390x_translate_init",
        machine="x86_64",
        before=-at,
        size=72,
        pieces={0: (bytes.fromhex(head), bytes.fromhex(new))},
        pointers=pointers,
        required=False,
    )


MENDS = (
    OVERFLOW,
    _HALVES,
    # SQXBR had no place for its result: translating it ended the process
    _entry(0x410608, "16b3080012011800", "16b3080012011801", {32: (-0x1B380, -0x1AAD0)}),
    # LOCFHR took the lower half of its operand
    _entry(0x40D9E0, "e0b9000016310000", "e0b9000016310001", {24: (-0x17590, -0x1AE00)}),
    # STCK, STCKF and STCKE read a clock that stands; POPCNT knows no counts of whole registers
    _entry(0x410E30, "05b2000026010000", "05b2200026010000"),
    _entry(0x410E78, "7cb2000026180000", "7cb2200026180000"),
    _entry(0x410EC0, "78b2000026010000", "78b2200026010000"),
    _entry(0x40FAC8, "e1b90000122a0000", "e1b92000122a0000"),
    Mend(  # VISTR took the size of elements from a field that it does not have
        symbol="s390x_translate_init",
        machine="x86_64",
        before=0x148B0,
        size=0x20,
        pieces={0xA: (bytes.fromhex("8b474c8b5750"), bytes.fromhex("8b47488b5750"))},
        required=False,
    ),
)
