"""Executables: what is accepted, what is refused and how, and what is in memory afterwards."""

from __future__ import annotations

import errno
import os
import random
import stat
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from qemu_user.exec import arch
from qemu_user.exec.memory import AddressSpace
from qemu_user.exec.options import Options
from qemu_user.loader import Image, LoadError, inspect, map_program, resolve

PAGE = 4096
ARCHES = ("x86_64", "aarch64")
SOURCE = "static int zero[20000]; int data = 5; int main(void) { return zero[data] + data; }\n"


@pytest.fixture
def hello(build_c: Callable[..., Path]) -> Path:
    return build_c(SOURCE, "x86_64", "musl", "-s")


@pytest.fixture
def spaces() -> Iterator[Callable[[str], AddressSpace]]:
    made: list[AddressSpace] = []

    def make(name: str) -> AddressSpace:
        made.append(AddressSpace(arch.load(name)))
        return made[-1]

    yield make
    for space in made:
        space.close()


def loaded(space: AddressSpace, path: Path, *args: bytes, seed: int | None = None) -> Image:
    program = inspect(Options(), bytes(path))
    return map_program(space, program, [bytes(path), *args], [b"A=1", b"B=2"], seed)


def refused(path: Path | str, options: Options | None = None) -> LoadError:
    before = os.listdir("/proc/self/fd")
    with pytest.raises(LoadError) as caught:
        inspect(options or Options(), os.fsencode(path))
    assert os.listdir("/proc/self/fd") == before
    assert "\n" not in caught.value.message
    return caught.value


def auxv(space: AddressSpace, image: Image) -> dict[int, int]:
    words = struct.unpack(f"<{len(image.auxv) // 8}Q", image.auxv)
    return dict(zip(words[::2], words[1::2], strict=True))


@pytest.mark.parametrize("name", ARCHES)
@pytest.mark.parametrize("flags", [("-static",), ("-static-pie", "-fPIE")])
def test_segments_as_pyelftools_sees_them(
    build_c: Callable[..., Path],
    spaces: Callable[[str], AddressSpace],
    name: str,
    flags: tuple[str, ...],
) -> None:
    path = build_c(SOURCE, name, "musl", *flags)
    space = spaces(name)
    image = loaded(space, path)
    with path.open("rb") as file:
        elf = ELFFile(file)
        assert image.program_entry == image.entry == elf["e_entry"] + image.bias
        assert (image.bias != 0) == (elf["e_type"] == "ET_DYN")
        loads = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD"]
        for segment in loads:
            at = segment["p_vaddr"] + image.bias
            assert space.peek(at, segment["p_filesz"]) == segment.data()
            rest = segment["p_memsz"] - segment["p_filesz"]
            assert space.peek(at + segment["p_filesz"], rest) == bytes(rest)
            vma = space.vmas.at(at)
            assert vma is not None
            flags_ = segment["p_flags"]
            assert vma.prot == (flags_ >> 2 & 1 | flags_ & 2 | (flags_ & 1) << 2)
        end = max(s["p_vaddr"] + s["p_memsz"] for s in loads) + image.bias
        assert space.brk(0) == -(-end // PAGE) * PAGE
        assert auxv(space, image)[5] == elf["e_phnum"]
        table = auxv(space, image)[3]
        file.seek(elf["e_phoff"])
        assert space.peek(table, 56 * elf["e_phnum"]) == file.read(56 * elf["e_phnum"])


def test_the_initial_stack(hello: Path, spaces: Callable[[str], AddressSpace]) -> None:
    space = spaces("x86_64")
    image = loaded(space, hello, b"", b"two words", seed=7)
    assert image.sp % 16 == 0
    assert space.word(image.sp) == 3
    at = image.sp + 8
    strings = []
    for _ in range(2):
        part = []
        while pointer := space.word(at):
            part.append(space.string(pointer))
            at += 8
        strings.append(part)
        at += 8
    assert strings == [[bytes(hello), b"", b"two words"], [b"A=1", b"B=2"]]
    assert space.read(at, len(image.auxv)) == image.auxv
    aux = auxv(space, image)
    assert space.string(aux[31]) == bytes(hello)
    assert space.string(aux[15]) == b"x86_64"
    assert (aux[6], aux[9], aux[7], aux[23]) == (PAGE, image.program_entry, 0, 0)
    assert [aux[n] for n in (11, 12, 13, 14)] == [
        *(os.getuid(), os.geteuid(), os.getgid(), os.getegid())
    ]
    assert aux[17] == os.sysconf("SC_CLK_TCK")
    assert {16, 26, 51} <= aux.keys()
    args = space.read(image.arg_start, image.arg_end - image.arg_start)
    assert args == bytes(hello) + b"\0\0two words\0"
    assert space.read(image.env_start, image.env_end - image.env_start) == b"A=1\0B=2\0"


def test_at_random_follows_the_seed(hello: Path, spaces: Callable[[str], AddressSpace]) -> None:
    def value(seed: int | None) -> bytes:
        space = spaces("x86_64")
        return space.read(auxv(space, loaded(space, hello, seed=seed))[25], 16)

    assert value(1) == value(1)
    assert len({value(1), value(2), value(None), value(None)}) == 4


def program(machine: int, bits: int, order: str, flags: int) -> bytes:
    """An ELF program of one page that would exit at once, if anything ran it."""
    ident = b"\x7fELF" + bytes((bits // 32, 1 + (order == ">"), 1)) + bytes(9)
    at, word = (64, "Q") if bits == 64 else (52, "I")
    sizes = (56, 64) if bits == 64 else (32, 52)
    head = struct.pack(
        f"{order}HHI3{word}I6H",
        *(2, machine, 1, 0x10000, at, 0, flags, sizes[1], sizes[0], 1, 0, 0, 0),
    )
    segment = (1, 5, 0, 0x10000, 0x10000, 200, 200, PAGE)
    if bits == 32:
        segment = (1, 0, 0x10000, 0x10000, 200, 200, 5, PAGE)
    return (ident + head + struct.pack(f"{order}{'II6Q' if bits == 64 else '8I'}", *segment)).ljust(
        200, b"\0"
    )


@pytest.mark.parametrize(
    ("machine", "bits", "order", "flags", "why"),
    [
        (62, 32, "<", 0, "x86_64, 32 bits, little-endian"),  # x32
        (62, 64, ">", 0, "x86_64, 64 bits, big-endian"),
        (3, 64, "<", 0, "i386, 64 bits, little-endian"),
        (183, 32, "<", 0, "aarch64, 32 bits, little-endian"),  # ILP32
        (20, 32, "<", 0, "ppc, 32 bits, little-endian"),
        (0x1234, 64, "<", 0, "machine 4660, 64 bits, little-endian"),
        (0x9026, 64, "<", 0, "machine 36902, 64 bits, little-endian"),  # Alpha
        (40, 32, "<", 0, "the ABI before Arm's EABI"),
        (40, 32, ">", 0x05000000, "big-endian instructions, not BE8"),
        (
            8,
            32,
            ">",
            0x90001000,
            "MIPS release 6: the engine takes its PC-relative instructions for illegal",
        ),
        (8, 64, "<", 0x80000400, "MIPS NaN 2008: the processor has the earlier encoding"),
    ],
)
def test_another_abi_is_refused(
    tmp_path: Path, machine: int, bits: int, order: str, flags: int, why: str
) -> None:
    path = tmp_path / "program"
    path.write_bytes(program(machine, bits, order, flags))
    path.chmod(0o755)
    error = refused(path)
    assert error.message == f"{path}: Invalid ELF image for this architecture ({why})"
    assert (error.status, error.errno) == (255, errno.ENOEXEC)


@pytest.mark.parametrize(
    ("machine", "bits", "order", "flags"),
    [
        (40, 32, "<", 0x04000000),
        (40, 32, ">", 0x05800000),
        (20, 32, ">", 0),
        (243, 32, "<", 5),
        (8, 32, "<", 0x1007),
    ],
)
def test_our_abis_are_not_refused(
    tmp_path: Path, machine: int, bits: int, order: str, flags: int
) -> None:
    path = tmp_path / "program"
    path.write_bytes(program(machine, bits, order, flags))
    path.chmod(0o755)
    inspect(Options(), bytes(path)).close()


def test_messages_and_exit_statuses(hello: Path, tmp_path: Path) -> None:
    data = hello.read_bytes()

    def message(name: str, content: bytes, mode: int = 0o755) -> tuple[str, int, int | None]:
        path = tmp_path / name
        path.write_bytes(content)
        path.chmod(mode)
        error = refused(path)
        return error.message.replace(str(path), "F"), error.status, error.errno

    def patched(offset: int, value: bytes) -> bytes:
        return data[:offset] + value + data[offset + len(value) :]

    wrong = ("F: Invalid ELF image for this architecture", 255, errno.ENOEXEC)
    no_program = ("Error while loading F: Exec format error", 1, errno.ENOEXEC)
    cut = ("F: Incomplete read of file header", 255, errno.ENOEXEC)
    assert message("empty", b"") == no_program
    assert message("text", b"hello\n") == no_program
    assert message("script", b"#!/bin/sh\necho\n") == no_program
    assert message("short", data[:40]) == no_program
    assert message("cut", data[:64]) == cut
    assert message("half", data[:1000])[1:] == (255, errno.ENOEXEC)
    assert message("type", patched(16, b"\1\0")) == wrong
    assert message("entsize", patched(54, b"\x37\0")) == wrong
    assert message("count", patched(56, b"\xff\xff")) == cut
    assert message("offset", patched(32, b"\xff" * 8)) == cut
    denied = "Error while loading F: Permission denied"
    assert message("mode", data, 0o644) == (denied, 1, errno.EACCES)
    missing = refused("/nonexist")
    assert (missing.message, missing.status) == (
        *("Error while loading /nonexist: No such file or directory", 1),
    )
    assert refused(tmp_path).errno == errno.EACCES
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o755)
    assert refused(fifo).errno == errno.EACCES


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("offset", 1 << 40, errno.ENOEXEC),
        ("offset", 1, errno.EINVAL),
        ("filesz", (1 << 64) - 1, errno.EINVAL),
        ("memsz", 1 << 46, errno.ENOEXEC),
        ("vaddr", 0xFFFF_8000_0000_0000, errno.ENOMEM),
        ("vaddr", (1 << 64) - PAGE, errno.ENOMEM),
    ],
)
def test_segments_that_cannot_be(
    hello: Path, tmp_path: Path, field: str, value: int, error: int
) -> None:
    data = bytearray(hello.read_bytes())
    with hello.open("rb") as file:
        elf = ELFFile(file)
        index = next(i for i, s in enumerate(elf.iter_segments()) if s["p_type"] == "PT_LOAD")
    at = {"offset": 8, "vaddr": 16, "filesz": 32, "memsz": 40}[field]
    struct.pack_into("<Q", data, 64 + 56 * index + at, value)
    path = tmp_path / "bad"
    path.write_bytes(data)
    path.chmod(0o755)
    refusal = refused(path)
    assert (refusal.errno, refusal.status) == (error, 255)


def test_a_file_being_written_is_busy(hello: Path, tmp_path: Path) -> None:
    path = tmp_path / "busy"
    path.write_bytes(hello.read_bytes())
    path.chmod(0o755)
    with path.open("ab"):
        assert refused(path).errno == errno.ETXTBSY
    inspect(Options(), bytes(path)).close()


def dynamic(hello: Path, tmp_path: Path, interpreter: bytes) -> Path:
    """`hello` with its first segment that is no PT_LOAD made a PT_INTERP."""
    data = bytearray(hello.read_bytes())
    with hello.open("rb") as file:
        kinds = [s["p_type"] for s in ELFFile(file).iter_segments()]
    index = next(i for i, kind in enumerate(kinds) if kind != "PT_LOAD")
    name = interpreter + b"\0"
    struct.pack_into("<IIQQQQQQ", data, 64 + 56 * index, 3, 4, len(data), 0, 0, *[len(name)] * 2, 1)
    path = tmp_path / "dynamic"
    path.write_bytes(data + name)
    path.chmod(0o755)
    return path


def test_an_interpreter_is_looked_for_below_the_prefix(
    hello: Path,
    build_c: Callable[..., Path],
    spaces: Callable[[str], AddressSpace],
    tmp_path: Path,
) -> None:
    path = dynamic(hello, tmp_path, b"/lib/ld-test.so")
    error = refused(path)
    assert (error.message, error.status, error.errno) == (
        "Could not open '/lib/ld-test.so': No such file or directory",
        *(255, errno.ENOENT),
    )
    (tmp_path / "root/lib").mkdir(parents=True)
    loader = tmp_path / "root/lib/ld-test.so"
    options = Options()
    options.sysroot = bytes(tmp_path / "root")
    loader.write_bytes(b"\x7fELF" + bytes(100))
    loader.chmod(0o755)
    assert refused(path, options).errno == errno.ELIBBAD
    loader.write_bytes(build_c(SOURCE, "x86_64", "musl", "-static-pie", "-fPIE").read_bytes())
    space = spaces("x86_64")
    image = map_program(space, inspect(options, bytes(path)), [b"x"], [])
    aux = auxv(space, image)
    assert aux[7] == image.interpreter_base != 0
    assert image.interpreter_base < image.entry < space.mmap_base
    assert aux[9] == image.program_entry != image.entry
    vma = space.vmas.at(image.entry)
    assert vma is not None
    assert vma.name == bytes(loader)


def script(tmp_path: Path, name: str, first_line: bytes) -> bytes:
    path = tmp_path / name
    path.write_bytes(first_line + b"\nmore\n")
    path.chmod(0o755)
    return bytes(path)


def test_scripts(hello: Path, tmp_path: Path) -> None:
    inner = script(tmp_path, "inner", b"#! \t" + bytes(hello) + b"  an option \t")
    outer = script(tmp_path, "outer", b"#!" + inner)
    program, argv = resolve(Options(), outer, [b"name", b"1", b"2"])
    program.close()
    assert program.path == bytes(hello)
    assert program.execfn == outer
    assert argv == [bytes(hello), b"an option", inner, outer, b"1", b"2"]


def test_scripts_that_lead_nowhere(tmp_path: Path) -> None:
    for line, error in (
        (b"#!", errno.ENOEXEC),
        (b"#!   ", errno.ENOEXEC),
        (b"#!/" + b"x" * 300, errno.ENOEXEC),
        (b"#!/nonexist", errno.ENOENT),
        (b"#!" + bytes(tmp_path / "script"), errno.ELOOP),
    ):
        with pytest.raises(LoadError) as caught:
            resolve(Options(), script(tmp_path, "script", line), [b"x"])
        assert caught.value.errno == error


def outcome(space: AddressSpace, path: Path) -> LoadError | None:
    try:
        image = map_program(space, inspect(Options(), bytes(path)), [b"m"], [])
    except LoadError as error:
        return error
    assert space.word(image.sp) == 1
    return None


def test_mutations_are_refused_or_loaded(
    hello: Path, tmp_path: Path, spaces: Callable[[str], AddressSpace]
) -> None:
    """Seeded: whatever the headers say, the answer is a LoadError or a mapped program."""
    rng = random.Random(4)
    data = hello.read_bytes()
    path = tmp_path / "mutant"
    outcomes = {"refused": 0, "loaded": 0}
    space = spaces("x86_64")
    for _ in range(600):
        mutant = bytearray(data)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(64 + 56 * 8)
            width = rng.choice((1, 2, 4, 8))
            value = rng.choice((0, 1, 255, PAGE, rng.getrandbits(64), 1 << rng.randrange(64)))
            mutant[at : at + width] = (value & (1 << 8 * width) - 1).to_bytes(width, "little")
        if rng.random() < 0.2:
            del mutant[rng.randrange(len(mutant)) :]
        path.write_bytes(mutant)
        path.chmod(stat.S_IRWXU)
        error = outcome(space, path)
        outcomes["loaded" if error is None else "refused"] += 1
        if error is not None:
            assert (error.status in (1, 255), bool(error.errno)) == (True, True)
        space.reset()
    assert min(outcomes.values()) > 50
