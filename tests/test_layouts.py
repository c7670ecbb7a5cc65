"""Every structure of exec/abi has, on every data model, the layout that a C compiler gives it."""

from __future__ import annotations

import importlib
import pkgutil
import struct
from pathlib import Path

import pytest

from qemu_user.exec import abi
from qemu_user.exec import arch as architectures
from qemu_user.exec.abi.layout import (
    U8,
    U16,
    U64,
    Array,
    Bytes,
    CStruct,
    DataModel,
    Long,
    SigSet,
)
from tests.c_types import (
    DECLARED,
    FRAMES,
    GROWING,
    HEADERS,
    MEMBERS,
    ONLY,
    TARGETS,
    TYPES,
    compile_errors,
)


def structures() -> dict[str, type[CStruct]]:
    """Every structure that a module of exec/abi defines."""
    found = {}
    for info in pkgutil.iter_modules(abi.__path__):
        if info.name == "regenerate":
            continue
        module = importlib.import_module(f"{abi.__name__}.{info.name}")
        for name, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, CStruct) and value is not CStruct:
                found[value.__name__] = value
                assert name == value.__name__ or value.__module__ == module.__name__
    return found


def assertions(
    cls: type[CStruct], model: DataModel, kind: str, names: dict[str, str], grows: bool
) -> list[str]:
    """C static assertions of what we believe; the message says what is wrong."""
    name = cls.__name__
    layout = cls.layout(model)
    lines = []
    if not grows:
        lines.append(f'_Static_assert(sizeof({kind}) == {layout.size}, "{name} size");')
        lines.append(f'_Static_assert(__alignof__({kind}) == {layout.align}, "{name} align");')
    for member, field in layout.fields.items():
        c = names.get(member, member.removesuffix("_"))
        if c:
            offset = f"__builtin_offsetof({kind}, {c.removeprefix('&')})"
            lines.append(
                f'_Static_assert({offset} == {layout.offsets[member]}, "{name}.{member} offset");'
            )
        if c and not c.startswith("&"):
            size = f"sizeof((({kind} *)0)->{c}) == {_size(field, model)}"
            lines.append(f'_Static_assert({size}, "{name}.{member} size");')
    return lines


def _size(field: object, model: DataModel) -> int:
    class One(CStruct):
        packed = True
        only = field
        __annotations__ = {"only": ""}

    return One.size(model)


def test_every_structure_is_checked_somewhere() -> None:
    classes = structures()
    assert classes.keys() == TYPES.keys()
    assert ONLY.keys() <= TYPES.keys()
    assert all(where and where <= TARGETS.keys() for where in ONLY.values())


@pytest.mark.parametrize("name", TARGETS)
def test_compiler_agrees(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    lines = [f"#include <{header}.h>" for header in HEADERS]
    lines.append(DECLARED)
    for structure, cls in structures().items():
        if name in ONLY.get(structure, TARGETS):
            kind, names = TYPES[structure], MEMBERS.get(structure, {})
            lines += assertions(cls, target.model, kind, names, structure in GROWING)
    source = tmp_path / "layouts.c"
    source.write_text("\n".join(lines))
    assert compile_errors(target, source) == []


@pytest.mark.parametrize("name", FRAMES)
def test_compiler_agrees_on_signal_frames(name: str, tmp_path: Path) -> None:
    module = importlib.import_module(f"qemu_user.exec.arch.{name}")
    arch = name.removesuffix("_frames").removesuffix("_fp")
    defined = {
        key
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, CStruct)
        if value.__module__.startswith(architectures.__name__)
    }
    assert defined == FRAMES[name].keys()
    lines = ["#include <asm/signal.h>", "#include <asm/sigcontext.h>", "#include <asm/ucontext.h>"]
    for own, (kind, names) in FRAMES[name].items():
        lines += assertions(getattr(module, own), TARGETS[arch].model, kind, names, grows=True)
    source = tmp_path / "frames.c"
    source.write_text("\n".join(lines))
    assert compile_errors(TARGETS[arch], source) == []


def test_the_compiler_does_object(tmp_path: Path) -> None:
    source = tmp_path / "layouts.c"
    source.write_text('struct s { int a; };\n_Static_assert(sizeof(struct s) == 5, "wrong");')
    assert len(compile_errors(TARGETS["x86_64"], source)) == 1


class Inner(CStruct):
    a: U8
    b: Long


class Outer(CStruct):
    head: U16
    inner: Inner
    name: bytes = Bytes(3)
    many: tuple[int, ...] = Array(U16, 2)
    more: tuple[Inner, ...] = Array(Inner, 2)
    _pad0: Long
    size_: U64


class Masked(CStruct):
    mask: SigSet


MODELS = [DataModel(8), DataModel(4, ">"), DataModel(4, align64=4), DataModel(4, ">", 2)]


@pytest.mark.parametrize("model", MODELS)
def test_unpacking_gives_what_was_packed(model: DataModel) -> None:
    value = Outer(
        head=1,
        inner=Inner(a=2, b=-3),
        name=b"abc",
        many=(4, 5),
        more=(Inner(a=6, b=7), Inner(b=8)),
        size_=9,
    )
    data = value.pack(model)
    assert len(data) == Outer.size(model)
    assert Outer.unpack(model, data) == value
    assert Outer.unpack_from(model, b"xy" + data + b"z", 2) == value


@pytest.mark.parametrize("model", MODELS)
def test_missing_members_are_zero(model: DataModel) -> None:
    assert Outer().pack(model) == bytes(Outer.size(model))
    assert Outer() == Outer.unpack(model, bytes(Outer.size(model)))


def test_integers_wrap() -> None:
    model = DataModel(4)
    assert Inner(a=0x1FF, b=0xFFFFFFFF).pack(model) == b"\xff\0\0\0\xff\xff\xff\xff"
    assert Inner.unpack(model, Inner(b=1 << 31).pack(model)).b == -(1 << 31)


def test_unknown_member_is_an_error() -> None:
    with pytest.raises(TypeError, match="nonsense"):
        Inner(nonsense=1)


def test_short_data_is_an_error() -> None:
    with pytest.raises(struct.error):
        Inner.unpack(DataModel(8), bytes(15))


def test_signal_sets_are_arrays_of_words() -> None:
    mask = Masked(mask=1 << 0 | 1 << 33)
    assert mask.pack(DataModel(4, ">")).hex() == "0000000100000002"
    assert mask.pack(DataModel(8, ">")).hex() == "0000000200000001"
    assert mask.pack(DataModel(4)).hex() == "0100000002000000"
    for model in MODELS:
        assert Masked.unpack(model, mask.pack(model)) == mask


def test_equal_models_are_one_object() -> None:
    assert DataModel(4, ">") is DataModel(4, ">", 8)
    with pytest.raises(ValueError, match="16"):
        DataModel(16)
