"""O_ flags between asm-generic's numbers, which handlers see, and an architecture's own."""

from __future__ import annotations

from .abi import files as abi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .arch import Arch


def to_arch(flags: int, arch: Arch | None) -> int:
    """asm-generic's O_ flags as `arch` numbers them."""
    return _translate(flags, arch, to=True)


def from_arch(flags: int, arch: Arch | None) -> int:
    """`arch`'s O_ flags as asm-generic numbers them."""
    return _translate(flags, arch, to=False)


def _translate(flags: int, arch: Arch | None, *, to: bool) -> int:
    if arch is None or not arch.constants:
        return flags
    out = flags
    changes = []
    for name in arch.constants:
        if name.startswith("O_") and hasattr(abi, name):
            generic, own = getattr(abi, name), arch.constants[name]
            changes.append((generic, own) if to else (own, generic))
    for old, _ in changes:
        out &= ~old
    for old, new in changes:
        if flags & old == old:
            out |= new
    return out
