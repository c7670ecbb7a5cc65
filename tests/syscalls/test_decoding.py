"""What handlers receive for argument words, on every kind of architecture."""

from __future__ import annotations

from errno import EFAULT, EINVAL
from types import SimpleNamespace
from typing import Any

import pytest

from qemu_user.exec.abi import files as abi
from qemu_user.exec.abi.clocks import Timespec
from qemu_user.exec.abi.layout import DataModel, SigSet
from qemu_user.exec.arch import Convention
from qemu_user.exec.errors import LinuxError
from qemu_user.syscalls.args import (
    Addr,
    Clock,
    Fd,
    FileOffset,
    In,
    InBuf,
    InOutArray,
    Int,
    IoVecIn,
    Offset,
    OffsetPair,
    OpenFlags,
    Out,
    OutBuf,
    Path,
    SigprocmaskHow,
    Size,
    SockAddrOut,
    StringArray,
    Uid,
    UInt,
)
from qemu_user.syscalls.syscall import Bound, Syscall, syscall


def machine(
    word: int = 8,
    order: str = "<",
    *,
    aligned_pairs: bool = False,
    ids16: bool = False,
    **more: Any,
) -> Any:
    convention = Convention(
        number="r0", args=(), result="r0", insn_size=2, aligned_pairs=aligned_pairs
    )
    base = {"name": "made-up", "variants": {}, "constants": {}, "special": {}}
    base |= {
        "syscall": convention,
        "ids16": ids16,
        "is_wide": word == 8,
        "is_foreign": order == ">",
    }
    arch = SimpleNamespace(model=DataModel(word, order), **{**base, **more})
    arch.wide = lambda: SimpleNamespace(**{**vars(arch), "is_wide": True, "ids16": False})
    return arch


class Memory:
    """64 KiB of guest memory at 0x10000."""

    BASE = 0x10000

    def __init__(self, arch: Any) -> None:
        self.arch = arch
        self.bytes = bytearray(0x10000)

    def _at(self, addr: int, size: int) -> int:
        at = addr - self.BASE
        if not 0 <= at <= len(self.bytes) - size:
            raise LinuxError(EFAULT)
        return at

    def read(self, addr: int, size: int) -> bytes:
        at = self._at(addr, size)
        return bytes(self.bytes[at : at + size])

    def write(self, addr: int, data: bytes) -> None:
        at = self._at(addr, len(data))
        self.bytes[at : at + len(data)] = data

    def string(self, addr: int, limit: int = 4096) -> bytes:
        at = self._at(addr, 1)
        return bytes(self.bytes[at : self.bytes.index(0, at)])

    def views(self, addr: int, size: int, access: int) -> list[memoryview]:
        at = self._at(addr, 1) if size else 0
        return [memoryview(self.bytes)[at : at + size]] if size else []

    def word(self, addr: int) -> int:
        order = "little" if self.arch.model.order == "<" else "big"
        return int.from_bytes(self.read(addr, self.arch.model.word), order)  # type: ignore[arg-type]

    def u32(self, addr: int) -> int:
        return int.from_bytes(self.read(addr, 4), "little")

    def set_u32(self, addr: int, value: int) -> None:
        self.write(addr, value.to_bytes(4, "little"))


def run(call: Syscall[..., Any], words: list[int], arch: Any = None, name: str = "") -> Any:
    arch = arch or machine()
    t = SimpleNamespace(memory=Memory(arch))
    return Bound(call, arch, name or call.names[0], 1).call(t, words)  # type: ignore[arg-type]


@syscall
def integers(t: Any, a: Int, b: UInt, c: Size, d: Fd) -> Any:
    return a, b, c, d


def test_integers_are_truncated_and_extended_as_in_c() -> None:
    top = 0xFFFFFFFF_80000000
    assert run(integers, [top, top, top, 0xFFFFFFFF]) == (-(2**31), 2**31, top, -1)


@syscall
def offsets(t: Any, fd: Fd, a: Offset, last: Int) -> Any:
    return a, last


@syscall
def pairs(t: Any, fd: Fd, a: OffsetPair, last: Int) -> Any:
    return a, last


@pytest.mark.parametrize(
    ("arch", "words", "expected"),
    [
        (machine(), [3, 2**64 - 5, 9], (-5, 9)),
        (machine(4), [3, 5, 0xFFFFFFFF, 9], (5 - 2**32, 9)),
        (machine(4, ">"), [3, 0xFFFFFFFF, 5, 9], (5 - 2**32, 9)),
        (machine(4, aligned_pairs=True), [3, 0, 5, 1, 9], (5 + 2**32, 9)),
        (machine(4, ">", aligned_pairs=True), [3, 0, 1, 5, 9], (5 + 2**32, 9)),
    ],
)
def test_wide_offsets(arch: Any, words: list[int], expected: tuple[int, int]) -> None:
    assert run(offsets, words, arch) == expected


def test_split_offsets_have_the_low_word_first_everywhere() -> None:
    assert run(pairs, [3, 5, 77, 9]) == (5, 9)
    assert run(pairs, [3, 5, 1, 9], machine(4, ">")) == (5 + 2**32, 9)


@syscall(wide="sizes64")
def sizes(t: Any, size: FileOffset, last: Int) -> Any:
    return size, last


@syscall(wide="owners32")
def owners(t: Any, uid: Uid) -> Uid:
    return uid if uid == 0xFFFFFFFF else uid + 0x10000


def test_names_for_wide_numbers() -> None:
    assert run(sizes, [0xFFFFFFFF, 9, 1], machine(4)) == (-1, 9)
    assert run(sizes, [0xFFFFFFFF, 9, 1], machine(4), "sizes64") == (0x9FFFFFFFF, 1)
    assert run(sizes, [2**64 - 1, 9, 1]) == (-1, 9)


def test_short_ids() -> None:
    old = machine(4, ids16=True)
    assert run(owners, [0x12FFFF], old) == 65534
    assert run(owners, [0x120001], old) == 65534
    assert run(owners, [0x120001], old, "owners32") == 0x130001
    assert run(owners, [0xFFFF], old, "owners32") == 0x1FFFF


@syscall
def opening(t: Any, flags: OpenFlags, how: SigprocmaskHow) -> Any:
    return flags, how


def test_constants_mean_the_same_on_every_architecture() -> None:
    other = machine(constants={"O_DIRECTORY": 0o40000, "O_DIRECT": 0o200000, "SIG_BLOCK": 1})
    assert run(opening, [0o40001, 1], other) == (abi.O_WRONLY | abi.O_DIRECTORY, 0)
    assert run(opening, [0o200000, 1], other)[0] == abi.O_DIRECT
    both = {"O_DIRECTORY": 0o40000, "O_TMPFILE": 0o20040000, "O_DIRECT": 0o200000}
    assert run(opening, [0o20000000, 1], machine(constants=both))[0] == 0o20000000
    assert run(opening, [0o20040001, 1], machine(constants=both))[0] == abi.O_TMPFILE | 1
    assert run(opening, [0, 0], other)[1] == -1, "0 is no SIG_BLOCK there"
    assert run(opening, [0o40001, 1]) == (0o40001, 1)


@syscall
def strings(t: Any, clock: Clock, path: Path, tp: Out[Timespec]) -> Any:
    return clock, path, bool(tp)


def test_strings_are_fetched_before_the_body_and_pointers_are_not() -> None:
    assert run(strings, [2**32 - 6, Memory.BASE, 0x1]) == (-6, b"", True)
    with pytest.raises(LinuxError) as caught:
        run(strings, [0, 0, 0])
    assert caught.value.errno == EFAULT


def call_with(call: Syscall[..., Any], words: list[int], arch: Any, data: bytes = b"") -> Any:
    t = SimpleNamespace(memory=Memory(arch))
    t.memory.write(Memory.BASE, data)
    result = Bound(call, arch, "x", 1).call(t, words)  # type: ignore[arg-type]
    return result, t.memory


@syscall
def copying(t: Any, a: In[Timespec], b: Out[Timespec], c: Out[Int]) -> Any:
    b.write(a.read())
    c.write(-2)
    return a.size


@pytest.mark.parametrize("arch", [machine(), machine(4), machine(4, ">")])
def test_structures_take_the_machine_s_layout(arch: Any) -> None:
    data = Timespec(tv_sec=-7, tv_nsec=9).pack(arch.model)
    size, memory = call_with(copying, [Memory.BASE, Memory.BASE + 64, Memory.BASE + 99], arch, data)
    assert size == 2 * arch.model.word
    assert memory.read(Memory.BASE + 64, size) == data
    expected = (-2).to_bytes(4, "little" if arch.model.order == "<" else "big", signed=True)
    assert memory.read(Memory.BASE + 99, 4) == expected


@syscall
def masks(t: Any, mask: Out[SigSet]) -> Any:
    mask.write(1 << 33 | 1)


def test_signal_sets_are_words_low_one_first() -> None:
    _, memory = call_with(masks, [Memory.BASE], machine(4, ">"))
    assert memory.read(Memory.BASE, 8) == bytes([0, 0, 0, 1, 0, 0, 0, 2])


class Wide(Timespec):
    """Another machine's timespec."""


@syscall
def arrays(t: Any, times: InOutArray[Timespec], count: UInt) -> Any:
    found = times.read(count)
    times.write(found[1:], first=0)
    return [v.tv_sec for v in found]


def test_arrays() -> None:
    model = machine().model
    data = b"".join(Timespec(tv_sec=n).pack(model) for n in (1, 2, 3))
    found, memory = call_with(arrays, [Memory.BASE, 3], machine(), data)
    assert found == [1, 2, 3]
    assert memory.read(Memory.BASE, 1) == b"\2"
    assert call_with(arrays, [0, 0], machine())[0] == []


@syscall
def buffers(t: Any, given: InBuf, room: OutBuf) -> Any:
    room.write(given.read())
    return sum(map(len, given.views())), room.size


def test_buffers() -> None:
    result, memory = call_with(buffers, [Memory.BASE, 3, 0x10100, 2**63], machine(), b"abc")
    assert result == (3, 2**63)
    assert memory.read(0x10100, 3) == b"abc"


@syscall
def gathering(t: Any, given: IoVecIn) -> Any:
    return b"".join(given.views())


def iovec(*parts: tuple[int, int]) -> bytes:
    return b"".join(a.to_bytes(8, "little") + n.to_bytes(8, "little") for a, n in parts)


def test_iovec_stops_at_the_first_bad_address() -> None:
    good = (Memory.BASE + 0x100, 4)
    data = iovec(good, (1, 5), good).ljust(0x100, b"\0") + b"wxyz"
    assert call_with(gathering, [Memory.BASE, 3], machine(), data)[0] == b"wxyz"
    with pytest.raises(LinuxError) as caught:
        call_with(gathering, [Memory.BASE, 1], machine(), iovec((1, 5)))
    assert caught.value.errno == EFAULT
    for words, data in (([Memory.BASE, 1], iovec((0, 2**63))), ([Memory.BASE, 1025], b"")):
        with pytest.raises(LinuxError) as caught:
            call_with(gathering, words, machine(), data)
        assert caught.value.errno == EINVAL


@syscall
def vectors(t: Any, argv: StringArray, raw: Addr, name: SockAddrOut) -> Any:
    name.write(b"12345")
    return argv.read()


def test_string_arrays_and_value_result_lengths() -> None:
    text = (0x10040).to_bytes(8, "little") + bytes(8)
    data = text.ljust(0x40, b"\0") + b"hello\0"
    words = [Memory.BASE, 0, 0x10080, 0x100C0]
    t_arch = machine()
    memory = Memory(t_arch)
    memory.write(Memory.BASE, data)
    memory.set_u32(0x100C0, 3)
    t = SimpleNamespace(memory=memory)
    assert Bound(vectors, t_arch, "x", 1).call(t, words) == [b"hello"]  # type: ignore[arg-type]
    assert memory.read(0x10080, 5) == b"123\0\0"
    assert memory.u32(0x100C0) == 5
