"""Processor models of x86, and what CPUID and /proc/cpuinfo say of each (SDM volume 2, CPUID).

What a model lacks is illegal, with exceptions: the default one has AVX and what needs it without
saying so, and the engine asks for no feature at SSE3's, SSE4a's, LAHF and CMPXCHG16B.
"""

from __future__ import annotations

import os

from . import ANY, x86_64_host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..process import Process
    from . import Arch

    Key = tuple[int, int]
    Answer = tuple[int, int, int, int]

_EAX, _EBX, _ECX, _EDX = 0, 1, 2, 3
_BASE, _MORE, _MOST, _EXTENDED = (1, ANY), (7, 0), (7, 1), (0x80000001, ANY)
_STATE = 13, 0
# name -> leaf, register, bit
FEATURES = {
    "pni": (_BASE, _ECX, 0),
    "pclmulqdq": (_BASE, _ECX, 1),
    "ssse3": (_BASE, _ECX, 9),
    "fma": (_BASE, _ECX, 12),
    "cx16": (_BASE, _ECX, 13),
    "sse4_1": (_BASE, _ECX, 19),
    "sse4_2": (_BASE, _ECX, 20),
    "movbe": (_BASE, _ECX, 22),
    "popcnt": (_BASE, _ECX, 23),
    "aes": (_BASE, _ECX, 25),
    "xsave": (_BASE, _ECX, 26),
    "avx": (_BASE, _ECX, 28),
    "f16c": (_BASE, _ECX, 29),
    "rdrand": (_BASE, _ECX, 30),
    "fsgsbase": (_MORE, _EBX, 0),
    "bmi1": (_MORE, _EBX, 3),
    "avx2": (_MORE, _EBX, 5),
    "bmi2": (_MORE, _EBX, 8),
    "adx": (_MORE, _EBX, 19),
    "clflushopt": (_MORE, _EBX, 23),
    "clwb": (_MORE, _EBX, 24),
    "sha_ni": (_MORE, _EBX, 29),
    "gfni": (_MORE, _ECX, 8),
    "vaes": (_MORE, _ECX, 9),
    "vpclmulqdq": (_MORE, _ECX, 10),
    "avx_vnni": (_MOST, _EAX, 4),
    "lahf_lm": (_EXTENDED, _ECX, 0),
    "abm": (_EXTENDED, _ECX, 5),
    "sse4a": (_EXTENDED, _ECX, 6),
    "rdtscp": (_EXTENDED, _EDX, 27),
}
_ALIASES = {"sse3": "pni", "lzcnt": "abm"}
_NEED_AVX = ("avx2", "f16c", "fma", "vaes", "vpclmulqdq", "avx_vnni")
# Not the engine's: there where the host's processor has them
SUPPLIED = ("avx", "sha_ni", "gfni", *_NEED_AVX)
_NATIVE = tuple(name for name in FEATURES if name not in SUPPLIED)
_NEHALEM = ("pni", "ssse3", "cx16", "sse4_1", "sse4_2", "popcnt", "lahf_lm")
_HASWELL = (
    *_NEHALEM,
    *("avx", "avx2", "f16c", "fma", "bmi1", "bmi2", "movbe", "abm", "aes", "pclmulqdq"),
    *("xsave", "rdrand", "fsgsbase", "rdtscp"),
)


class Model:
    """A processor by its name."""

    def __init__(self, features: tuple[str, ...], about: str = "", signature: int = 0) -> None:
        self.features = features
        self.brand, _, self.vendor = about.partition(", of ")  # as the engine has them if empty
        self.signature = signature  # family, model and stepping as CPUID has them


DEFAULT = "EPYC-Rome"
MODELS = {
    DEFAULT: Model((*_NATIVE, "sha_ni")),
    "max": Model(tuple(FEATURES)),
    "Haswell-noTSX": Model(
        _HASWELL, "Intel Core Processor (Haswell, no TSX), of GenuineIntel", 0x306C1
    ),
    "Nehalem": Model(
        _NEHALEM, "Intel Core i7 9xx (Nehalem Class Core i7), of GenuineIntel", 0x106A3
    ),
    "qemu64": Model(
        ("pni", "cx16", "lahf_lm"), "QEMU Virtual CPU version 2.5+, of AuthenticAMD", 0x60FB1
    ),
}
_OSXSAVE = 1 << 27
_AVX_STATE = 6  # of XCR0: the kernel keeps all of vector registers
_XSAVE_SIZE = 832  # bytes, with the upper halves of the vector registers
# The engine's words by leaf and register: where they are, in bytes from the first general register
_WORDS = {
    (_BASE, _ECX): 0x1608,
    (_MORE, _EBX): 0x1610,
    (_EXTENDED, _EDX): 0x1630,
    (_EXTENDED, _ECX): 0x1638,
}


def _name(text: str) -> str:
    plain = text.replace("-", "_").replace(".", "_")
    return _ALIASES.get(plain, plain)


def host_features() -> frozenset[str]:
    """Those of the host's processor; none where that is another one."""
    if not _host:
        words = x86_64_host.words()
        places = {(_BASE, _ECX): 0, (_MORE, _EBX): 1, (_MORE, _ECX): 2, (_MOST, _EAX): 3}
        has = {
            name
            for name, (leaf, register, bit) in FEATURES.items()
            if words and (leaf, register) in places and words[places[leaf, register]] >> bit & 1
        }
        if not words or words[4] & _AVX_STATE != _AVX_STATE:
            has -= {"avx", *_NEED_AVX}
        _host.append(frozenset(has))
    return _host[0]


_host: list[frozenset[str]] = []


def advertised(arch: Arch) -> frozenset[str]:
    """The features that CPUID says it has, of those that are listed here."""
    model, changes = arch.chosen
    found = set(MODELS[model].features)
    for text, on in changes.items():
        name = _name(text)
        (found.add if on else found.discard)(name)
        if on and name in _NEED_AVX:
            found.add("avx")
    if "avx" not in found:
        found -= set(_NEED_AVX)
    return frozenset(found.difference(SUPPLIED) | found & host_features())


def hidden(arch: Arch) -> frozenset[str]:
    """The features whose instructions are illegal though they could be done."""
    lacking = set(FEATURES) - advertised(arch)
    model, changes = arch.chosen
    if model in (DEFAULT, "max"):
        lacking = {_name(text) for text, on in changes.items() if not on}
        if "avx" in lacking:
            lacking.update(_NEED_AVX)
    return frozenset(lacking)


def choose(arch: Arch, model: str, changes: Mapping[str, bool]) -> None:
    """Have `arch` be this model with features added or left out; LookupError names an unknown."""
    for text in changes:
        if _name(text) not in FEATURES:
            raise LookupError(text)
    arch.chosen = model, changes
    words: dict[tuple[Key, int], int] = {}
    for name in hidden(arch):
        leaf, register, bit = FEATURES[name]
        if (leaf, register) in _WORDS:
            word = words.get((leaf, register), arch.cpuid[leaf][register])
            words[leaf, register] = word & ~(1 << bit)
    engine, first = arch.engine, arch.registers.general[0]
    for index, (place, word) in enumerate(words.items()):
        engine.beside = {**engine.beside, f"features{index}": (first, _WORDS[place], 8)}
        engine.start = {**engine.start, f"features{index}": word}


def identity(arch: Arch) -> Mapping[Key, Answer]:
    """What CPUID answers, by leaf and subleaf, where the engine doesn't."""
    answers = {leaf: list(answer) for leaf, answer in arch.cpuid.items()}
    has = advertised(arch)
    for name, (leaf, register, bit) in FEATURES.items():
        answers[leaf][register] = answers[leaf][register] & ~(1 << bit) | (name in has) << bit
    if "avx" in has:
        answers[_BASE][_ECX] |= _OSXSAVE
        answers[_STATE][_EBX] = _XSAVE_SIZE
    answers[_MORE][_EAX] = int("avx_vnni" in has)  # the last subleaf
    model = MODELS[arch.chosen[0]]
    if model.signature:
        vendor = model.vendor.encode()
        answers[_BASE][_EAX] = answers[_EXTENDED][_EAX] = model.signature
        answers[0, ANY] = [13, *(_word(vendor, at) for at in (0, 8, 4))]
        brand = model.brand.encode()
        for part in range(3):
            words = [_word(brand, 16 * part + at) for at in range(0, 16, 4)]
            answers[0x80000002 + part, ANY] = words
    return {key: (a, b, c, d) for key, (a, b, c, d) in answers.items()}


def _word(text: bytes, at: int) -> int:
    return int.from_bytes(text[at : at + 4], "little")


def cpuinfo(p: Process) -> str:
    """/proc/cpuinfo of the processor that guests run on (man 5 proc)."""
    arch = p.arch
    has = advertised(arch)
    known = [flag for flag in arch.cpu_flags.split() if flag not in FEATURES or flag in has]
    known += sorted(has.difference(known))
    flags = " ".join((*known, *(flag for e in p.extensions for flag in e.cpuinfo_flags)))
    model = MODELS[arch.chosen[0]]
    signature = model.signature or arch.cpuid[_BASE][_EAX]
    family = (signature >> 8 & 15) + (signature >> 20 & 255)
    number = signature >> 4 & 15 | signature >> 12 & 0xF0
    count = os.cpu_count() or 1
    about = (
        f"vendor_id\t: {model.vendor or 'AuthenticAMD'}\ncpu family\t: {family}\n"
        f"model\t\t: {number}\nmodel name\t: {model.brand or 'AMD EPYC-Rome Processor'}\n"
        f"stepping\t: {signature & 15}\ncpu MHz\t\t: 2000.000\n"
        "cache size\t: 512 KB\nphysical id\t: 0\n"
        f"siblings\t: {count}\ncpu cores\t: {count}\n"
        "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: 13\nwp\t\t: yes\n"
        f"flags\t\t: {flags}\nbugs\t\t:\nbogomips\t: 4000.00\nclflush size\t: 64\n"
        "cache_alignment\t: 64\naddress sizes\t: 40 bits physical, 48 bits virtual\n"
        "power management:\n\n"
    )
    return "".join(f"processor\t: {n}\n{about}" for n in range(count))
