"""SSE2's integer instructions as functions of the engine's, without waiting for stores.

The engine keeps a vector register as two halves, and moves and fills registers by them. Its
functions load all 16 bytes at once, which a processor can't take from two stores that are still
under way, so that each load waits for a dozen cycles; and some are loops. In their place: two
halves loaded, the host's own instruction, all 16 bytes stored, from which halves can be taken.
Those for which there is no room jump to what others leave.
"""

from __future__ import annotations

from .mend import Mend

_SIZE = 0x3B38  # of the functions, which stand together; places are from the first one on
# place: opcode after 66 0F
_SHIFTS = {
    0x0: 0xD1, 0x60: 0xE1, 0xC0: 0xF1, 0x120: 0xD2, 0x150: 0xE2, 0x170: 0xF2, 0x1A0: 0xD3, 0x1F0:
    0xF3,
}  # fmt: skip
_WIDE = {
    0x580: 0xDC, 0x600: 0xEC, 0x680: 0xD8, 0x6D0: 0xE8, 0x750: 0xDD, 0x7D0: 0xED, 0x8A0: 0xD9,
    0x910: 0xE9, 0xAD0: 0xE4, 0xB20: 0xE5, 0xB90: 0xF4, 0xBB0: 0xF5, 0xC20: 0xF6, 0x34A0: 0x63,
    0x3660: 0x67, 0x3840: 0x6B, 0x3940: 0x60, 0x39E0: 0x61, 0x3A50: 0x68, 0x3AF0: 0x69,
}  # fmt: skip
_NARROW = {
    0x500: 0xFC, 0x510: 0xFD, 0x520: 0xFE, 0x530: 0xD4, 0x540: 0xF8, 0x550: 0xF9, 0x560: 0xFA,
    0x570: 0xFB, 0x9E0: 0xDA, 0x9F0: 0xDE, 0xA00: 0xEA, 0xA10: 0xEE, 0xA20: 0xDB, 0xA30: 0xDF,
    0xA40: 0xEB, 0xA50: 0xEF, 0xA60: 0x64, 0xA70: 0x65, 0xA80: 0x66, 0xA90: 0x74, 0xAA0: 0x75,
    0xAB0: 0x76, 0xAC0: 0xD5, 0xB70: 0xE0, 0xB80: 0xE3,
}  # fmt: skip
# What the longest of them leave, in pieces of 24 bytes
_ROOM = (*range(0x34C0, 0x3640, 24), *range(0x3680, 0x3758, 24))

_FIRST = bytes.fromhex("f30f7e06 0f164608")  # movq xmm0, [rsi]; movhps xmm0, [rsi + 8]
_SECOND = bytes.fromhex("f30f7e0a 0f164a08 660f")  # movq xmm1, [rdx]; movhps xmm1, [rdx + 8]
# movd xmm1, [rdx]; movd xmm2, [rdx + 4]; punpckldq xmm1, xmm2
_COUNT = bytes.fromhex("660f6e0a 660f6e5204 660f62ca 660f")
_STORE = bytes.fromhex("c1 0f1106 c3")  # xmm0, xmm1; movups [rsi], xmm0; ret


def _pieces() -> dict[int, tuple[bytes, bytes]]:
    shift, both = _FIRST + _COUNT, _FIRST + _SECOND
    found = {at: (b"", shift + bytes((code,)) + _STORE) for at, code in _SHIFTS.items()}
    found |= {at: (b"", both + bytes((code,)) + _STORE) for at, code in _WIDE.items()}
    for room, (at, code) in zip(_ROOM, _NARROW.items(), strict=True):
        found[at] = b"", b"\xe9" + (room - at - 5).to_bytes(4, "little")  # jmp
        found[room] = b"", both + bytes((code,)) + _STORE
    return found


VECTORS = Mend(
    symbol="helper_psrlw_xmm_x86_64",
    machine="x86_64",
    before=0,
    size=_SIZE,
    checksum=0xFBE642506316B7B3,
    after=0x7392B0F4D4CFD8E1,
    pieces=_pieces(),
    required=False,
)
