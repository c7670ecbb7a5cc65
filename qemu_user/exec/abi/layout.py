"""C structures whose annotations yield their layout under every data model of Linux."""

from __future__ import annotations

import struct
import sys

from .cheap import attrgetter
from .model import DataModel as DataModel  # noqa: PLC0414  # for whoever imports it from here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, Protocol, Self, TypeAlias, TypeVar

    T = TypeVar("T")
    S = TypeVar("S", bound="CStruct")


class Scalar:
    """An integer type of C; a size of 0 means that of a word."""

    __slots__ = ("name", "signed", "size", "words")

    def __init__(self, name: str, size: int, signed: bool, words: bool = False) -> None:
        self.name, self.size, self.signed = name, size, signed
        self.words = words  # 64 bits made of words, the least significant first

    def room(self, model: DataModel) -> int:
        return self.size or model.word

    def align(self, model: DataModel) -> int:
        """The alignment, in bytes."""
        size = model.word if self.words else self.room(model)
        return min(size, model.align64)

    def swapped(self, model: DataModel) -> bool:
        """Whether the halves of the value are the other way round in memory."""
        return self.words and (bool(model.signals) or (model.word == 4 and model.order == ">"))

    def to_guest(self, value: int, model: DataModel) -> int:
        """What stands in memory, of a value that is `swapped`."""
        if model.signals:
            from .signames import mask_to

            value = mask_to(model.signals, value, 0)
        return _swap(value) if model.word == 4 and model.order == ">" else value

    def to_ours(self, value: int, model: DataModel) -> int:
        """The other way round."""
        value = _swap(value) if model.word == 4 and model.order == ">" else value
        if model.signals:
            from .signames import mask_to

            value = mask_to(model.signals, value, 1)
        return value

    def __repr__(self) -> str:
        return self.name

    def code(self, model: DataModel) -> str:
        """The `struct` format character."""
        code = "?bh?i???q"[self.room(model)]
        return code if self.signed else code.upper()


class NarrowScalar(Scalar):
    """A long that SPARC makes an int of (microseconds, si_band)."""

    def room(self, model: DataModel) -> int:  # bytes
        return 4 if model.signals == "sparc" else model.word


class ArrayType:
    """`Array(of, count)`: so many elements in a row."""

    __slots__ = ("count", "of")

    def __init__(self, of: FieldType, count: int) -> None:
        self.of, self.count = of, count


class BytesType:
    """`Bytes(count)`: raw bytes, aligned to one."""

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count


if TYPE_CHECKING:
    FieldType: TypeAlias = Scalar | ArrayType | BytesType | type["CStruct"]
    Char: TypeAlias = int
    S8: TypeAlias = int
    U8: TypeAlias = int
    S16: TypeAlias = int
    U16: TypeAlias = int
    Int: TypeAlias = int
    UInt: TypeAlias = int
    S32: TypeAlias = int
    U32: TypeAlias = int
    Long: TypeAlias = int
    ULong: TypeAlias = int
    Size: TypeAlias = int
    Addr: TypeAlias = int
    I64: TypeAlias = int
    U64: TypeAlias = int
    SigSet: TypeAlias = int
    NarrowLong: TypeAlias = int

    Value: TypeAlias = Any  # int, bytes, tuple or CStruct, as the member's type says

    class _Array(Protocol):
        def __call__(self, of: type[T], count: int, /) -> tuple[T, ...]: ...

    Bytes: Callable[[int], bytes]
    Array: _Array
else:
    Char = Scalar("Char", 1, True)
    S8 = Scalar("S8", 1, True)
    U8 = Scalar("U8", 1, False)
    S16 = Scalar("S16", 2, True)
    U16 = Scalar("U16", 2, False)
    Int = S32 = Scalar("Int", 4, True)
    UInt = U32 = Scalar("UInt", 4, False)
    Long = Scalar("Long", 0, True)
    ULong = Scalar("ULong", 0, False)
    Size = Scalar("Size", 0, False)
    Addr = Scalar("Addr", 0, False)
    I64 = Scalar("I64", 8, True)
    U64 = Scalar("U64", 8, False)
    SigSet = Scalar("SigSet", 8, False, words=True)
    NarrowLong = NarrowScalar("NarrowLong", 0, True)

    Bytes = BytesType
    Array = ArrayType

_SCALARS = {name: value for name, value in globals().items() if isinstance(value, Scalar)}


class CStruct:
    """A C structure; its annotated names are the members, in order.

    Scalars are annotated with their C type, arrays are assigned: `path: bytes = Bytes(108)`,
    `fds: tuple[int, ...] = Array(Int, 2)`; a CStruct subclass nests. Members called `_pad…` take
    room only: they are packed as zeros and never read. A name that Python or this class needs
    gets a trailing underscore (`size_`). A subclass of a structure appends its members.
    """

    packed = False  # __attribute__((packed))
    min_align = 1  # __attribute__((aligned(n)))
    min_size = 0  # room that a union around the members takes
    _layouts: ClassVar[dict[DataModel, Layout]]
    _members: ClassVar[dict[str, FieldType] | None]
    _zeros: ClassVar[dict[str, object]]  # what members are that are not given,
    _nested: ClassVar[list[str]]  # and which of them no two objects may share

    def __init_subclass__(cls) -> None:
        cls._layouts, cls._members = {}, None

    def __init__(self, **fields: Value) -> None:
        """Members by name; those not given are 0, as is all of an absent nested structure."""
        members = self.members()
        own = self.__dict__
        own.update(self._zeros)
        if not fields.keys() <= own.keys():
            raise TypeError(f"{type(self).__name__} has no {sorted(fields.keys() - own.keys())}")
        own.update(fields)
        for name in self._nested:
            if name not in fields:
                own[name] = _zero(members[name])

    @classmethod
    def members(cls) -> dict[str, FieldType]:
        """Each member's type, in order, bases first."""
        members = cls._members
        if members is None:
            members = cls._members = {}
            for base in cls.__mro__[-2::-1]:
                if base is not CStruct and issubclass(base, CStruct):
                    members.update(_own_members(base))
            values = {n: _zero(k) for n, k in members.items() if not n.startswith("_pad")}
            cls._zeros = values
            cls._nested = [n for n, value in values.items() if not isinstance(value, (int, bytes))]
        return members

    @classmethod
    def layout(cls, model: DataModel) -> Layout:
        """Where the members lie under `model`; computed once."""
        layout = cls._layouts.get(model)
        if layout is None:
            layout = cls._layouts[model] = Layout(cls, model)
        return layout

    @classmethod
    def size(cls, model: DataModel) -> int:
        """sizeof, in bytes."""
        return cls.layout(model).size

    def pack(self, model: DataModel) -> bytes:
        """The bytes in memory; integers out of range wrap as a C assignment does."""
        return self.layout(model).pack(self)

    @classmethod
    def unpack(cls, model: DataModel, data: bytes | bytearray | memoryview) -> Self:
        """The structure at the start of `data`; `struct.error` if that is too short."""
        return cls.layout(model).unpack_from(cls, data, 0)

    @classmethod
    def unpack_from(
        cls, model: DataModel, buffer: bytes | bytearray | memoryview, offset: int = 0
    ) -> Self:
        """The structure `offset` bytes into `buffer`; `struct.error` if that is too short."""
        return cls.layout(model).unpack_from(cls, buffer, offset)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({fields})"


def _own_members(cls: type[CStruct]) -> dict[str, FieldType]:
    """The members that one class adds, their annotations looked up where it is."""
    space = sys.modules[cls.__module__].__dict__
    found: dict[str, FieldType] = {}
    for name, annotation in cls.__annotations__.items():
        kind: Value = cls.__dict__.get(name) or space.get(annotation) or _SCALARS.get(annotation)
        known = isinstance(kind, (Scalar, ArrayType, BytesType))
        if not known and not (isinstance(kind, type) and issubclass(kind, CStruct)):
            raise TypeError(f"{cls.__name__}.{name}: {annotation} is no C type")
        found[name] = kind
    return found


def _zero(kind: FieldType) -> object:
    if isinstance(kind, Scalar):
        return 0
    if isinstance(kind, BytesType):
        return bytes(kind.count)
    if isinstance(kind, ArrayType):
        return tuple([_zero(kind.of) for _ in range(kind.count)])
    return kind()


class Layout:
    """A structure under one data model: `size` and `align` in bytes, `offsets` by member name.

    `fields` maps the names of the members that carry values to their types.
    """

    def __init__(self, cls: type[CStruct], model: DataModel) -> None:
        self.model = model
        self.offsets: dict[str, int] = {}
        self.fields: dict[str, FieldType] = {}
        self.codes: list[str] = []
        end, align, text = 0, cls.min_align, []
        for name, kind in cls.members().items():
            size, wanted, form, codes = _measure(kind, model)
            wanted = 1 if cls.packed else wanted
            align = max(align, wanted)
            start = -(-end // wanted) * wanted
            self.offsets[name] = start
            if name.startswith("_pad"):
                form = f"{size}x"
            else:
                self.fields[name] = kind
                self.codes += codes
            text.append(f"{start - end}x{form}" if start > end else form)
            end = start + size
        self.align = align
        self.size = -(-max(end, cls.min_size) // align) * align
        text.append(f"{self.size - end}x")
        self.format = "".join(text)
        self._struct = struct.Struct(model.order + self.format)
        self._plain = all(_is_plain(kind, model) for kind in self.fields.values())
        self._get = _getter(self.fields, model)

    def pack(self, obj: object) -> bytes:
        """`obj`'s members of these names as bytes; any object with the attributes will do."""
        values = self._get(obj) if self._get is not None else self.flatten(obj)
        try:
            return self._struct.pack(*values)
        except struct.error:
            return self._struct.pack(*map(_wrap, self.codes, values))

    def unpack_from(self, cls: type[S], buffer: bytes | bytearray | memoryview, offset: int) -> S:
        """A `cls` from the bytes at `offset`."""
        values = self._struct.unpack_from(buffer, offset)
        if self._plain:
            obj = cls.__new__(cls)
            obj.__dict__.update(zip(self.fields, values, strict=True))
            return obj
        return self.build(cls, iter(values).__next__)

    def flatten(self, obj: object) -> list[Value]:
        """The values for the compiled format, in order."""
        out: list[Value] = []
        for name, kind in self.fields.items():
            _flatten(kind, getattr(obj, name), self.model, out)
        return out

    def build(self, cls: type[S], take: Callable[[], Value]) -> S:
        """A `cls` made of the next values of the compiled format."""
        obj = cls.__new__(cls)
        own = obj.__dict__
        for name, kind in self.fields.items():
            own[name] = _build(kind, self.model, take)
        return obj


def _is_plain(kind: FieldType, model: DataModel) -> bool:
    """Whether the member's value is the compiled format's value."""
    if isinstance(kind, Scalar):
        return not kind.swapped(model)
    return isinstance(kind, BytesType)


def _measure(kind: FieldType, model: DataModel) -> tuple[int, int, str, list[str]]:
    """Size, alignment, `struct` format and the format's value codes of one type."""
    if isinstance(kind, Scalar):
        size, code = kind.room(model), kind.code(model)
        if kind.words and model.sigset_size > size:
            return model.sigset_size, kind.align(model), f"{code}8x", [code]
        return size, kind.align(model), code, [code]
    if isinstance(kind, BytesType):
        return kind.count, 1, f"{kind.count}s", ["s"]
    if isinstance(kind, ArrayType):
        size, align, form, codes = _measure(kind.of, model)
        return size * kind.count, align, form * kind.count, codes * kind.count
    layout = kind.layout(model)
    return layout.size, layout.align, layout.format, layout.codes


def _getter(
    fields: dict[str, FieldType], model: DataModel
) -> Callable[[object], tuple[Value, ...]] | None:
    """One call that gets all values, or None where they have to be flattened."""
    paths = _paths(fields, model)
    if not paths:
        return None
    if len(paths) == 1:
        only = attrgetter(paths[0])
        return lambda obj: (only(obj),)
    return attrgetter(*paths)


def _paths(fields: dict[str, FieldType], model: DataModel) -> list[str] | None:
    paths: list[str] = []
    for name, kind in fields.items():
        if _is_plain(kind, model):
            paths.append(name)
        elif isinstance(kind, (Scalar, ArrayType, BytesType)):
            return None
        else:
            inner = _paths(kind.layout(model).fields, model)
            if inner is None:
                return None
            paths += [f"{name}.{path}" for path in inner]
    return paths


def _wrap(code: str, value: Value) -> Value:
    if code == "s":
        return bytes(value)
    bits = 8 * struct.calcsize("=" + code)
    value &= (1 << bits) - 1
    return value - (1 << bits) if code.islower() and value >> (bits - 1) else value


def _swap(value: int) -> int:
    return (value >> 32 & 0xFFFFFFFF) | (value & 0xFFFFFFFF) << 32


def _flatten(kind: FieldType, value: Value, model: DataModel, out: list[Value]) -> None:
    if isinstance(kind, Scalar):
        out.append(kind.to_guest(value, model) if kind.swapped(model) else value)
    elif isinstance(kind, BytesType):
        out.append(value)
    elif isinstance(kind, ArrayType):
        if len(value) != kind.count:
            raise ValueError(f"{len(value)} elements instead of {kind.count}")
        for element in value:
            _flatten(kind.of, element, model, out)
    else:
        out += kind.layout(model).flatten(value)


def _build(kind: FieldType, model: DataModel, take: Callable[[], Value]) -> Value:
    if isinstance(kind, Scalar):
        return kind.to_ours(take(), model) if kind.swapped(model) else take()
    if isinstance(kind, BytesType):
        return take()
    if isinstance(kind, ArrayType):
        return tuple([_build(kind.of, model, take) for _ in range(kind.count)])
    return kind.layout(model).build(kind, take)
