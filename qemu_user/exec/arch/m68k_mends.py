"""Infinities of m68k's floating point, which the engine takes for NaN."""

from __future__ import annotations

from .mend import Mend

# Where the library has that function, the first of these and their end
_ADD, _START, _END = 0x6CFC40, 0x6CF6DD, 0x6D644A
# The most significant bit of a mantissa may be 0 where the exponent isn't: in infinities it is. All
# operations refused such numbers. Now all but conversions to integers go where they go when it is
# 1, and look at the exponent alone. Place, code as distributed, and as it must be.
_JUMPS = """
    6cf6dd:4885ff781e6685c07441:6685c07446eb1c909090
    6cf7dd:4885ff781e6685c07449:6685c0744eeb1c909090
    6cf8f7:4885ff78246685d2745f:6685d27464eb22909090 6cfa13:0f85a7000000:0f853f000000
    6cfc4f:750d:7500 6cfc51:4885d27822f7c1ff7f0000741a:f7c1ff7f0000741feb1d909090 6cfcbf:750d:7500
    6cfcc1:4885d27822f7c1ff7f0000741a:f7c1ff7f0000741feb1d909090
    6cfd29:4885ff782af7c6ff7f00007422:f7c6ff7f00007427eb25909090 6cfd69:75cb:7565
    6cff97:4885ff7834f7c6ff7f0000742c:f7c6ff7f00007431eb2f909090 6cffde:75c4:7570
    6d04fa:4885ff7831f7c6ff7f00000f8495000000:f7c6ff7f00000f849a000000eb28909090
    6d0536:4885d20f88a9000000:6685c00f85a9000000 6d0aa6:4885ff782d6685d27470:6685d27475eb2b909090
    6d0fd0:4885ff7823f7c6ff7f00007443:f7c6ff7f00007448eb1e909090 6d1003:75d8:7533 6d102b:75b0:751f
    6d1090:4885ff7823f7c6ff7f00007463:f7c6ff7f00007468eb1e909090 6d10c3:75d8:754b 6d110b:7590:751b
    6d11a0:4885ff7823f7c6ff7f00007473:f7c6ff7f00007478eb1e909090 6d11d3:75d8:755b 6d122b:7580:751b
    6d12b0:4885ff782bf7c6ff7f0000744b:f7c6ff7f00007450eb26909090 6d12ed:75ce:7531 6d1315:75a6:751a
    6d135d:4885ff7826f7c6ff7f00007456:f7c6ff7f0000745beb21909090 6d1393:75d5:755b 6d13cb:759d:7537
    6d145d:4885ff7826f7c6ff7f00000f8482000000:f7c6ff7f00000f8487000000eb1d909090 6d1493:75d9:7573
    6d14fb:0f856dffffff:0f851b000000
    6d15cd:4885ff7826f7c6ff7f00000f8482000000:f7c6ff7f00000f8487000000eb1d909090 6d1603:75d9:7573
    6d166b:0f856dffffff:0f851b000000 6d173d:4885ff7826f7c6ff7f0000744e:f7c6ff7f00007453eb21909090
    6d1775:75d3:7539 6d17a5:75a3:751f 6d5f63:4885ff7828f7c6ff7f00007470:f7c6ff7f00007475eb23909090
    6d5f9b:75d3:7553 6d5feb:7583:750f
    6d608a:4885ff7829f7c6ff7f00000f8485000000:f7c6ff7f00000f848a000000eb20909090 6d60c3:75d6:7573
    6d612b:0f856affffff:0f8517000000 6d6440:4885ff781b6685c07436:6685c0743beb19909090
"""


def _pieces() -> dict[int, tuple[bytes, bytes]]:
    found = {}
    for entry in _JUMPS.split():
        place, old, new = entry.split(":")
        found[int(place, 16) - _START] = bytes.fromhex(old), bytes.fromhex(new)
    return found


INFINITIES = Mend(
    symbol="floatx80_add_m68k",
    machine="x86_64",
    before=_ADD - _START,
    size=_END - _START,
    pieces=_pieces(),
    required=False,
)
