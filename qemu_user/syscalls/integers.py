"""Parameter types that are integers: their words, their decoding, what they mean."""

from __future__ import annotations

from ..exec.files import FIRST_RESERVED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..exec.arch import Arch


class Kind:
    """One parameter's type. `show` names the way strace prints it; `on_exit`: after the call."""

    __slots__ = ("on_exit", "show")
    words: int = 1

    def __init__(self, show: str, on_exit: bool = False) -> None:
        self.show = show
        self.on_exit = on_exit

    def place(self, slot: int, arch: Arch) -> tuple[int, int]:
        """The first argument word used when `slot` is the first free one, and the next free."""
        return slot, slot + self.words

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        """An expression of `t`, `w` (argument words), `m` (memory) and what it puts in `scope`."""
        raise NotImplementedError


class Integer(Kind):
    """A C integer of `bits` (0: a long, which fills a register); wider ones are truncated."""

    __slots__ = ("bits", "signed")

    def __init__(self, bits: int, signed: bool, show: str = "int") -> None:
        super().__init__(show)
        self.bits = bits
        self.signed = signed

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        whole = arch.model.register * 8
        bits = self.bits or whole
        raw = f"w[{at}]" if bits == whole else f"(w[{at}] & {(1 << bits) - 1:#x})"
        if not self.signed:
            return raw
        half = 1 << bits - 1
        return f"({raw} ^ {half:#x}) - {half:#x}"

    def value(self, word: int, arch: Arch) -> int:
        """What a word means; for printing."""
        bits = self.bits or arch.model.register * 8
        word &= (1 << bits) - 1
        return word - (1 << bits) if self.signed and word >> bits - 1 else word

    def code(self, arch: Arch) -> str:
        """The `struct` format of one in memory."""
        code = {8: "b", 16: "h", 32: "i", 64: "q"}[self.bits or arch.model.word * 8]
        return arch.model.order + (code if self.signed else code.upper())


class SignalNumber(Integer):
    """A signal, decoded to the number that most architectures give it."""

    __slots__ = ()

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        raw = super().decode(at, arch, scope)
        if not arch.model.signals:
            return raw
        scope[f"signal{at}"] = arch.model.signal_to_ours
        return f"signal{at}({raw})"


class Descriptor(Integer):
    """A file descriptor; those that the emulator keeps for itself are EBADF."""

    __slots__ = ()

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        fd = f"fd{at}"
        value = super().decode(at, arch, scope)
        hidden = f"t.process.files.visible({fd})"
        return f"({fd} if ({fd} := {value}) < {FIRST_RESERVED} else {hidden})"


class Id(Integer):
    """A user or group: 16 bits in the older calls of some architectures, where -1 stays -1."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(32, False, "uid")

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        if not arch.ids16:
            return super().decode(at, arch, scope)
        scope["long_id"] = _long_id
        return f"long_id(w[{at}] & 0xffff)"

    def value(self, word: int, arch: Arch) -> int:
        return _long_id(word & 0xFFFF) if arch.ids16 else super().value(word, arch)

    def code(self, arch: Arch) -> str:
        return arch.model.order + "H" if arch.ids16 else super().code(arch)


def _long_id(value: int) -> int:
    return 0xFFFFFFFF if value == 0xFFFF else value


def short_id(value: int) -> int:
    """What the older calls say of an id that 16 bits can't hold (overflowuid)."""
    return value if value <= 0xFFFF else 65534


class FileSize(Integer):
    """A size or position in a file: a word in the older calls of 32-bit architectures."""

    __slots__ = ()

    def place(self, slot: int, arch: Arch) -> tuple[int, int]:
        return _of_file(arch).place(slot, arch)

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        return _of_file(arch).decode(at, arch, scope)

    def value(self, word: int, arch: Arch) -> int:
        return _of_file(arch).value(word, arch)

    def code(self, arch: Arch) -> str:
        return _of_file(arch).code(arch)


def _of_file(arch: Arch) -> Integer:
    return _WIDE if arch.is_wide else _WORD


class Wide(Integer):
    """A 64-bit integer: on 32-bit machines two words, on an even register where pairs are aligned.

    `split`: always two words, the low one first, as preadv has it (man 2 preadv, NOTES).
    """

    __slots__ = ("split",)

    def __init__(self, signed: bool, show: str = "int", split: bool = False) -> None:
        super().__init__(64, signed, show)
        self.split = split

    def in_one(self, arch: Arch) -> bool:
        """Whether one word of the arguments has all of it."""
        return (arch.model.word if self.split else arch.model.register) == 8

    def place(self, slot: int, arch: Arch) -> tuple[int, int]:
        if self.split:
            return slot, slot + 2
        if self.in_one(arch):
            return slot, slot + 1
        if arch.syscall.aligned_pairs:
            slot += slot & 1
        return slot, slot + 2

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        if self.in_one(arch):
            return super().decode(at, arch, scope)
        low, high = (at, at + 1) if self.split or arch.model.order == "<" else (at + 1, at)
        half = " & 0xffffffff" if arch.model.register == 8 else ""
        raw = f"(w[{low}]{half} | (w[{high}]{half}) << 32)"
        return f"({raw} ^ {1 << 63:#x}) - {1 << 63:#x}" if self.signed else raw


_WIDE, _WORD = Wide(True), Integer(0, True)
