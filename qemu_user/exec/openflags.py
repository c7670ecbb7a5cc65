"""O_ flags between asm-generic's numbers, which handlers see, and an architecture's own."""

from __future__ import annotations

from .abi import files as abi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .arch import Arch

_changes: dict[str, list[tuple[int, int]]] = {}  # by architecture


def to_arch(flags: int, arch: Arch | None) -> int:
    """asm-generic's O_ flags as `arch` numbers them."""
    return _translate(flags, arch, to=True)


def from_arch(flags: int, arch: Arch | None) -> int:
    """`arch`'s O_ flags as asm-generic numbers them."""
    return _translate(flags, arch, to=False)


def _translate(flags: int, arch: Arch | None, *, to: bool) -> int:
    if arch is None or not arch.constants:
        return flags
    changes = _changes.get(arch.name)
    if changes is None:
        changes = _changes[arch.name] = _differences(arch)
    if not changes:
        return flags
    pairs = changes if to else [(own, generic) for generic, own in changes]
    out = flags
    for old, _ in pairs:
        out &= ~old
    for old, new in pairs:
        if flags & old == old:
            out |= new
    return out


def _differences(arch: Arch) -> list[tuple[int, int]]:
    """(asm-generic's bits, the architecture's) of the flags that differ, without common bits."""
    pairs = [
        (getattr(abi, name), own)
        for name, own in arch.constants.items()
        if name.startswith(("O_", "FASYNC")) and hasattr(abi, name)
    ]
    return [
        (ours, own) if ours.bit_count() == 1 else (ours & ~own, own & ~ours) for ours, own in pairs
    ]


def action_flags(flags: int, arch: Arch, back: bool = False) -> int:
    """The flags of a sigaction in ours of an architecture's; `back`: the other way round."""
    from .abi import signals

    out = flags
    pairs = [(v, getattr(signals, n)) for n, v in arch.constants.items() if n.startswith("SA_")]
    for pair in pairs:
        out &= ~pair[back]
    for pair in pairs:
        if flags & pair[back]:
            out |= pair[not back]
    return out
