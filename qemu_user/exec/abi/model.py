"""What an ABI says about integers, pointers and signals."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar, Self


class DataModel:
    """What an ABI says about scalars: `DataModel(8)`, `DataModel(4, ">")` for big-endian 32 bits.

    `word` is the size of long and of pointers, in bytes; `order` is "<" or ">"; a scalar is aligned
    to its size but never to more than `align64` bytes (4 on i386, 2 on m68k, 8 elsewhere).
    `signals` is the family whose own numbers signals and others have ("mips"), or "".
    `register` is the size of general registers, in bytes: more than a word's where an ABI leaves
    half of them unused for long and pointers.
    Equal arguments give the same object, so models compare and hash by identity.
    """

    __slots__ = ("align64", "order", "register", "signals", "word")
    word: int
    order: str
    align64: int
    signals: str
    register: int
    _known: ClassVar[dict[tuple[int, str, int, str, int], Self]] = {}

    def __new__(
        cls, word: int, order: str = "<", align64: int = 8, signals: str = "", register: int = 0
    ) -> Self:
        """The one object for these values; ValueError if Linux has no such model."""
        key = (word, order, align64, signals, register or word)
        model = cls._known.get(key)
        if model is None:
            if word not in (4, 8) or order not in ("<", ">") or align64 not in (2, 4, 8):
                raise ValueError(f"no such data model: {key}")
            model = cls._known[key] = object.__new__(cls)
            model.word, model.order, model.align64, model.signals, model.register = key
        return model

    @property
    def sigset_size(self) -> int:
        """Bytes of a sigset_t."""
        return 16 if self.signals == "mips" else 8

    @property
    def unlimited(self) -> int:
        """RLIM_INFINITY of getrlimit(2)."""
        bits = 31 if self.word == 4 and self.signals else 8 * self.word
        return (1 << bits) - 1

    @property
    def socket_level(self) -> int:
        """SOL_SOCKET, which control messages have as well."""
        return 0xFFFF if self.signals else 1

    def signal_to_guest(self, signo: int) -> int:
        """The number of a signal that most architectures call `signo`."""
        if not self.signals:
            return signo
        from .signames import numbers_of

        return numbers_of(self.signals)[0].get(signo, signo)

    def signal_to_ours(self, number: int) -> int:
        """The other way round."""
        if not self.signals:
            return number
        from .signames import numbers_of

        return numbers_of(self.signals)[1].get(number, number)

    def __repr__(self) -> str:
        return f"DataModel({self.word}, {self.order!r}, {self.align64})"
