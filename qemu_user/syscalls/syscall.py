"""One typed function per system call: the decorator, and the compiler of argument decoders."""

from __future__ import annotations

from ..exec.abi.cheap import import_module
from ..exec.errors import KEEP
from .kinds import Id, Kind, kind_of, short_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType
    from typing import Any, Generic, ParamSpec, TypeVar, overload

    from ..exec.arch import Arch
    from ..exec.thread import Thread

    P = ParamSpec("P")
    R = TypeVar("R")
else:
    P = R = None

    class Generic:
        """What mypy needs to see Syscall's signature."""

        __slots__ = ()

        def __class_getitem__(cls, _of):  # noqa: ANN001, ANN204
            return cls

    def overload(function):  # noqa: ANN001, ANN202
        return function


__all__ = ("KEEP", "Bound", "Syscall", "syscall")

_GENERATOR = 0x20  # CO_GENERATOR


class Syscall(Generic[P, R]):
    """A system call: the function that does it and what is known of its interface.

    Calling it calls the function, so that one call can be written in terms of another. `names` are
    the kernel's names for it, on whatever architecture; `note` tells where it is partial; `leaves`:
    it moves PC, or replaces registers or the image, so it must not run inside the engine's hook;
    `wide` are those of the names under which 32-bit architectures have it with 64-bit times and
    sizes and 32-bit ids; `blocks`: the function is a generator of waits. `native`: the way in which
    the engine may answer it without this function (exec/engine_calls.py), "": none.
    """

    __slots__ = ("blocks", "function", "leaves", "names", "native", "note", "wide")

    def __init__(
        self,
        function: Callable[P, R],
        names: tuple[str, ...] = (),
        note: str = "",
        *,
        leaves: bool = False,
        wide: tuple[str, ...] = (),
        native: str = "",
    ) -> None:
        code: CodeType = function.__code__
        self.function = function
        self.names = names or (function.__name__,)
        self.note = note
        self.leaves = leaves
        self.wide = wide
        self.native = native
        self.blocks = bool(code.co_flags & _GENERATOR)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<system call {self.names[0]}>"

    def parameters(self) -> dict[str, Kind]:
        """The parameters after the thread, by name; TypeError for an annotation that is no type."""
        code = self.function.__code__
        names = code.co_varnames[1 : code.co_argcount]
        return {name: kind_of(self._annotation(name)) for name in names}

    def result(self) -> Kind | None:
        """How the result is printed, None for a plain number."""
        text: str = self.function.__annotations__["return"].removeprefix("Blocking[")
        text = text.removesuffix("]")
        return None if text in ("int", "None") else kind_of(self._evaluate(text))

    def _annotation(self, name: str) -> object:
        return self._evaluate(self.function.__annotations__[name])

    def _evaluate(self, text: str) -> object:
        space = self.function.__globals__
        if text in space:
            return space[text]
        try:
            return eval(text, space)
        except NameError:
            # Architecture files cannot import this package.
            vocabulary = import_module(".args", __package__)
            return eval(text, {**vars(vocabulary), **space})


@overload
def syscall(function: Callable[P, R], /) -> Syscall[P, R]: ...


@overload
def syscall(  # noqa: F811
    *,
    name: str = "",
    also: tuple[str, ...] = (),
    wide: str = "",
    note: str = "",
    leaves: bool = False,
    native: str = "",
) -> Callable[[Callable[P, R]], Syscall[P, R]]: ...


def syscall(  # noqa: F811
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str = "",
    also: tuple[str, ...] = (),
    wide: str = "",
    note: str = "",
    leaves: bool = False,
    native: str = "",
) -> Syscall[P, R] | Callable[[Callable[P, R]], Syscall[P, R]]:
    """Make a function `(t: Thread, ...) -> int` a system call of its own name.

    `name` is the kernel's where it would hide one of Python's, `also` other names for the same
    call, `wide` one that 32-bit architectures have beside it for wider numbers (clock_gettime64),
    `note` a sentence for the documentation on what is partial, `native` says that the host's call
    of the function's name does the same ("ask": without arguments; DECISIONS.md, D17).
    """
    if function is not None:
        return Syscall(function)

    def decorate(function: Callable[P, R]) -> Syscall[P, R]:
        wider = tuple(wide.split())
        names = tuple(dict.fromkeys((name or function.__name__, *also, *wider)))
        return Syscall(function, names, note, leaves=leaves, wide=wider, native=native)

    return decorate


class Bound:
    """A system call under one architecture: `call(t, words)` decodes and runs it."""

    __slots__ = (
        *("arch", "blocks", "call", "leaves", "name", "native", "number", "slots", "syscall"),
        "words",
    )

    def __init__(self, syscall: Syscall[..., Any], arch: Arch, name: str, number: int) -> None:
        self.syscall = syscall
        self.name = name
        self.number = number
        self.blocks = syscall.blocks
        self.leaves = syscall.leaves
        if name in syscall.wide:
            arch = arch.wide()
        self.arch = arch  # as this call sees it
        self.native = _native(syscall, arch)
        self.slots, self.words = place(syscall.parameters(), arch)
        self.call: Callable[[Thread, Sequence[int]], Any] = compile_decoder(
            syscall, self.slots, arch
        )

    def __repr__(self) -> str:
        return f"<{self.name} = {self.number}>"


def _native(syscall: Syscall[..., Any], arch: Arch) -> tuple[str, str] | None:
    """How the engine may answer it, and by which of the host's calls."""
    way = syscall.native
    if not way or (arch.ids16 and isinstance(syscall.result(), Id)):
        return None
    if way == "clock" and (arch.is_foreign or not arch.is_wide):
        return None  # struct timespec is another one
    return way, syscall.function.__name__


def place(parameters: dict[str, Kind], arch: Arch) -> tuple[list[tuple[str, Kind, int]], int]:
    """(name, kind, first argument word) of each parameter, and how many words there are."""
    slots, free = [], 0
    for name, kind in parameters.items():
        at, free = kind.place(free, arch)
        slots.append((name, kind, at))
    return slots, free


def compile_decoder(
    syscall: Syscall[..., Any], slots: list[tuple[str, Kind, int]], arch: Arch
) -> Callable[[Thread, Sequence[int]], Any]:
    """`call(t, w)`: the function applied to what the argument words `w` mean."""
    scope: dict[str, Any] = {"function": syscall.function}
    parts = [kind.decode(at, arch, scope) for _, kind, at in slots]
    args = "".join(", " + part for part in parts)
    memory = "    m = t.memory\n" if "m." in args or "(m" in args else ""
    result = f"function(t{args})"
    if arch.ids16 and isinstance(syscall.result(), Id):
        scope["short_id"] = short_id
        result = f"short_id({result})"
    source = f"def call(t, w):\n{memory}    return {result}\n"
    exec(source, scope)  # not compile(): its first call makes the classes of all syntax trees
    call: Callable[[Thread, Sequence[int]], Any] = scope["call"]
    return call
