"""Where `engine_straight` replaces what, in the engine's library for hosts of x86_64.

What is checked is unicorn 2.1.3's code as distributed.
"""

from __future__ import annotations

PRIME = 18446744073709551557  # the greatest of 64 bits
# By what the functions' names end in: their code, one after the other, as a little-endian number
# modulo PRIME (a checksum that needs no module at start-up), and size:place of each
PLACES = {
    "aarch64": (0x50A315019C6E071B, "86:70 93:76 55:50 59:54 571:51 695:417"),
    "arm": (0x19F1BF3EBC00D056, "86:73 94:77 55:50 59:54 567:51 695:417"),
    "m68k": (0x2D5F1FEC98CDBE90, "117:103 94:77 90:85 59:54 526:56 695:417"),
    "mips": (0x1BB2DB8FC21499D9, "86:73 94:77 55:50 59:54 526:56 695:417"),
    "mips64": (0xA555DBCB246115D8, "86:70 93:76 55:50 59:54 538:57 695:417"),
    "mips64el": (0x2D135917120BF51E, "86:70 93:76 55:50 59:54 538:57 695:417"),
    "mipsel": (0xDEEE052CC200B756, "86:73 94:77 55:50 59:54 526:56 695:417"),
    "ppc": (0x5284EB07159736D8, "86:73 94:77 55:50 59:54 526:56 695:417"),
    "ppc64": (0xFE59234FB25E0F91, "86:70 93:76 55:50 59:54 538:57 695:417"),
    "riscv32": (0x4D8556385860DB47, "117:103 94:77 90:85 59:54 526:56 695:417"),
    "riscv64": (0xB69A3797F0D5CFEA, "117:105 93:76 90:85 59:54 538:57 695:417"),
    "s390x": (0x46ACCEA016EB3089, "86:70 93:76 55:50 59:54 538:57 695:417"),
    "sparc": (0xAEF94823BEFC1C0D, "117:103 94:77 90:85 59:54 526:56 695:417"),
    "sparc64": (0x1F29B20F952A5AC8, "117:105 93:76 90:85 59:54 538:57 695:417"),
    "x86_64": (0xBCFAF77F6ED6B4D2, "86:70 93:76 55:50 59:54 538:57 695:417"),
}
# And where `engine_access` does, from the translator's main function on: its calls of the function
# that writes an instruction, for loads and for stores, and the byte that is 1 if the host has BMI2.
ACCESSES = {
    "aarch64": (0x819, 0x1D6C, 0xF93F7F),
    "arm": (0x808, 0x1D4C, 0x1068B04),
    "m68k": (0x808, 0x1D3C, 0xE3906F),
    "mips": (0x808, 0x1D4C, 0xE291F5),
    "mips64": (0x819, 0x1D6C, 0xC2A90D),
    "mips64el": (0x819, 0x1D6C, 0xB1A309),
    "mipsel": (0x808, 0x1D4C, 0xD29DB1),
    "ppc": (0x819, 0x1D34, 0x910353),
    "ppc64": (0x819, 0x1D34, 0x7FED19),
    "riscv32": (0x819, 0x1D34, 0x700259),
    "riscv64": (0x819, 0x1D34, 0x686F10),
    "s390x": (0x819, 0x1D6C, 0x60B7E7),
    "sparc": (0x808, 0x1D3C, 0xA0A335),
    "sparc64": (0x819, 0x1D34, 0x9922AC),
    "x86_64": (0x819, 0x1D34, 0x111CDED),
}
