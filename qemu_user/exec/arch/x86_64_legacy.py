"""Legacy-encoded vector instructions that the engine lacks: SHA and GFNI (SDM volume 2).

Those of SSE that stand between them are decoded, too, and NOP and LEA: what is consecutive can run
together.
"""

from __future__ import annotations

from .x86_64_vex import LONGEST, PREFIXES, SEGMENTS, Insn, forms_of, operands

# As in `x86_64_vex`, but the destination is a source as well, without `v`; and
#   D  the register with ModRM's rm is the destination, reg is more opcode
#   x  XMM0 is a source
#   N  it does nothing; l  LEA
_NEW = {
    2: "n:c8-ca:Fa n:cb:Fax n:cc-cd:Fa 6:cf:Fa",
    3: "n:cc:Fai 6:ce-cf:Fai",
}
_SSE = {
    1: """
        n6:10:F n6:11:FS n6:14-15:Fa n6:28:Fa n6:29:FSa n6:54-57:Fa 6:60-6d:Fa 6:6f:Fa 3:6f:F
        632:70:Fai 6:71-73:-Din 6:74-76:Fa 6:7f:FSa 3:7f:FS n6:c6:Fai 6:d1-d5:Fa 6:d8-e5:Fa
        6:e8-ef:Fa 2:f0:Fm 6:f1-f6:Fa 6:f8-fe:Fa
    """,
    2: "6:00-0b:Fa 6:1c-1e:Fa 6:28-29:Fa 6:2b:Fa 6:37-40:Fa 6:db-df:Fa",
    3: "6:0c-0f:Fai 6:44:Fai",
}
NEW, SSE = forms_of(_NEW), forms_of(_SSE)
_GROUPS = {0x71: (2, 4, 6), 0x72: (2, 4, 6), 0x73: (2, 3, 6, 7)}
_MANDATORY = {0x66: PREFIXES["6"], 0xF3: PREFIXES["3"], 0xF2: PREFIXES["2"]}
_MAPS = {0x38: 2, 0x3A: 3}
_NOP, _LONG_NOP, _LEA = 0x90, 0x1F, 0x8D


def decode(code: bytes, bits: int, *, sse: bool = False) -> Insn | None:
    """The instruction that `code` begins with; None when it is none of the new ones.

    `sse`: nor of those beside them.
    """
    try:
        return _decode(code, bits, sse)
    except IndexError:
        return None


def _decode(code: bytes, bits: int, sse: bool) -> Insn | None:
    insn = Insn()
    insn.segment, insn.narrow, insn.pp = "", bits == 32, 0
    at = rex = 0
    while code[at] in SEGMENTS or code[at] in _MANDATORY:
        if code[at] in _MANDATORY:
            if insn.pp:
                return None
            insn.pp = _MANDATORY[code[at]]
        else:
            insn.segment = SEGMENTS[code[at]] or (insn.segment if bits == 64 else "")
        at += 1
    if bits == 64 and code[at] & 0xF0 == 0x40:
        rex, at = code[at], at + 1
    if code[at] != 0x0F or code[at + 1] == _LONG_NOP:
        return _plain(insn, code, at, bits, rex) if sse else None
    insn.map = _MAPS.get(code[at + 1], 1)
    at += 1 if insn.map == 1 else 2
    insn.opcode, insn.legacy = code[at], True
    insn.form = form = NEW.get(insn.key, "") or (SSE.get(insn.key, "") if sse else "")
    if not form:
        return None
    insn.wide, insn.long, insn.vvvv, insn.imm = False, False, 0, 0
    at = operands(insn, code, at + 1, bits, rex)
    if "i" in form:
        insn.imm, at = code[at], at + 1
    insn.length = at
    if at > LONGEST or ("n" in form and insn.rm < 0) or ("m" in form and insn.rm >= 0):
        return None
    if "D" in form and insn.ext not in _GROUPS[insn.opcode]:
        return None
    if insn.base == -2:
        insn.disp += at
    return insn


def _plain(insn: Insn, code: bytes, at: int, bits: int, rex: int) -> Insn | None:
    """NOP, or LEA of the general registers' whole size or half of it."""
    insn.map, insn.opcode, insn.legacy = 0, code[at], True
    insn.wide, insn.long, insn.vvvv, insn.imm = bool(rex & 8), False, 0, 0
    if insn.opcode == _NOP and not rex and insn.pp < 2:
        insn.form, insn.length, insn.rm, insn.segment = "-N", at + 1, 0, ""
        return insn
    insn.form = "-l" if insn.opcode == _LEA else "-N"
    if insn.opcode == _NOP or (insn.form == "-l" and (insn.pp or insn.segment)):
        return None
    if insn.opcode not in (_LEA, 0x0F):
        return None
    insn.length = operands(insn, code, at + (1 if insn.form == "-l" else 2), bits, rex)
    if insn.form == "-N":
        insn.segment = ""
    elif insn.rm >= 0:
        return None
    if insn.base == -2:
        insn.disp += insn.length
    return insn if insn.length <= LONGEST else None
