"""What the type of a system call's parameter knows: its words, its decoding, how to print it."""

from __future__ import annotations

from struct import Struct

from ..exec.abi.cheap import import_module
from ..exec.abi.layout import CStruct, Scalar
from .integers import Descriptor, FileSize, Id, Integer, Kind, SignalNumber, Wide, short_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from ..exec.arch import Arch

__all__ = (
    "Codec",
    "Const",
    "Descriptor",
    "FileSize",
    "Flags",
    "Id",
    "Integer",
    "Kind",
    "Named",
    "Pointing",
    "Ranged",
    "SignalNumber",
    "String",
    "Wide",
    "kind_of",
    "short_id",
)


class Named(Integer):
    """An integer whose values have names: the constants of an abi module that begin with a prefix.

    Decodes to the values of `exec.abi`, whatever numbers the architecture has for the names.
    `omit` are names that are none of them; one that ends in "_" is itself a prefix.
    """

    __slots__ = ("_tables", "module", "omit", "prefixes")

    def __init__(
        self,
        prefixes: str,
        module: str,
        *,
        bits: int = 32,
        omit: tuple[str, ...] = (),
        show: str,
        signed: bool,
    ) -> None:
        super().__init__(bits, signed, show)
        self.prefixes = tuple(prefixes.split())
        self.module = module
        self.omit = omit
        self._tables: dict[str, dict[str, int]] = {}

    def table(self, arch: Arch) -> dict[str, int]:
        """The architecture's numbers by name."""
        table = self._tables.get(arch.name)
        if table is None:
            table = {**self.generic(), **self._overrides(arch)}
            self._tables[arch.name] = table
        return table

    def generic(self) -> dict[str, int]:
        """The abi module's numbers by name."""
        found: dict[str, Any] = {}
        for name in self.module.split():
            module: ModuleType = import_module(f"...exec.abi.{name}", __name__)
            found |= {n: v for n, v in vars(module).items() if self._takes(n)}
        return {name: value for name, value in found.items() if isinstance(value, int)}

    def _takes(self, name: str) -> bool:
        if name in self.omit or not name.startswith(self.prefixes):
            return False
        return not any(name.startswith(o) for o in self.omit if o[-1] == "_")

    def _overrides(self, arch: Arch) -> dict[str, int]:
        return {n: v for n, v in arch.constants.items() if self._takes(n)}

    def _changes(self, arch: Arch) -> dict[int, int]:
        """The architecture's number -> ours, for the names whose numbers differ."""
        own = self._overrides(arch)
        if not own:
            return {}
        generic = self.generic()
        return {own[n]: generic[n] for n in own if n in generic and generic[n] != own[n]}


class Flags(Named):
    """A set of bits. `field`: the bits that hold one of several values instead (O_ACCMODE)."""

    __slots__ = ("field",)

    def __init__(
        self,
        prefixes: str,
        module: str,
        *,
        bits: int = 32,
        field: int = 0,
        omit: tuple[str, ...] = (),
        show: str = "flags",
        signed: bool = False,
    ) -> None:
        super().__init__(prefixes, module, bits=bits, omit=omit, show=show, signed=signed)
        self.field = field

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        raw = super().decode(at, arch, scope)
        changes = self._changes(arch)
        if not changes:
            return raw
        field = self.field
        values = {own: ours for own, ours in changes.items() if not (own | ours) & ~field}
        bits = {own: ours for own, ours in changes.items() if own not in values}
        translate = _flag_translator(bits)
        if values:
            plain = translate

            def translate(value: int) -> int:
                chosen = value & field
                return plain(value & ~field) | values.get(chosen, chosen)

        scope[f"flags{at}"] = translate
        return f"flags{at}({raw})"


def _flag_translator(changes: dict[int, int]) -> Callable[[int], int]:
    """From an architecture's bits to ours; combinations follow from their bits where they can."""
    single = {own: ours for own, ours in changes.items() if own.bit_count() == 1}
    if len(single) < len(changes):
        known = _flag_translator(single)
        combined = {own: ours for own, ours in changes.items() if known(own) != ours}
        changes = single | {own & ~ours: ours & ~own for own, ours in combined.items()}
    touched = 0
    for bits in changes:
        touched |= bits

    def translate(value: int) -> int:
        if not value & touched:
            return value
        out = value & ~touched
        for own, ours in changes.items():
            if value & own == own:
                out |= ours
        return out

    return translate


class Const(Named):
    """One of several values."""

    __slots__ = ()

    def __init__(
        self,
        prefixes: str,
        module: str,
        *,
        bits: int = 32,
        omit: tuple[str, ...] = (),
        show: str = "const",
        signed: bool = True,
    ) -> None:
        super().__init__(prefixes, module, bits=bits, omit=omit, show=show, signed=signed)

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        raw = super().decode(at, arch, scope)
        changes = self._changes(arch)
        if not changes:
            return raw
        # A number that lost its meaning here must not be taken for the one it has elsewhere.
        scope[f"const{at}"] = {**dict.fromkeys(changes.values(), -1), **changes}
        return f"const{at}.get({raw}, {raw})"


class String(Kind):
    """A NUL-terminated string of at most 4095 bytes."""

    __slots__ = ()

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        return f"m.string(w[{at}])"


class Codec:
    """One structure or integer in an architecture's memory: `dump` and `load` `size` bytes."""

    __slots__ = ("dump", "load", "size")
    dump: Callable[[Any], bytes]
    load: Callable[[bytes], Any]

    def __init__(self, of: type[CStruct] | Integer | Scalar, arch: Arch) -> None:
        model = arch.model
        if isinstance(of, type):
            cls = arch.variants.get(of.__name__, of)
            layout = cls.layout(model)
            self.size = layout.size
            self.dump = layout.pack  # packs by attribute: the base structure will do for a variant
            self.load = lambda data: layout.unpack_from(cls, data, 0)
        elif isinstance(of, Scalar) and of.words and model.word == 4:
            self._pair(Struct(model.order + "II"))
        elif isinstance(of, Scalar):
            self._integer(Struct(model.order + of.code(model)))
        else:
            self._integer(Struct(of.code(arch)))
            if isinstance(of, Id) and arch.ids16:
                store = self.dump
                self.dump = lambda value: store(short_id(value))

    def _integer(self, packer: Struct) -> None:
        mask = (1 << packer.size * 8) - 1
        half = (mask >> 1) + 1 if packer.format[-1].islower() else 0
        self.size = packer.size
        self.load = lambda data: packer.unpack(data)[0]
        self.dump = lambda value: packer.pack(((value & mask) ^ half) - half)

    def _pair(self, packer: Struct) -> None:
        """64 bits as two 32-bit words, the low one first (sigset_t)."""

        def load(data: bytes) -> int:
            low, high = packer.unpack(data)
            return int(low | high << 32)

        self.size = 8
        self.load = load
        self.dump = lambda value: packer.pack(value & 0xFFFFFFFF, value >> 32 & 0xFFFFFFFF)


class Pointing(Kind):
    """A typed pointer: `cls` is one of pointers.py's, `of` what it points to."""

    __slots__ = ("cls", "of")

    def __init__(self, cls: type, of: type[CStruct] | Integer | Scalar) -> None:
        super().__init__("pointer", cls.__dict__.get("on_exit", False))
        self.cls = cls
        self.of = of

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        scope[self.cls.__name__] = self.cls
        scope[f"codec{at}"] = Codec(self.of, arch)
        return f"{self.cls.__name__}(m, w[{at}], codec{at})"


class Ranged(Kind):
    """An address and, unless `words` is 1, a size or count: `cls` is one of pointers.py's."""

    __slots__ = ("cls", "words")

    def __init__(self, cls: type, show: str, words: int = 2, on_exit: bool = False) -> None:
        super().__init__(show, on_exit)
        self.cls = cls
        self.words = words

    def decode(self, at: int, arch: Arch, scope: dict[str, Any]) -> str:
        scope[self.cls.__name__] = self.cls
        size = f", w[{at + 1}]" if self.words == 2 else ""
        return f"{self.cls.__name__}(m, w[{at}]{size})"


def kind_of(annotation: object) -> Kind:
    """The kind that an evaluated annotation stands for; TypeError if it is none."""
    if isinstance(annotation, Kind):
        return annotation
    if isinstance(annotation, Scalar):
        return Integer(annotation.size * 8, annotation.signed, _scalar_show(annotation))
    found = getattr(annotation, "kind", None)
    if isinstance(found, Kind):
        return found
    raise TypeError(f"{annotation!r} is no parameter type of a system call")


def _scalar_show(scalar: Scalar) -> str:
    return "addr" if scalar.name == "Addr" else "int" if scalar.signed else "uint"
