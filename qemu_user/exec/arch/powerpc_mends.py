"""What is wrong in the engine's PowerPC, and how its library is made right on x86-64 hosts."""

from __future__ import annotations

from .mend import Mend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_FCMPU, _START = 0xCC1A00, 0xCBEA70  # where the library has that function, and the first of these
_INVALID, _ROOM = 0xCBF200, 0xCC1FE0  # float_invalid_cvt; a function of no processor of ours
_MASK, _ADD_R13_HIGH, _ADD_R14_HIGH, _ADD_R14 = _ROOM, _ROOM + 0x18, _ROOM + 0x28, _ROOM + 0x38


def _call(at: int, to: int) -> bytes:
    return b"\xe8" + (to - at - 5).to_bytes(4, "little", signed=True)


def _saturating() -> dict[int, tuple[str, bytes]]:
    """Conversions to integers took numbers out of range for NaN: all became the least integer.

    The function that each calls for both returns -1 in RAX and RDX for positive numbers, which
    callers add to the least: that is the greatest one. Some have it in the upper half of R13 or
    R14, or in R14.
    """
    code = b"\x51" + _call(_MASK + 1, _INVALID)  # push rcx; its lowest bits are of class and sign
    code += bytes.fromhex("5931c0f6c1700f94c048f7d84889c2c3") + b"\x90\x90"
    for at, add in ((_ADD_R13_HIGH, "48c1e2204901d5"), (_ADD_R14_HIGH, "48c1e2204901d6")):
        code += b"\x50" + _call(at + 1, _MASK) + b"\x59" + bytes.fromhex(add) + b"\xc3\x90"
    code += b"\x50" + _call(_ADD_R14 + 1, _MASK) + bytes.fromhex("594901d6c3")
    pieces = {_ROOM: (_ROOM_BEFORE, code)}
    for kind, places in _CALLS.items():
        for at in places:
            to = {"r13h": _ADD_R13_HIGH, "r14h": _ADD_R14_HIGH, "r14": _ADD_R14}.get(kind, _MASK)
            pieces[at] = (_call(at, _INVALID).hex(), _call(at, to))
            if kind in _LEAST:
                old, new = _LEAST[kind]
                pieces[at + (14 if kind.startswith("[rax") else 5)] = (old, bytes.fromhex(new))
    return pieces


_LEAST = {  # what puts the least integer, and what adds it
    "eax": ("b800000080", "0500000080"),
    "ueax": ("31c0", "89c0"),
    "rax": ("48b80000000000000080", "480fbaf83f0f1f440000"),
    "urax": ("31c0", "6690"),
    "word": ("48c7c000000080", "0fbaf81f489890"),
    "store": ("c7430c00000080", "0fbaf81f89430c"),
    "ustore": ("c7430c00000000", "89430c0f1f4000"),
    "[rax+rbx]": ("48be0000000000000080", "4889d6480fbafe3f6690"),
    "[rax+rbx]u": ("48c7041800000000", "488914180f1f4000"),
}
_CALLS = {
    "eax": (0xCC0207, 0xCC0297, 0xCCAE5D),  # FCTIW, FCTIWZ, XSCVDPSXWS
    "ueax": (0xCC0327, 0xCC03A7, 0xCCB20D, 0xCCC7D8),  # FCTIWU, -UZ, XSCVDPUXWS, XSCVQPUWZ
    "rax": (0xCC041F, 0xCC049F, 0xCCAC7D, 0xCCBCB6, 0xCCC308),  # FCTID, -Z, XSCVDPSXDS, ...
    "urax": (0xCC051F, 0xCC059F, 0xCCB02D, 0xCCC036, 0xCCC648),
    "word": (0xCCC4A8,),  # XSCVQPSWZ
    "store": (0xCCBDE0,),  # XVCVSPSXWS
    "ustore": (0xCCC150,),
    "[rax+rbx]": (0xCCB3EB,),  # XVCVDPSXDS
    "[rax+rbx]u": (0xCCB83A,),
    "r13h": (0xCCB62A, 0xCCBA65),  # XVCVDPSXWS, XVCVDPUXWS: their halves
    "r14h": (0xCCB65C, 0xCCBA8F),
    "r14": (0xCCBC8D, 0xCCC006),  # XVCVSPSXDS, XVCVSPUXDS: the first of two
}
_ROOM_BEFORE = (
    "415541544c8da7dc1601004889f75548c1ef204889f54c89e6534883ec08e80dd36eff4c89e648bf"
    "00000000010000004189c5e8f8546fff4c89e24489ef89c6e80b26"
)
# XSCMPUDP and its like: not less or equal was greater, though it might be NaN
_UNORDERED = {
    0xCC7E10: (
        "4489e24189c04489e083ca0283c8044585c00f44d0",
        "85c0ba0200000075084b8d0c64b20429ca0f1f4000",
    ),
    0xCC819E: (
        "4489ea4189c04489e883ca0283c8044585c00f44d0",
        "85c0ba0200000075094b8d4c6d00b20429ca0f1f00",
    ),
    0xCC7BA5: ("c744241800500000", "c744241800100000"),
    0xCC7BC0: ("c744241005000000", "c744241001000000"),
    0xCC7EF1: ("c744241800500000", "c744241800100000"),
    0xCC7F0D: ("c744241005000000", "c744241001000000"),
}


def _exact(pieces: dict[int, tuple[str, bytes]]) -> Mend:
    unordered = {at: (old, bytes.fromhex(new)) for at, (old, new) in _UNORDERED.items()}
    return Mend(
        symbol="helper_fcmpu",
        machine="x86_64",
        before=_FCMPU - _START,
        size=0x11D40,
        pieces={
            at - _START: (bytes.fromhex(old), new)
            for at, (old, new) in sorted((pieces | unordered).items())
        },
        required=False,
    )


EXACT = _exact(_saturating())  # goes before those below, which check what it leaves


def _flushing(name: str, state: int) -> Mend:
    """MTVSCR of non-Java mode: denormal operands are zeros, too, not only results."""

    def at(offset: int) -> str:
        return (state + offset).to_bytes(4, "little").hex()

    sat, vscr, flush = at(0x408), at(0), at(0x428)
    old = f"48c787{at(0x410)}0000000089f083e0fe8987{vscr}89f0c1ee1083e00183e601488987{sat}"
    new = f"89f083e001488987{sat}31c689b7{vscr}31c0488987{at(0x410)}0fbae6100f92c088c4668987{flush}"
    return Mend(
        symbol=f"helper_mtvscr_{name}",
        machine="x86_64",
        before=0,
        size=48,
        pieces={0: (bytes.fromhex(f"{old}4088b7{flush}c3"), bytes.fromhex(f"{new}c39090"))},
        required=False,
    )


FLUSHING = _flushing("ppc", 0x112B8), _flushing("ppc64", 0x12B18)


# Unicorn 2.1.3 has the floating-point functions of 32-bit PowerPC alone. A process may go from one
# to the other (execve).
_AS_DISTRIBUTED, _MENDED = 0xC5F68B6E9528A430, 0x6771D84A44232D5F  # checksums, after `EXACT`
_DISTANCES = {
    -7120: -7200,  # exception_index
    264: 528,  # crf
    332: 640,  # msr
    **{70336 + n: 76576 + n for n in (0, 4, 8, 12)},  # vsr
    **{71396 + n: 77636 + n for n in (0, 1, 2)},  # fp_status
    71404: 77648,  # fpscr
    71472: 77728,  # error_code
}


def _mend(before: int, after: int, distances: Mapping[int, int], *, required: bool) -> Mend:
    return Mend(
        symbol="helper_fcmpu",
        machine="x86_64",
        before=_FCMPU - _START,
        size=0x11D40,
        checksum=before,
        after=after,
        distances=distances,
        spared=(0xC4C4,),
        required=required,
    )


def _refused(at: int, operations: tuple[int, ...]) -> Mend:
    """Entries of the 64-bit translator's table that become illegal, for `ppc64_supply`."""
    place = (
        (48 * n, (0x3C | 0xFF000000 | code).to_bytes(4, "little"))
        for n, code in enumerate(operations)
    )
    pieces = {n: (head + bytes(8), head + bytes(4) + b"\xff" * 4) for n, head in place}
    return Mend(
        symbol="ppc_translate_init_ppc64",
        machine="x86_64",
        before=-at,
        size=48 * len(operations),
        pieces=pieces,
        required=False,
    )


# XSMAXCDP, XSMINCDP, XSMAXJDP and XSMINJDP take the wrong registers, XVTSTDCDP and XVTSTDCSP
# leave some of the result as it was.
EXTREMES = _refused(
    0x6E0AA0, tuple(high << 16 | low << 8 for high in (0x10, 0x11, 0x12, 0x13) for low in range(4))
)
CLASSES = _refused(
    0x6DF0F0,
    tuple(high << 16 | low << 8 for high in (0x1E, 0x1F, 0x1A, 0x1B) for low in range(0x14, 0x18)),
)
WIDE = _mend(_AS_DISTRIBUTED, _MENDED, _DISTANCES, required=True)
NARROW = _mend(_MENDED, _AS_DISTRIBUTED, {n: o for o, n in _DISTANCES.items()}, required=False)
# Decimal floating point is that of 32-bit PowerPC, as well.
DECIMAL = Mend(
    symbol="helper_dadd",
    machine="x86_64",
    before=0x820,
    size=0x6230,
    checksum=0xB9753B8CCD8842CA,
    after=0xFFEBA70B8DFC0001,
    distances={71404: 77648},  # fpscr
    required=False,
)
