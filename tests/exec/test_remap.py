"""mremap, madvise, msync, mincore and the mlock family."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from qemu_user.exec import advice, arch, remap
from qemu_user.exec.abi import memory as abi
from qemu_user.exec.cpu import READ, WRITE
from qemu_user.exec.memory import AddressSpace

PAGE = 4096
PRIVATE = abi.MAP_PRIVATE | abi.MAP_ANONYMOUS
SHARED = abi.MAP_SHARED | abi.MAP_ANONYMOUS
FIXED = PRIVATE | abi.MAP_FIXED
RW = READ | WRITE
AT = 0x10_0000_0000
TO = 0x20_0000_0000
MAYMOVE, MOVE_TO, DONTUNMAP = abi.MREMAP_MAYMOVE, 3, 5


@pytest.fixture
def space() -> Iterator[AddressSpace]:
    space = AddressSpace(arch.load("x86_64"))
    yield space
    space.close()


def fails(error: int) -> object:
    return pytest.raises(OSError, match=rf"Errno {error}\b")


def numbered(space: AddressSpace, addr: int, pages: int) -> list[int]:
    """The first byte of each page."""
    return [space.read(addr + i * PAGE, 1)[0] for i in range(pages)]


def number(space: AddressSpace, addr: int, pages: int, first: int = 1) -> None:
    for i in range(pages):
        space.write(addr + i * PAGE, bytes((first + i,)) * PAGE)


def areas(space: AddressSpace) -> list[tuple[int, int]]:
    return [(vma.start, vma.end) for vma in space.vmas]


def test_growing_in_place_and_shrinking(space: AddressSpace) -> None:
    space.mmap(AT, 2 * PAGE, RW, FIXED)
    number(space, AT, 2)
    assert remap.mremap(space, AT, 2 * PAGE, 4 * PAGE, 0, 0) == AT
    assert numbered(space, AT, 4) == [1, 2, 0, 0]
    assert remap.mremap(space, AT, 4 * PAGE, PAGE, 0, 0) == AT
    assert areas(space) == [(AT, AT + PAGE)]
    assert remap.mremap(space, AT, PAGE, 2 * PAGE, 0, 0) == AT
    assert numbered(space, AT, 2) == [1, 0]


def test_moving_when_something_is_in_the_way(space: AddressSpace) -> None:
    space.mmap(AT, 2 * PAGE, RW, FIXED)
    space.mmap(AT + 2 * PAGE, PAGE, READ, FIXED)
    number(space, AT, 2)
    with fails(errno.ENOMEM):
        remap.mremap(space, AT, 2 * PAGE, 3 * PAGE, 0, 0)
    new = remap.mremap(space, AT, 2 * PAGE, 3 * PAGE, MAYMOVE, 0)
    assert numbered(space, new, 3) == [1, 2, 0]
    assert areas(space)[0] == (AT + 2 * PAGE, AT + 3 * PAGE)
    space.mmap(AT, 2 * PAGE, RW, FIXED)
    assert numbered(space, AT, 2) == [0, 0]


def test_moving_to_an_address_replaces_what_is_there(space: AddressSpace) -> None:
    space.mmap(AT, 2 * PAGE, RW, FIXED)
    space.mmap(TO, 5 * PAGE, RW, FIXED)
    number(space, AT, 2)
    number(space, TO, 5, 50)
    assert remap.mremap(space, AT, 2 * PAGE, 3 * PAGE, MOVE_TO, TO + PAGE) == TO + PAGE
    assert numbered(space, TO, 5) == [50, 1, 2, 0, 54]
    assert areas(space) == [(TO, TO + 5 * PAGE)]


def test_what_was_moved_together_moves_again(space: AddressSpace) -> None:
    """The host keeps the parts apart, the guest must not notice."""
    for i in range(4):
        space.mmap(AT + 16 * i * PAGE, PAGE, RW, FIXED)
        number(space, AT + 16 * i * PAGE, 1, i + 1)
        remap.mremap(space, AT + 16 * i * PAGE, PAGE, PAGE, MOVE_TO, TO + i * PAGE)
    assert areas(space) == [(TO, TO + 4 * PAGE)]
    new = remap.mremap(space, TO, 4 * PAGE, 8 * PAGE, MOVE_TO, AT)
    assert numbered(space, new, 8) == [1, 2, 3, 4, 0, 0, 0, 0]
    space.munmap(new, 8 * PAGE)
    space.mmap(AT, 8 * PAGE, RW, FIXED)
    assert numbered(space, AT, 8) == [0] * 8


def test_dontunmap_leaves_zeros(space: AddressSpace) -> None:
    space.mmap(AT, 2 * PAGE, RW, FIXED)
    number(space, AT, 2)
    new = remap.mremap(space, AT, 2 * PAGE, 2 * PAGE, DONTUNMAP, 0)
    assert new != AT
    assert numbered(space, new, 2) + numbered(space, AT, 2) == [1, 2, 0, 0]


def test_a_file_grows_into_its_next_pages(space: AddressSpace, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"".join(bytes((i,)) * PAGE for i in range(1, 5)))
    fd = os.open(path, os.O_RDWR)
    addr = space.mmap(AT, PAGE, RW, abi.MAP_SHARED | abi.MAP_FIXED, fd, PAGE)
    os.close(fd)
    assert remap.mremap(space, addr, PAGE, 2 * PAGE, 0, 0) == addr
    assert numbered(space, addr, 2) == [2, 3]
    new = remap.mremap(space, addr, 2 * PAGE, 4 * PAGE, MOVE_TO, TO)
    assert numbered(space, new, 3) == [2, 3, 4]
    assert space.fault_signal(new + 3 * PAGE, READ) == (7, 2)
    space.write(new, b"written")
    assert path.read_bytes()[PAGE : PAGE + 7] == b"written"
    again = remap.mremap(space, new, 0, PAGE, MAYMOVE, 0)
    assert (again != new, space.read(again, 7)) == (True, b"written")


def test_shared_memory_ends_where_it_was_made_to(space: AddressSpace) -> None:
    addr = space.mmap(AT, PAGE, RW, SHARED | abi.MAP_FIXED)
    space.write(addr, b"x")
    new = remap.mremap(space, addr, PAGE, 2 * PAGE, MAYMOVE, 0)
    assert space.read(new, 1) == b"x"
    assert not space.fault(new + PAGE, READ)
    assert space.fault_signal(new + PAGE, READ) == (7, 2)


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ((AT, PAGE, PAGE, 8, 0), errno.EINVAL),
        ((AT, PAGE, PAGE, abi.MREMAP_FIXED, TO), errno.EINVAL),
        ((AT, PAGE, 2 * PAGE, DONTUNMAP, 0), errno.EINVAL),
        ((AT + 1, PAGE, PAGE, 0, 0), errno.EINVAL),
        ((AT, PAGE, 0, 0, 0), errno.EINVAL),
        ((TO, PAGE, 2 * PAGE, 0, 0), errno.EFAULT),
        ((AT, 0, PAGE, MAYMOVE, 0), errno.EINVAL),
        ((AT, 5 * PAGE, 6 * PAGE, MAYMOVE, 0), errno.EFAULT),
        ((AT, PAGE, PAGE, MOVE_TO, AT), errno.EINVAL),
        ((AT, PAGE, PAGE, MOVE_TO, TO + 1), errno.EINVAL),
        ((AT, PAGE, PAGE, MOVE_TO, 1 << 60), errno.EINVAL),
        ((AT, PAGE, 1 << 50, MAYMOVE, 0), errno.EINVAL),
    ],
)
def test_mremap_refuses(space: AddressSpace, args: tuple[int, ...], error: int) -> None:
    space.mmap(AT, 2 * PAGE, RW, FIXED)
    with fails(error):
        remap.mremap(space, *args)
    assert areas(space) == [(AT, AT + 2 * PAGE)]


def test_random_moves_keep_contents(space: AddressSpace) -> None:
    rng = random.Random(3)
    blocks: dict[int, tuple[int, int]] = {}  # address -> pages, tag
    for step in range(600):
        if len(blocks) < 5:
            pages = rng.randrange(1, 6)
            addr = space.mmap(0, pages * PAGE, RW, PRIVATE)
            tag = step % 200 + 1
            number(space, addr, pages, tag)
            blocks[addr] = pages, tag
        addr = rng.choice(list(blocks))
        pages, tag = blocks.pop(addr)
        match rng.randrange(3):
            case 0:
                space.munmap(addr, pages * PAGE)
            case _:
                more = rng.randrange(1, 8)
                new = remap.mremap(space, addr, pages * PAGE, more * PAGE, MAYMOVE, 0)
                kept = min(pages, more)
                old = [tag + i for i in range(kept)]
                assert numbered(space, new, more) == old + [0] * (more - kept)
                number(space, new, more, tag)
                blocks[new] = more, tag
    for addr, (pages, tag) in blocks.items():
        assert numbered(space, addr, pages) == [tag + i for i in range(pages)]
    assert space.vmas.pages == sum(pages for pages, _ in blocks.values())


def test_madvise(space: AddressSpace) -> None:
    space.mmap(AT, 2 * PAGE, RW, FIXED)
    number(space, AT, 2)
    advice.madvise(space, AT, PAGE, abi.MADV_DONTNEED)
    assert numbered(space, AT, 2) == [0, 2]
    for addr, what in ((AT + 1, abi.MADV_DONTNEED), (AT, 99), (AT, abi.MADV_REMOVE)):
        with fails(errno.EINVAL):
            advice.madvise(space, addr, PAGE, what)
    space.mmap(AT + 4 * PAGE, PAGE, RW, FIXED)
    number(space, AT + 4 * PAGE, 1)
    with fails(errno.ENOMEM):
        advice.madvise(space, AT, 5 * PAGE, abi.MADV_DONTNEED)
    assert numbered(space, AT, 2) + numbered(space, AT + 4 * PAGE, 1) == [0, 0, 0]


def test_msync(space: AddressSpace) -> None:
    space.mmap(AT, PAGE, RW, SHARED | abi.MAP_FIXED)
    advice.msync(space, AT, PAGE, abi.MS_SYNC)
    for addr, flags in ((AT + 1, 4), (AT, 5), (AT, 8)):
        with fails(errno.EINVAL):
            advice.msync(space, addr, PAGE, flags)
    with fails(errno.ENOMEM):
        advice.msync(space, AT, 2 * PAGE, abi.MS_SYNC)


def test_mincore(space: AddressSpace) -> None:
    space.mmap(AT, 3 * PAGE, RW, FIXED)
    space.write(AT + PAGE, b"x")
    assert [byte & 1 for byte in advice.mincore(space, AT, 3 * PAGE)] == [0, 1, 0]
    with fails(errno.ENOMEM):
        advice.mincore(space, AT, 4 * PAGE)


def test_mlock(space: AddressSpace) -> None:
    space.mmap(AT, 4 * PAGE, RW, FIXED)
    advice.mlock(space, AT + 10, PAGE)
    assert space.locked() == 2 * PAGE
    assert [byte & 1 for byte in advice.mincore(space, AT, 4 * PAGE)] == [1, 1, 0, 0]
    with fails(errno.ENOMEM):
        advice.mlock(space, AT, 5 * PAGE)
    advice.munlock(space, AT, 4 * PAGE)
    assert (space.locked(), areas(space)) == (0, [(AT, AT + 4 * PAGE)])
    space.lock_limit = 2 * PAGE
    with fails(errno.ENOMEM):
        advice.mlock(space, AT, 3 * PAGE)
    with fails(errno.EAGAIN):
        space.mmap(0, 3 * PAGE, RW, PRIVATE | abi.MAP_LOCKED)
    advice.mlockall(space, abi.MCL_FUTURE)
    space.mmap(TO, PAGE, RW, FIXED)
    assert space.locked() == PAGE
    space.munmap(TO, PAGE)
    advice.munlockall(space)
    space.mmap(TO, PAGE, RW, FIXED)
    assert (space.locked(), numbered(space, TO, 1)) == (0, [0])
