"""The address space: Linux's mmap family as a guest sees it, and what the engine reads of it."""

from __future__ import annotations

import ctypes
import errno
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qemu_user.exec import advice, arch, arena, foreigncode, host, remap
from qemu_user.exec.abi import memory as abi
from qemu_user.exec.abi.clocks import Timespec
from qemu_user.exec.cpu import EXEC, READ, WRITE
from qemu_user.exec.errors import LinuxError
from qemu_user.exec.memory import AddressSpace
from qemu_user.exec.vma import GUARD, Vma, Vmas

PAGE = 4096
PRIVATE = abi.MAP_PRIVATE | abi.MAP_ANONYMOUS
SHARED = abi.MAP_SHARED | abi.MAP_ANONYMOUS
FIXED = PRIVATE | abi.MAP_FIXED
RW = READ | WRITE
RX = READ | EXEC
RWX = READ | WRITE | EXEC
AT = 0x10_0000_0000


class RecordingCpu:
    """Notes what the engine would be told."""

    def __init__(self, space: AddressSpace) -> None:
        self.space = space
        self.discarded: list[tuple[int, int]] = []
        self.flushes = 0
        self.shares = self.guarded = False

    def discard(self, addr: int, size: int) -> None:
        pages = self.space.table[addr // PAGE : (addr + size) // PAGE].tobytes()
        assert pages[0] & EXEC, "an engine ignores pages that are not executable"
        self.discarded.append((addr, size))

    def flush_tlb(self) -> None:
        self.flushes += 1

    def share(self, on: bool) -> None:
        self.shares = on

    def guard(self, words: object) -> None:
        self.guarded = True

    def taken(self) -> list[tuple[int, int]]:
        """What was discarded since the last time."""
        discarded, self.discarded = self.discarded, []
        return discarded


@pytest.fixture
def space() -> Iterator[AddressSpace]:
    space = AddressSpace(arch.load("x86_64"))
    space.cpu = RecordingCpu(space)  # type: ignore[assignment]
    yield space
    space.close()


@pytest.fixture
def cpu(space: AddressSpace) -> RecordingCpu:
    return space.cpu  # type: ignore[return-value]


def shown(space: AddressSpace, addr: int, pages: int = 1) -> list[int]:
    return list(space.table[addr // PAGE : addr // PAGE + pages])


def areas(space: AddressSpace) -> list[tuple[int, int, int]]:
    return [(vma.start, vma.end, vma.prot) for vma in space.vmas]


def fails(error: int) -> object:
    return pytest.raises(OSError, match=rf"Errno {error}\b")


# mmap, munmap, mprotect


def test_anonymous_memory_is_zero_and_writable(space: AddressSpace) -> None:
    addr = space.mmap(0, 10000, RW, PRIVATE)
    assert space.read(addr, 3 * PAGE) == bytes(3 * PAGE)
    space.write(addr + PAGE - 2, b"across")
    assert space.read(addr + PAGE - 2, 6) == b"across"
    with fails(errno.EFAULT):
        space.read(addr + 3 * PAGE, 1)


def test_memory_mapped_again_is_zero_again(space: AddressSpace) -> None:
    for _ in range(2):
        addr = space.mmap(AT, PAGE, RW, FIXED)
        assert space.read(addr, 4) == bytes(4)
        space.write(addr, b"dirt")
        space.munmap(addr, PAGE)
    space.mmap(AT, PAGE, RW, FIXED)
    space.write(AT, b"dirt")
    space.mmap(AT, PAGE, RW, FIXED)
    assert space.read(AT, 4) == bytes(4)


def test_placement_is_from_the_top_down_and_reuses_the_highest_gap(space: AddressSpace) -> None:
    first = space.mmap(0, PAGE, RW, PRIVATE)
    second = space.mmap(0, 2 * PAGE, READ, PRIVATE)
    third = space.mmap(0, PAGE, RW, PRIVATE)
    assert (second, third) == (first - 2 * PAGE, first - 3 * PAGE)
    space.munmap(second, 2 * PAGE)
    assert space.mmap(0, 3 * PAGE, RW, PRIVATE) == third - 3 * PAGE
    assert space.mmap(0, PAGE, RW, PRIVATE) == second + PAGE


def test_a_hint_is_taken_when_free_and_never_replaces(space: AddressSpace) -> None:
    assert space.mmap(AT + 5, PAGE, RW, PRIVATE) == AT
    assert space.mmap(AT, PAGE, RW, PRIVATE) != AT
    assert space.mmap(1, PAGE, RW, PRIVATE) == 65536


def test_fixed_noreplace(space: AddressSpace) -> None:
    flags = PRIVATE | abi.MAP_FIXED_NOREPLACE
    assert space.mmap(AT, 2 * PAGE, RW, flags) == AT
    with fails(errno.EEXIST):
        space.mmap(AT + PAGE, 2 * PAGE, RW, flags)


@pytest.mark.parametrize(
    ("addr", "size", "flags", "offset"),
    [
        (0, 0, PRIVATE, 0),
        (0, PAGE, PRIVATE, 5),
        (0, PAGE, abi.MAP_ANONYMOUS, 0),
        (0, PAGE, abi.MAP_PRIVATE, 0),
        (0, 0, abi.MAP_PRIVATE, 0),
        (0, PAGE, abi.MAP_ANONYMOUS | abi.MAP_SHARED_VALIDATE, 0),
        (0, (1 << 64) - 1, PRIVATE, 0),
        (0, 1 << 47, PRIVATE, 0),
        (1 << 60, PAGE, FIXED, 0),
        (PAGE + 1, PAGE, FIXED, 0),
        ((1 << 64) - PAGE, PAGE, FIXED, 0),
        (0, PAGE, SHARED | abi.MAP_GROWSDOWN, 0),
    ],
)
def test_mmap_refuses_as_the_host_does(
    space: AddressSpace, addr: int, size: int, flags: int, offset: int
) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    u64 = ctypes.c_uint64
    result = libc.mmap(u64(addr), u64(size), RW, flags, -1, u64(offset))
    assert result == 2**64 - 1
    with fails(ctypes.get_errno()):
        space.mmap(addr, size, RW, flags, -1, offset)


def test_mmap_of_descriptors_that_cannot_be_mapped(space: AddressSpace, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with fails(errno.EACCES):  # the mode is checked before the kind
        space.mmap(0, PAGE, READ, abi.MAP_SHARED, writer)
    with fails(errno.ENODEV):
        space.mmap(0, PAGE, READ, abi.MAP_PRIVATE, reader)
    os.close(reader)
    os.close(writer)
    fd = os.open(tmp_path, os.O_RDONLY)
    with fails(errno.ENODEV):
        space.mmap(0, PAGE, READ, abi.MAP_PRIVATE, fd)
    os.close(fd)
    with fails(errno.EBADF):
        space.mmap(0, PAGE, READ, abi.MAP_PRIVATE, fd)


def test_munmap_splits_and_checks(space: AddressSpace) -> None:
    space.mmap(AT, 5 * PAGE, RW, FIXED)
    space.munmap(AT + PAGE, PAGE)
    space.munmap(AT + 3 * PAGE, 100 * PAGE)
    assert areas(space) == [(AT, AT + PAGE, RW), (AT + 2 * PAGE, AT + 3 * PAGE, RW)]
    assert shown(space, AT, 5) == [RW, 0, RW, 0, 0]
    for addr, size in ((AT + 1, PAGE), (AT, 0), (1 << 50, PAGE), (AT, 1 << 63)):
        with fails(errno.EINVAL):
            space.munmap(addr, size)


def test_mprotect_splits_joins_and_stops_at_a_hole(space: AddressSpace, cpu: RecordingCpu) -> None:
    space.mmap(AT, 4 * PAGE, RW, FIXED)
    space.mprotect(AT + PAGE, PAGE, READ)
    assert shown(space, AT, 4) == [RW, READ, RW, RW]
    assert len(areas(space)) == 3
    assert cpu.flushes
    with fails(errno.EFAULT):
        space.write(AT + PAGE - 1, b"xy")
    assert space.read(AT + PAGE - 1, 1) == b"\0", "a write that fails writes nothing"
    space.mprotect(AT + PAGE, PAGE, RW)
    assert areas(space) == [(AT, AT + 4 * PAGE, RW)]
    with fails(errno.ENOMEM):
        space.mprotect(AT + 2 * PAGE, 4 * PAGE, READ)
    assert shown(space, AT, 4) == [RW, RW, READ, READ]
    for addr, prot in ((AT + 1, READ), (AT, 0x40), (AT, abi.PROT_GROWSDOWN | READ)):
        with fails(errno.EINVAL):
            space.mprotect(addr, PAGE, prot)


class Model:
    """What each of a few pages should be: its protection (None: a hole) and its contents."""

    def __init__(self, space: AddressSpace) -> None:
        self.space = space
        self.prots: list[int | None] = [None] * 48
        self.contents = [0] * 48

    def munmap(self, pages: range, addr: int, size: int, _: int) -> None:
        self.space.munmap(addr, size)
        for i in pages:
            self.prots[i], self.contents[i] = None, 0

    def mmap(self, pages: range, addr: int, size: int, prot: int) -> None:
        self.space.mmap(addr, size, prot, FIXED)
        for i in pages:
            self.prots[i], self.contents[i] = prot, 0

    def mprotect(self, pages: range, addr: int, size: int, prot: int) -> None:
        hole = next((i for i in pages if self.prots[i] is None), None)
        if hole is None:
            self.space.mprotect(addr, size, prot)
        else:
            with fails(errno.ENOMEM):
                self.space.mprotect(addr, size, prot)
        for i in range(pages.start, pages.stop if hole is None else hole):
            self.prots[i] = prot

    def write(self, pages: range, addr: int, size: int, _: int) -> None:
        value = addr // PAGE % 251 + 1
        if all((self.prots[i] or 0) & WRITE for i in pages):
            self.space.write(addr, bytes((value,)) * size)
            for i in pages:
                self.contents[i] = value
        else:
            with fails(errno.EFAULT):
                self.space.write(addr, bytes(size))

    def check(self) -> None:
        prots = self.prots
        assert shown(self.space, AT, len(prots)) == [prot or 0 for prot in prots]
        runs = [(i, p) for i, p in enumerate(prots) if i == 0 or prots[i - 1] != p]
        assert [(start, prot) for start, _, prot in areas(self.space)] == [
            (AT + i * PAGE, p) for i, p in runs if p is not None
        ]
        for i, prot in enumerate(prots):
            if prot:
                found = self.space.read(AT + i * PAGE, PAGE)
                assert found == bytes((self.contents[i],)) * PAGE


def test_random_operations_against_a_model(space: AddressSpace) -> None:
    rng = random.Random(1)
    model = Model(space)
    steps = (model.munmap, model.mmap, model.mprotect, model.write)
    for _ in range(2000):
        first = rng.randrange(48)
        pages = range(first, rng.randrange(first + 1, 49))
        step = rng.choice(steps)
        step(pages, AT + first * PAGE, len(pages) * PAGE, rng.choice((0, READ, RW, READ | EXEC)))
        model.check()


def test_gap_search_finds_the_highest_gap() -> None:
    rng = random.Random(2)
    top = 1024
    vmas = Vmas(top * PAGE)
    used: set[int] = set(range(16))

    def naive(count: int) -> int | None:
        fits = (p for p in range(top - count, -1, -1) if not used & set(range(p, p + count)))
        return next(fits, None)

    for _ in range(800):
        count = rng.choice((1, 1, 2, 3, 7, 64))
        page = naive(count)
        found = vmas.gap_below(count * PAGE, top * PAGE, 16 * PAGE)
        assert found == (None if page is None else page * PAGE)
        if page is not None:
            kind = rng.choice((READ, RW))
            vmas.add(Vma(page * PAGE, (page + count) * PAGE, kind, PRIVATE))
            used |= set(range(page, page + count))
        if page is None or rng.random() < 0.6:
            start, count = rng.randrange(16, top - 8), rng.randrange(1, 8)
            vmas.remove(start * PAGE, (start + count) * PAGE)
            used -= set(range(start, start + count))
    assert vmas.pages == sum(v.end - v.start for v in vmas) // PAGE


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def test_a_huge_reservation_costs_nothing(space: AddressSpace) -> None:
    before = resident()
    addr = space.mmap(0, 1 << 40, 0, PRIVATE | abi.MAP_NORESERVE)
    space.mprotect(addr + (1 << 39), PAGE, RW)
    space.write(addr + (1 << 39), b"x")
    other = space.mmap(0, 1 << 40, RW, PRIVATE | abi.MAP_NORESERVE)
    space.write(other + 12345678901, b"x")
    assert space.fault(other + (1 << 35), READ), "shown when touched"
    space.munmap(addr, 1 << 40)
    space.munmap(other, 1 << 40)
    assert resident() - before < 1 << 20
    assert not space.fault(other + 12345678901, READ)


def test_obvious_overcommitment_is_refused(space: AddressSpace) -> None:
    if Path("/proc/sys/vm/overcommit_memory").read_text().strip() != "0":
        pytest.skip("the host overcommits differently")
    with fails(errno.ENOMEM):
        space.mmap(0, 1 << 44, RW, PRIVATE)


# access


def test_views_give_the_permitted_prefix(space: AddressSpace) -> None:
    space.mmap(AT, PAGE, RW, FIXED)
    space.mmap(AT + PAGE, PAGE, READ, FIXED)
    assert [len(v) for v in space.views(AT + 10, 3 * PAGE, WRITE)] == [PAGE - 10]
    assert [len(v) for v in space.views(AT + 10, 3 * PAGE, READ)] == [2 * PAGE - 10]
    assert space.views(AT + 5 * PAGE, 0, READ) == []
    with fails(errno.EFAULT):
        space.views(AT + PAGE, 1, WRITE)
    space.views(AT, 3, WRITE)[0][:] = b"abc"
    assert space.read(AT, 3) == b"abc"


@pytest.mark.parametrize("addr", [0, 8, AT, 1 << 46, 1 << 47, (1 << 63) + 5, (1 << 64) - 2])
def test_wild_pointers_are_efault(space: AddressSpace, addr: int) -> None:
    calls: list[tuple[Callable[..., object], tuple[object, ...]]] = [
        (space.write, (b"12345678",)),
        (space.string, ()),
        (space.u32, ()),
        (space.word, ()),
        (space.set_word, (1,)),
        (space.load, (Timespec,)),
        (space.store, (Timespec(),)),
        (space.cmpxchg_u32, (0, 1)),
        (space.poke, (b"x",)),
    ]
    for size in (1, 8, PAGE, 1 << 40, 1 << 62):
        calls += [(space.read, (size,)), (space.peek, (size,))]
        calls += [(space.views, (size, READ)), (space.views, (size, WRITE))]
    for call, args in calls:
        with pytest.raises(LinuxError) as caught:
            call(addr, *args)
        assert caught.value.errno == errno.EFAULT
    assert space.peek_prefix(addr, 15) == b""


def test_strings(space: AddressSpace) -> None:
    space.mmap(AT, 3 * PAGE, RW, FIXED)
    space.write(AT + PAGE - 3, b"across\0")
    assert space.string(AT + PAGE - 3) == b"across"
    space.write(AT + 3 * PAGE - 3, b"end")
    with fails(errno.EFAULT):
        space.string(AT + 3 * PAGE - 3)
    space.write(AT, b"a" * 5000 + b"\0")
    with fails(errno.ENAMETOOLONG):
        space.string(AT)
    with fails(errno.ENAMETOOLONG):
        space.string(AT + 5000 - 4096)
    assert space.string(AT + 5000 - 4095) == b"a" * 4095


def test_values_cross_pages(space: AddressSpace) -> None:
    space.mmap(AT, 2 * PAGE, RW, FIXED)
    at = AT + PAGE - 2
    space.set_u32(at, 0x1_2345_6789)
    assert (space.u32(at), space.read(at, 4)) == (0x23456789, b"\x89\x67\x45\x23")
    space.set_word(at, -2)
    assert space.word(at) == 2**64 - 2
    assert space.cmpxchg_u32(at, 7, 8) == 0xFFFFFFFE
    assert space.cmpxchg_u32(at, 0xFFFFFFFE, 8) == 0xFFFFFFFE
    assert space.u32(at) == 8
    space.store(at, Timespec(tv_sec=-1, tv_nsec=5))
    assert space.load(at, Timespec) == Timespec(tv_sec=-1, tv_nsec=5)


# pages that are written and executed


def test_writable_and_executable_pages_are_one_at_a_time(
    space: AddressSpace, cpu: RecordingCpu
) -> None:
    space.mmap(AT, 2 * PAGE, RWX, FIXED)
    assert shown(space, AT, 2) == [RW, RW]
    assert space.fault(AT + 5, EXEC)
    assert shown(space, AT, 2) == [RX, RW]
    assert (cpu.taken(), cpu.flushes > 0) == ([], True)
    assert space.fault(AT + 5, WRITE)
    assert (shown(space, AT, 2), cpu.taken()) == ([RW, RW], [(AT, PAGE)])
    for _ in range(20):
        assert space.fault(AT, EXEC)
        assert space.fault(AT, WRITE)
    assert shown(space, AT, 2) == [RWX, RW]
    cpu.taken()
    space.write(AT + PAGE - 1, b"xy")
    assert cpu.taken() == [(AT, PAGE)], "what the kernel writes must be translated again"


def test_kernel_writes_discard_translations(space: AddressSpace, cpu: RecordingCpu) -> None:
    space.mmap(AT, 3 * PAGE, RWX, FIXED)
    space.fault(AT + PAGE, EXEC)
    space.views(AT, 3 * PAGE, WRITE)
    assert (cpu.taken(), shown(space, AT, 3)) == ([(AT + PAGE, PAGE)], [RW, RW, RW])
    space.mprotect(AT, 3 * PAGE, RX)
    with fails(errno.EFAULT):
        space.write(AT, b"x")
    space.poke(AT + 10, b"breakpoint")
    assert cpu.taken() == [(AT, PAGE)]
    assert space.peek(AT + 10, 10) == b"breakpoint"


@pytest.mark.parametrize("end", ["munmap", "mmap", "mprotect", "mremap", "dontneed", "reset"])
def test_translations_go_before_the_code_does(
    space: AddressSpace, cpu: RecordingCpu, end: str
) -> None:
    space.mmap(AT, 2 * PAGE, RX, FIXED)
    match end:
        case "munmap":
            space.munmap(AT, 2 * PAGE)
        case "mmap":
            space.mmap(AT, 2 * PAGE, RX, FIXED)
        case "mprotect":
            space.mprotect(AT, 2 * PAGE, RW)
        case "mremap":
            remap.mremap(space, AT, 2 * PAGE, 2 * PAGE, 3, AT + 16 * PAGE)
        case "dontneed":
            advice.madvise(space, AT, 2 * PAGE, abi.MADV_DONTNEED)
        case "reset":
            space.reset()
    assert cpu.taken() == [(AT, 2 * PAGE)]
    assert cpu.flushes or end == "dontneed"


def test_two_views_of_one_shared_page(space: AddressSpace, cpu: RecordingCpu) -> None:
    fd = os.memfd_create("jit")
    os.ftruncate(fd, 2 * PAGE)
    writer = space.mmap(0, 2 * PAGE, RW, abi.MAP_SHARED, fd)
    reader = space.mmap(0, 2 * PAGE, RX, abi.MAP_SHARED, fd)
    os.close(fd)
    space.write(writer + PAGE, b"code")
    assert space.fault(reader + PAGE, EXEC)
    assert space.read(reader + PAGE, 4) == b"code"
    assert not shown(space, writer + PAGE)[0] & WRITE, "its writes would go unnoticed"
    space.write(writer + PAGE, b"new!")
    assert cpu.taken() == [(reader + PAGE, PAGE)]
    assert not shown(space, reader + PAGE)[0] & EXEC
    assert space.fault(reader + PAGE, EXEC)
    assert space.fault(writer, WRITE)
    assert shown(space, reader + PAGE) == [RX], "another page of the file"


def test_code_written_through_its_file(space: AddressSpace, cpu: RecordingCpu) -> None:
    fd = os.memfd_create("jit")
    os.ftruncate(fd, PAGE)
    code = space.mmap(0, PAGE, RX, abi.MAP_SHARED, fd)
    assert not shown(space, code)[0] & EXEC
    assert space.fault(code, EXEC)
    assert foreigncode.refresh(space)
    assert cpu.taken() == []
    os.pwrite(fd, b"code", 0)
    os.close(fd)
    for changes in ([(code, PAGE)], []):
        foreigncode.refresh(space)
        assert cpu.taken() == changes
    space.mprotect(code, PAGE, READ)
    foreigncode.refresh(space)
    assert not foreigncode.refresh(space), "nothing is executable any more"


@pytest.mark.parametrize("writable", [False, True])
def test_private_code_of_a_file_that_can_be_written_to(
    space: AddressSpace, tmp_path: Path, writable: bool
) -> None:
    (tmp_path / "code").write_bytes(bytes(PAGE))
    fd = os.open(tmp_path / "code", os.O_RDWR if writable else os.O_RDONLY)
    code = space.mmap(0, PAGE, RX, abi.MAP_PRIVATE, fd)
    os.close(fd)
    assert space.fault(code, EXEC)
    assert foreigncode.refresh(space) is writable


def test_who_shares_memory(space: AddressSpace, cpu: RecordingCpu) -> None:
    fd = os.memfd_create("shared")
    os.ftruncate(fd, PAGE)
    addr = space.mmap(0, PAGE, READ, abi.MAP_SHARED, fd)
    space.mmap(0, PAGE, RW, abi.MAP_PRIVATE, fd)
    space.forking()
    assert not cpu.shares
    space.mprotect(addr, PAGE, RW)
    assert cpu.shares
    space.reset()
    assert not cpu.shares
    space.mmap(0, PAGE, RW, abi.MAP_SHARED | abi.MAP_ANONYMOUS)
    assert not cpu.shares, "nobody else has it"
    space.forking()
    assert cpu.shares
    os.close(fd)


@pytest.mark.parametrize("most", [1 << 47, 1 << 46, 1 << 40])
def test_the_arena_is_what_the_host_has_room_for(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(
        host, "reserve", lambda size: asked.append(size) or 1 if size <= most else None
    )
    base, size = arena._reserve(47, 0)
    assert (base, size) == (1, asked[-1])
    assert most // 2 < size <= most


# files


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "data"
    path.write_bytes(b"".join(bytes((65 + i,)) * PAGE for i in range(2)) + b"tail")
    fd = os.open(path, os.O_RDWR)
    yield fd
    os.close(fd)


@pytest.mark.parametrize("kind", [abi.MAP_PRIVATE, abi.MAP_SHARED])
def test_beyond_the_end_of_a_file_is_sigbus(space: AddressSpace, file: int, kind: int) -> None:
    addr = space.mmap(0, 6 * PAGE, RW, kind, file)
    assert space.read(addr + PAGE, PAGE + 6) == b"B" * PAGE + b"tail\0\0"
    assert len(space.views(addr, 6 * PAGE, READ)[0]) == 3 * PAGE
    assert not space.fault(addr + 3 * PAGE, READ)
    assert space.fault_signal(addr + 3 * PAGE, READ) == (7, 2)
    os.ftruncate(file, 5 * PAGE)
    assert space.fault(addr + 4 * PAGE, READ)
    assert space.read(addr + 3 * PAGE, 2 * PAGE) == bytes(2 * PAGE)
    os.ftruncate(file, PAGE)
    space.file_changed(file)
    assert len(space.views(addr, 6 * PAGE, WRITE)[0]) == PAGE


def test_private_and_shared_writes(space: AddressSpace, file: int) -> None:
    private = space.mmap(0, PAGE, RW, abi.MAP_PRIVATE, file, PAGE)
    shared = space.mmap(0, PAGE, RW, abi.MAP_SHARED, file, PAGE)
    space.write(private, b"mine")
    assert os.pread(file, 4, PAGE) == b"BBBB"
    space.write(shared, b"ours")
    assert os.pread(file, 4, PAGE) == b"ours"
    advice.madvise(space, private, PAGE, abi.MADV_DONTNEED)
    assert space.read(private, 4) == b"ours"


def test_a_file_opened_for_reading(space: AddressSpace, file: int) -> None:
    fd = os.open(f"/proc/self/fd/{file}", os.O_RDONLY)
    with fails(errno.EACCES):
        space.mmap(0, PAGE, RW, abi.MAP_SHARED, fd)
    shared = space.mmap(0, PAGE, READ, abi.MAP_SHARED, fd)
    private = space.mmap(0, PAGE, RW, abi.MAP_PRIVATE, fd)
    os.close(fd)
    space.write(private, b"fine")
    with fails(errno.EACCES):
        space.mprotect(shared, PAGE, RW)
    with fails(errno.EFAULT):
        space.poke(shared, b"x")
    os.pwrite(file, b"seen", 0)
    assert (space.read(shared, 4), space.read(private, 4)) == (b"seen", b"fine")


def test_areas_of_files_tell_where_they_come_from(space: AddressSpace, file: int) -> None:
    addr = space.mmap(0, 3 * PAGE, READ, abi.MAP_PRIVATE, file)
    space.munmap(addr + PAGE, PAGE)
    first, second = space.vmas
    status = os.fstat(file)
    assert (second.offset, second.dev, second.ino) == (2 * PAGE, status.st_dev, status.st_ino)
    assert first.name == second.name == os.readlink(f"/proc/self/fd/{file}").encode()


def test_fork_shares_what_is_shared(space: AddressSpace) -> None:
    shared = space.mmap(0, PAGE, RW, SHARED)
    private = space.mmap(0, PAGE, RW, PRIVATE)
    kept_out = space.mmap(0, PAGE, READ, PRIVATE)
    advice.madvise(space, kept_out, PAGE, abi.MADV_DONTFORK)
    pid = os.fork()
    if pid == 0:
        space.write(shared, b"child")
        space.write(private, b"child")
        space.forked()
        os._exit(space.vmas.at(kept_out) is not None)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert (space.read(shared, 5), space.read(private, 5)) == (b"child", bytes(5))
    assert space.read(kept_out, 1) == b"\0"


# heap and stack


def test_brk(space: AddressSpace) -> None:
    space.set_brk(AT)
    assert space.brk(0) == AT
    assert space.brk(AT + 5000) == AT + 5000
    space.write(AT, b"x" * 2 * PAGE)
    assert space.brk(AT + 100) == AT + 100
    assert areas(space) == [(AT, AT + PAGE, RW)]
    assert space.brk(AT + 5000) == AT + 5000
    assert space.read(AT + PAGE, 1) == b"\0", "the heap grows by zeros"
    space.mmap(AT + 4 * PAGE, PAGE, RW, FIXED)
    assert space.brk(AT + 6 * PAGE) == AT + 5000
    assert space.brk(1 << 63) == AT + 5000
    space.data_limit = 3 * PAGE
    assert space.brk(AT + 4 * PAGE) == AT + 5000
    assert next(iter(space.vmas)).name == b"[heap]"


def test_the_stack_grows_to_its_limit(space: AddressSpace) -> None:
    space.limit_stack(1 << 20)
    top = space.map_stack(2 * PAGE, RW)
    assert space.fault(top - 2 * PAGE - 8, WRITE)
    space.write(top - 300_000, b"deep")
    space.write(top - (1 << 20), b"last")
    assert not space.fault(top - (1 << 20) - 1, WRITE)
    assert space.fault_signal(top - (1 << 20) - 1, WRITE) == (11, 1)
    assert areas(space) == [(top - (1 << 20), top, RW)]


def test_the_stack_keeps_its_distance(space: AddressSpace) -> None:
    top = space.map_stack(2 * PAGE, RW)
    wall = top - (4 << 20)
    space.mmap(wall - PAGE, PAGE, RW, FIXED)
    assert not space.fault(wall + GUARD - 1, WRITE)
    assert space.fault(wall + GUARD, WRITE)
    assert space.mmap(wall, PAGE, RW, PRIVATE) != wall, "a hint must not come too near either"


def test_limits(space: AddressSpace) -> None:
    space.space_limit = 4 * PAGE
    space.mmap(AT, 3 * PAGE, READ, FIXED)
    with fails(errno.ENOMEM):
        space.mmap(0, 2 * PAGE, READ, PRIVATE)
    space.space_limit = 1 << 40
    space.data_limit = 2 * PAGE
    with fails(errno.ENOMEM):
        space.mmap(0, 3 * PAGE, RW, PRIVATE)
    space.mmap(0, 3 * PAGE, RW, SHARED)


def test_reset_forgets_all(space: AddressSpace) -> None:
    space.mmap(AT, PAGE, RW, FIXED)
    space.write(AT, b"secret")
    space.brk(0)
    space.reset()
    assert areas(space) == []
    assert not space.fault(AT, READ)
    space.mmap(AT, PAGE, RW, FIXED)
    assert space.read(AT, 6) == bytes(6)


def test_a_host_that_grants_little(monkeypatch: pytest.MonkeyPatch) -> None:
    real = host.reserve
    monkeypatch.setattr(host, "reserve", lambda size: None if size > 1 << 32 else real(size))
    space = AddressSpace(arch.load("aarch64"))
    assert space.size == 1 << 32
    top = space.map_stack(4 * PAGE, RW)
    addr = space.mmap(0, 100 * PAGE, RW, PRIVATE)
    assert space.pie_base < addr < top <= space.size
    space.write(addr, b"x")
    with fails(errno.ENOMEM):
        space.mmap(0, 1 << 32, RW, PRIVATE)
    space.close()
    monkeypatch.setattr(host, "reserve", lambda _: None)
    with pytest.raises(MemoryError):
        AddressSpace(arch.load("aarch64"))
