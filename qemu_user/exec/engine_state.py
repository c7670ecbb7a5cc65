"""Registers of the engine: read in place where calibration finds them, else through its API.

Both ways have one shape. Calibration writes marked values through the API and looks for them in the
engine's memory; a register is read in place only when both directions agreed.
"""

from __future__ import annotations

import ctypes
import os
import sys

from .abi.cheap import itemgetter
from .engine_numbers import CPU_OFFSETS
from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from ctypes import CDLL, c_uint64
    from typing import Any

    from .arch import Arch
    from .cpu import RegisterBank
    from .engine_fields import Field

    def bound(call: Callable[..., Any], first: object) -> Callable[..., Any]:
        """`call` with its first argument given."""

else:
    bound = type((lambda: None).__get__(0))  # types.MethodType, without that module

_WIDEST = 64  # bytes: no register the engine moves is larger
_MASK64 = (1 << 64) - 1
_HANDLE_SIZE = 0x800  # bytes of the handle that are surely there
_CPU_SIZE = 0x20000  # bytes after the CPU's address in which general registers lie
_NEAR = 0x2000  # bytes between any two of most of them


class Api:
    """Registers by the engine's own functions; slow, always right."""

    def __init__(self, library: CDLL, handle: int, number: Callable[[str], int]) -> None:
        engine = ctypes.c_void_p(handle)
        quick = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
        self._quick_read = quick(("uc_reg_read", library))  # keeps the interpreter's lock
        self._read = library.uc_reg_read
        self._write = library.uc_reg_write
        batch = library.uc_reg_read_batch
        self._read_batch: Callable[..., object] = bound(batch, engine)
        self._write_batch: Callable[..., object] = bound(library.uc_reg_write_batch, engine)
        self._handle = engine
        self._number = number
        self._buffer = ctypes.create_string_buffer(_WIDEST)
        self.fields: dict[str, Field] = {}

    def read(self, name: str) -> int:
        """The unsigned value of the register called `name`."""
        field = self.fields.get(name)
        if field is not None:
            return field.get()
        buffer = self._buffer
        buffer.raw = bytes(_WIDEST)
        self._read(self._handle, self._number(name), buffer)
        return int.from_bytes(buffer.raw, "little")

    def write(self, name: str, value: int) -> None:
        """Set the register called `name`."""
        field = self.fields.get(name)
        if field is not None:
            field.set(value)
            return
        self._buffer.raw = value.to_bytes(_WIDEST, "little")
        self._write(self._handle, self._number(name), self._buffer)

    def into(self, name: str, place: int) -> Callable[[], object]:
        """A fast function that copies a register to the host address `place`, without widening."""
        read, handle, number = self._quick_read, self._handle, self._number(name)
        where = ctypes.c_void_p(place)
        return lambda: read(handle, number, where)

    def bank(self, names: tuple[str, ...]) -> RegisterBank:
        """A bank of registers of up to 128 bits."""
        if not self.fields.keys().isdisjoint(names):
            from .engine_fields import FieldBank

            return FieldBank(self, names)
        return ApiBank(self._read_batch, self._write_batch, [self._number(n) for n in names])


class ApiBank:
    """A bank read and written with one call of the engine."""

    def __init__(
        self,
        read_batch: Callable[..., object],
        write_batch: Callable[..., object],
        numbers: list[int],
    ) -> None:
        count = len(numbers)
        self._values = (ctypes.c_uint64 * (2 * count))()
        base = ctypes.addressof(self._values)
        ids = (ctypes.c_int * count)(*numbers)
        pointers = (ctypes.c_void_p * count)(*range(base, base + 16 * count, 16))
        self._read: Callable[[], object] = lambda: read_batch(ids, pointers, count)
        self._write: Callable[[], object] = lambda: write_batch(ids, pointers, count)

    def get(self) -> Sequence[int]:
        """All values, in the order of the names."""
        self._read()
        words = self._values[:]
        return tuple(low | high << 64 for low, high in zip(words[::2], words[1::2], strict=True))

    def set(self, values: Sequence[int]) -> None:
        """Set all, in the order of the names."""
        words: list[c_uint64 | int] = []
        for value in values:
            words += (value & _MASK64, value >> 64)
        self._values[:] = words
        self._write()


class View:
    """Registers in place: words of the engine's CPU state, by index."""

    def __init__(self, start: int, words: memoryview, index: dict[str, int]) -> None:
        self.start = start  # host address of the words
        self.words = words
        self.index = index

    def extend(self, names: Mapping[str, int]) -> None:
        """Add registers at these host addresses."""
        size = self.words.itemsize
        end = max(self.start + self.words.nbytes, *(at + size for at in names.values()))
        memory = (ctypes.c_char * (end - self.start)).from_address(self.start)
        self.words = memoryview(memory).cast("B").cast(self.words.format)  # type: ignore[call-overload]
        self.index |= {name: (at - self.start) // size for name, at in names.items()}

    def bank(self, names: tuple[str, ...]) -> RegisterBank | None:
        """A bank of these registers, None when one of them is not in the view."""
        if not all(name in self.index for name in names):
            return None
        indices = [self.index[name] for name in names]
        return ViewBank(self.words, indices) if len(indices) > 1 else ViewWord(self.words, indices)


class ViewBank:
    """Two or more registers in place; `get` is one call into C."""

    def __init__(self, words: memoryview, indices: list[int]) -> None:
        self._words = words
        self._indices = indices
        self.get: Callable[[], Sequence[int]] = bound(itemgetter(*indices), words)

    def set(self, values: Sequence[int]) -> None:
        """Set all, in the order of the names."""
        words = self._words
        for index, value in zip(self._indices, values, strict=True):
            words[index] = value


class ViewWord:
    """One register in place."""

    def __init__(self, words: memoryview, indices: list[int]) -> None:
        self._words = words
        self._index = indices[0]

    def get(self) -> Sequence[int]:
        """Its value, alone in a tuple."""
        return (self._words[self._index],)

    def set(self, values: Sequence[int]) -> None:
        """Set it to the only value."""
        (self._words[self._index],) = values


def saver(
    view: View, api: Api, pc: str, size: int, flags: str, saves: tuple[str, str]
) -> Callable[[], None]:
    """A fast function that stores PC + `size` and `flags` in the registers `saves`."""
    words = view.words
    at_pc, at_saved_pc, at_saved_flags = (view.index[name] for name in (pc, *saves))
    copy = api.into(flags, view.start + words.itemsize * at_saved_flags)

    def save() -> None:
        words[at_saved_pc] = words[at_pc] + size
        words[at_saved_flags] = 0  # the engine's flags are half a word
        copy()

    return save


class PendingException:
    """The field of the CPU state that makes a second exception of some kinds a double fault.

    It is where an exception's number stands instead of the -1 of a new engine. Made when no
    exception has happened yet.
    """

    _SIZE = 0x2000  # bytes of state from the first general register on
    _NONE = b"\xff\xff\xff\xff"
    _LIKELY = (0x1578, 0x1558)  # as seen so far; they decide where others match by chance

    def __init__(self, view: View) -> None:
        self._start = view.start
        self._fresh = self._state()

    def _state(self) -> bytes:
        return ctypes.string_at(self._start, self._SIZE)

    def forget(self, number: int) -> None:
        """Exception `number` has been seen to; without effect if the field can't be told."""
        state, fresh, none = self._state(), self._fresh, self._NONE
        now = number.to_bytes(4, sys.byteorder)
        places = [
            place
            for place in range(0, len(fresh), 4)
            if fresh[place : place + 4] == none and state[place : place + 4] == now
        ]
        if len(places) > 1:
            places = [place for place in places if place in self._LIKELY]
        if len(places) == 1:
            ctypes.memmove(self._start + places[0], none, 4)


def registers_of(arch: Arch) -> tuple[str, ...]:
    """The registers that are read in place if they can be."""
    registers = arch.registers
    names = (*registers.general, registers.pc, registers.sp, registers.tls)
    return tuple(name for name in dict.fromkeys(names) if name)


def find_view(api: Api, handle: int, arch: Arch, wanted: bool) -> View | None:
    """The registers of `arch` in place, if that is `wanted` and they can be found.

    What lies beside them becomes known to `api` in any case; EngineError if it can't.
    """
    beside = arch.engine.beside
    if not wanted and not beside:
        return None
    anchors = dict.fromkeys((*registers_of(arch), *(anchor for anchor, *_ in beside.values())))
    named = tuple(n for n in anchors if n not in beside and n not in arch.engine.moving)
    found = calibrate(api, handle, named, arch.engine.word or arch.model.register)
    if beside:
        add_fields(api, found, beside)
    if found:
        for name in set(named).difference(registers_of(arch)):
            del found.index[name]  # it may be wider than a word
    return found if wanted else None


def add_fields(api: Api, view: View | None, beside: Mapping[str, tuple[str, int, int]]) -> None:
    """Make registers known that lie beside those of a view; EngineError without one."""
    from .engine_fields import Field

    if view is None:
        raise EngineError("the CPU state was not found")
    size = view.words.itemsize
    words = {}
    for name, (anchor, distance, width) in beside.items():
        address = view.start + view.index[anchor] * size + distance
        api.fields[name] = Field(address, width)
        if width == size and address > view.start:
            words[name] = address
    if words:
        view.extend(words)


def calibrate(api: Api, handle: int, names: Sequence[str], word: int) -> View | None:
    """Find the registers `names` of `word` bytes in memory; None when they can't be found for sure.

    Leaves 0 in all of them.
    """
    marks = {n: 0x5AC3_1177_0000 + i * 0x0101 * 8 for i, n in enumerate(names)}
    if word == 4:
        marks = {n: m & 0x7FFF_FFFF for n, m in marks.items()}
    for name, mark in marks.items():
        api.write(name, mark)
    found = _search(handle, [m.to_bytes(word, "little") for m in marks.values()])
    view = found and _view(found[0], dict(zip(names, found[1], strict=True)), word)
    good = view is not None and _agree(api, view, marks)
    for name in names:
        api.write(name, 0)
    return view if good else None


def _view(start: int, offsets: dict[str, int], word: int) -> View | None:
    low = min(offsets.values())
    if any((offset - low) % word for offset in offsets.values()):
        return None
    size = max(offsets.values()) - low + word
    memory = (ctypes.c_char * size).from_address(start + low)
    words = memoryview(memory).cast("B").cast("Q" if word == 8 else "I")
    return View(
        start + low, words, {name: (offset - low) // word for name, offset in offsets.items()}
    )


def _agree(api: Api, view: View, marks: dict[str, int]) -> bool:
    for name, mark in marks.items():
        api.write(name, mark + 4)
        if view.words[view.index[name]] != mark + 4:
            return False
        view.words[view.index[name]] = mark
        if api.read(name) != mark:
            return False
    return True


def _find(data: bytes, mark: bytes) -> int:
    """Where `mark` is; -1 for nowhere. Its zeros, of which memory is full, are compared last."""
    core = mark.strip(b"\0")
    before = mark.index(core)
    at = data.find(core, before)
    while at >= 0 and data[at - before : at - before + len(mark)] != mark:
        at = data.find(core, at + 1)
    return at - before if at >= 0 else -1


def _search(handle: int, marks: list[bytes]) -> tuple[int, list[int]] | None:
    """The CPU state's address and the marks' offsets in it."""
    fields = memoryview(ctypes.string_at(handle, _HANDLE_SIZE)).cast("Q")
    memory = os.open("/proc/self/mem", os.O_RDONLY | os.O_CLOEXEC)
    try:
        for offset in (*CPU_OFFSETS, *range(0, _HANDLE_SIZE, 8)):
            address = fields[offset // 8]
            if address & 7 or not 0x10000 < address < 1 << 47:
                continue
            try:
                data = os.pread(memory, _CPU_SIZE, address)
            except OSError:
                continue
            first = _find(data, marks[0])  # the others are near
            if first < 0:
                continue
            start = max(0, first - _NEAR)
            near = data[start : first + _NEAR]
            offsets = [_find(near, mark) for mark in marks]
            offsets = [
                found if found >= 0 else _find(data, mark) - start
                for found, mark in zip(offsets, marks, strict=True)
            ]
            if min(offsets) >= 0:
                return address + start, offsets
    finally:
        os.close(memory)
    return None
