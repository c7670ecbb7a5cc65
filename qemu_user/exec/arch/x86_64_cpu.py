"""Processor models of x86-64, and what CPUID and /proc/cpuinfo say of each (SDM volume 2, CPUID).

A feature that is taken away is only not advertised: its instructions go on working.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from . import Arch

_EBX, _ECX, _EDX = 1, 2, 3
# name -> leaf, register, bit; all but WIDE are the default model's
FEATURES = {
    **dict.fromkeys(("pni", "sse3"), (1, _ECX, 0)),
    **dict.fromkeys(("sse4_1", "sse4.1", "sse4-1"), (1, _ECX, 19)),
    **dict.fromkeys(("sse4_2", "sse4.2", "sse4-2"), (1, _ECX, 20)),
    **dict.fromkeys(("abm", "lzcnt"), (0x80000001, _ECX, 5)),
    "pclmulqdq": (1, _ECX, 1),
    "ssse3": (1, _ECX, 9),
    "cx16": (1, _ECX, 13),
    "movbe": (1, _ECX, 22),
    "popcnt": (1, _ECX, 23),
    "aes": (1, _ECX, 25),
    "xsave": (1, _ECX, 26),
    "rdrand": (1, _ECX, 30),
    "fsgsbase": (7, _EBX, 0),
    "bmi1": (7, _EBX, 3),
    "bmi2": (7, _EBX, 8),
    "adx": (7, _EBX, 19),
    "clflushopt": (7, _EBX, 23),
    "clwb": (7, _EBX, 24),
    "lahf_lm": (0x80000001, _ECX, 0),
    "sse4a": (0x80000001, _ECX, 6),
    "rdtscp": (0x80000001, _EDX, 27),
    "avx": (1, _ECX, 28),
    "f16c": (1, _ECX, 29),
    "fma": (1, _ECX, 12),
    "avx2": (7, _EBX, 5),
}
_LINUX = {"sse3": "pni", "lzcnt": "abm", "sse4.1": "sse4_1", "sse4-1": "sse4_1"} | dict.fromkeys(
    ("sse4.2", "sse4-2"), "sse4_2"
)
WIDE = ("avx", "f16c", "fma", "avx2")  # they need AVX, and its state
_OSXSAVE = 1 << 27
_XSAVE_SIZE = 832  # bytes, with the upper halves of the vector registers


def choose(arch: Arch, model: str, changes: Mapping[str, bool]) -> None:
    """Have `arch` be this model with features added or left out; LookupError names an unknown."""
    for name in changes:
        if name not in FEATURES:
            raise LookupError(name)
    wanted = dict.fromkeys(WIDE, model == "max")
    wanted |= {_LINUX.get(name, name): on for name, on in changes.items()}
    if not wanted["avx"]:
        if changes.get("avx") is False:
            wanted |= dict.fromkeys(WIDE, False)
        wanted["avx"] = any(wanted[name] for name in WIDE)
    answers = {leaf: list(answer) for (leaf, _), answer in arch.cpuid.items()}
    flags = arch.cpu_flags.split()
    for name, on in wanted.items():
        leaf, register, bit = FEATURES[name]
        answers[leaf][register] = answers[leaf][register] & ~(1 << bit) | on << bit
        flags = [flag for flag in flags if flag != name] + [name] * on
    if wanted["avx"]:
        answers[1][_ECX] |= _OSXSAVE
        answers[13][_EBX] = _XSAVE_SIZE
    arch.cpu_flags = " ".join(flags)
    arch.identity = {
        (leaf, subleaf): (*answers[leaf],)  # type: ignore[misc]
        for leaf, subleaf in arch.cpuid
    }
