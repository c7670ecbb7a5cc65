"""The Unicorn backend's two ways of doing things agree: registers, look-ups, stubs."""

from __future__ import annotations

import ctypes
import itertools
import random

import pytest

from qemu_user.exec import (
    arch,
    busfault,
    engine_abort,
    engine_calls,
    engine_numbers,
    stubs,
)
from qemu_user.exec.arch import windows, x86_64_host
from qemu_user.exec.cpu import EXEC, READ, WRITE, Fault, Illegal, Interrupted, Trap
from qemu_user.exec.engine_library import library_path
from qemu_user.exec.engine_numbers import Numbers
from qemu_user.exec.engine_state import PendingException, View
from qemu_user.exec.engine_tlb import TlbGrowth
from tests.cpu_rig import CODE, NAMES, PAGE, Rig, assemble


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


# Registers


def test_calibration_finds_all_general_registers(name: str) -> None:
    cpu = Rig(name).cpu
    registers = cpu.arch.registers
    beside = cpu.arch.engine.beside.keys()
    expected = {*registers.general, registers.pc, registers.sp, registers.tls} - {None}
    assert set(cpu._index) - beside == expected - beside - {*cpu.arch.engine.moving}


def test_view_and_api_agree(name: str) -> None:
    viewed, slow = Rig(name), Rig(name, view=False)
    registers = viewed.arch.registers
    names = tuple(dict.fromkeys((*registers.general, registers.pc, registers.tls or registers.sp)))
    assert not slow.cpu._index
    values = [(15 << 8 * viewed.size - 4) + 4096 * i for i in range(len(names))]
    values[names.index(registers.pc)] = CODE
    for rig in (viewed, slow):
        bank = rig.cpu.bank(*names)
        bank.set(values)
        assert list(bank.get()) == values
        assert [rig.cpu.read(n) for n in names] == values
        # What one way writes, the other reads.
        assert [rig.cpu._api.read(n) for n in names] == values
        one = rig.cpu.bank(names[0])
        assert list(one.get()) == values[:1]
        one.set((3,))
        assert rig.cpu._api.read(names[0]) == 3


def test_mixed_banks_read_wide_registers(name: str) -> None:
    rig = Rig(name)
    registers = rig.arch.registers
    vector = registers.vector[1] if registers.vector else rig.lines.vector
    bank = rig.cpu.bank(registers.general[0], vector, registers.control[0])
    wide = (1 << rig.lines.vector_bits - 1) + 5
    values = [1 << 8 * rig.size - 1, wide, rig.cpu.read(registers.control[0])]
    bank.set(values)
    assert list(bank.get()) == values
    assert rig.cpu.read(vector) == wide


@pytest.mark.parametrize("view", [True, False])
def test_banks_see_what_the_guest_did(name: str, view: bool) -> None:
    rig = Rig(name, view=view)
    lines = rig.lines
    rig.run(f"{lines.set_value.format(n=1234)}; {lines.illegal}")
    assert rig.cpu.bank(lines.value).get()[0] == 1234
    assert rig.cpu.bank(lines.value, lines.counter).get()[0] == 1234


def test_interrupts_before_a_page_that_cannot_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig("x86_64")
    last = CODE + PAGE - 2  # of an instruction that goes on in the next page
    rig.put("nop; .hex b801000000", last - 1)
    rig.start(pc=last - 1)
    start, started = rig.cpu._start, 0

    def interrupted(pc: int, count: int) -> Trap | None:
        nonlocal started
        started += 1
        assert started < 10
        trap = start(pc, count)
        rig.cpu.interrupt()
        return trap

    monkeypatch.setattr(rig.cpu, "_start", interrupted)
    assert isinstance(rig.cpu.run(), Interrupted)
    monkeypatch.undo()
    trap = rig.cpu.run()
    assert isinstance(trap, Fault)
    assert (rig.pc, trap.addr, trap.access) == (last, CODE + PAGE, EXEC)


def test_checked_in_numbers_are_the_package_s() -> None:
    directory = library_path().removesuffix("/lib/libunicorn.so.2")
    for kind in engine_numbers.REGISTERS:
        known = engine_numbers.registers(kind)
        package = Numbers(kind, directory)
        package.known = {}
        assert {n: number_in(package, n) for n in known} == known
    kinds = sorted(engine_numbers.ARCHES, key=len, reverse=True)
    for model, number in engine_numbers.MODELS.items():
        kind = next(kind for kind in kinds if model.startswith(kind))
        assert Numbers(kind, directory)._constant(f"UC_CPU_{model}") == number


def number_in(package: Numbers, name: str) -> int:
    """The package's number of a register; some are named by digits alone."""
    try:
        return package.register(name)
    except KeyError:
        return package.register(name.removeprefix("r"))


def test_programs_without_rare_registers_do_not_read_the_package(name: str) -> None:
    cpu = Rig(name).cpu
    registers = cpu.arch.registers
    for register in (*registers.vector, *registers.control, registers.flags or registers.pc):
        cpu.read(register)
    assert cpu._handle.numbers.all is None


def test_rare_registers_are_found_in_the_package() -> None:
    rig = Rig("x86_64")
    rig.cpu.write("ebx", 0x1234_5678)
    assert rig.cpu.read("bx") == 0x5678
    with pytest.raises(KeyError):
        rig.cpu.read("nonsense")


def test_the_pending_exception_is_told_from_chance() -> None:
    """Other fields may also have been -1 and be 0 now."""
    memory = (ctypes.c_int32 * 0x1000)(*[-1] * 0x1000)
    view = View(ctypes.addressof(memory), memoryview(b""), {})
    pending = PendingException(view)
    memory[7] = memory[0x1578 // 4] = 0
    pending.forget(0)
    assert (memory[7], memory[0x1578 // 4]) == (0, -1)
    memory[9] = 13
    pending.forget(13)
    assert memory[9] == -1
    memory[9] = memory[11] = 13
    pending.forget(13)
    assert (memory[9], memory[11]) == (13, 13)


# Look-ups


def test_native_and_python_look_ups_agree(name: str) -> None:
    """The same program over the same random permissions meets the same faults in the same order."""
    histories = []
    for native in (True, False):
        rig = Rig(name, native=native)
        lines = rig.lines
        random.seed(5)
        base = 0x200000
        history: list[tuple[int, ...]] = []
        for page in range(64):
            rig.protect(base + page * PAGE, random.choice([0, 1, 2, 3, 4, 5, 6, 7]))
        rig.put(f"{lines.load}; {lines.illegal}")
        rig.put(f"{lines.store}; {lines.illegal}", CODE + 64)
        rig.put(f"{lines.call}; {lines.illegal}", CODE + 128)
        code = lines.code_of_set_1
        for _ in range(600):
            addr = base + random.randrange(64 * PAGE - 64) // 64 * 64
            rig.memory[addr : addr + len(code)] = code
            rig.cpu.discard(addr, PAGE)
            rig.start(CODE + 64 * random.randrange(3), **{lines.pointer: addr})
            trap = rig.cpu.run()
            where = (trap.addr, trap.access) if isinstance(trap, Fault) else (0, 0)
            history.append((*where, rig.pc, isinstance(trap, Illegal)))
        histories.append(history)
    assert histories[0] == histories[1]
    assert {entry[1] for entry in histories[0]} == {0, READ, WRITE, EXEC}


@pytest.mark.parametrize("native", [True, False])
def test_the_tlb_is_enlarged_a_bounded_number_of_times(name: str, native: bool) -> None:
    rig = Rig(name, native=native)
    lines, control = rig.lines, rig.cpu._control
    pages = 2000
    rig.protect(0x1000000, READ | WRITE, pages * PAGE)
    step = lines.next_page
    rig.put(f"{lines.add_memory}; {step}; {lines.loop.format(start=CODE)}; {lines.illegal}")
    for _ in range(30):
        rig.start(**{lines.pointer: 0x1000000, lines.counter: pages})
        assert isinstance(rig.cpu.run(), Illegal)
    assert rig.word(0x1000000 + 99 * PAGE) == 30
    assert control[stubs.FILLS] < 12 * pages, "30 rounds without growth"
    assert rig.cpu._tlb.step > 256


def test_flushes_become_rare() -> None:
    control = (ctypes.c_uint64 * stubs.WORDS)()
    flushes: list[int] = []
    growth = TlbGrowth(control, lambda: flushes.append(control[stubs.FILLS]))
    for fills in range(0, 20_000_000, 64):
        control[stubs.FILLS] = fills
        if fills >= control[stubs.FILL_LIMIT]:
            growth.grow()
            assert not control[stubs.FLAGS]
    assert len([fills for fills in flushes if fills < 1 << 17]) >= 8
    assert len(flushes) < 32
    growth.flushed()
    assert control[stubs.FILL_LIMIT] < fills + 5000
    growth.pause()
    growth.flushed()
    assert control[stubs.FILL_LIMIT] > 1 << 62
    growth.resume()
    assert control[stubs.FILL_LIMIT] < fills + 5000


# Stubs


def test_stub_bytes_are_what_their_source_assembles_to() -> None:
    for host, sources in stubs.SOURCE.items():
        for stub, source in sources.items():
            assert assemble(host, source) == stubs.CODE[host][stub], (host, stub)
    for name, source in engine_calls.SOURCE.items():
        assert assemble("x86_64", source) == engine_calls.CODE[name], name
    for name, source in engine_abort.SOURCE.items():
        assert assemble("x86_64", source) == engine_abort.CODE[name], name
    for name, source in busfault.SOURCE.items():
        assert assemble("x86_64", source) == busfault.CODE[name], name
    assert assemble("x86_64", windows.SOURCE) == windows.CODE
    assert assemble("x86_64", x86_64_host.SOURCE) == x86_64_host.CODE


STUBS, CONTROL, TABLE, ENTRY, BACK, STOPPED = range(0x300000, 0x360000, 0x10000)
FIELD, REQUEST = ENTRY + 64, ENTRY + 128
ARGUMENTS = {
    "x86_64": ("rdi", "rsi", "rdx", "rcx", "r8"),
    "aarch64": tuple(arch.load("aarch64").syscall.args[:5]),
}


@pytest.fixture(params=sorted(stubs.CODE))
def host(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


class Host:
    """Runs another host's stubs as guest code; they return to BACK or jump to STOPPED."""

    def __init__(self, name: str) -> None:
        self.rig = Rig(name)
        self.name = name
        for page in (CONTROL, TABLE, ENTRY):
            self.rig.protect(page, READ | WRITE)
        self.rig.protect(STUBS, READ | EXEC)

    def call(self, stub: str, *arguments: int, **words: int) -> int:
        """The result; what it did is in memory."""
        rig = self.rig
        code = stubs.CODE[self.name][stub]
        rig.memory[STUBS : STUBS + len(code)] = code
        rig.cpu.discard(STUBS, PAGE)
        words = {"STOP": STOPPED, "PERMS": TABLE, "PAGES": 100, "FIELD": FIELD, **words}
        words |= {"REQUEST": REQUEST, "COUNTER": REQUEST + 8}
        rig.set_word(REQUEST, 0)
        rig.set_word(REQUEST + 8, 0)
        for index in range(stubs.WORDS):
            rig.set_word(CONTROL + 8 * index, 0)
        for word, value in words.items():
            rig.set_word(CONTROL + 8 * getattr(stubs, word), value)
        rig.start(STUBS, **dict(zip(ARGUMENTS[self.name], arguments, strict=False)))
        if self.name == "x86_64":
            rig.set_word(rig.cpu.read("rsp"), BACK)
        else:
            rig.cpu.write("x30", BACK)
        trap = rig.cpu.run()
        assert isinstance(trap, Fault)
        assert trap.addr in (BACK, STOPPED)
        return rig.cpu.read(rig.arch.registers.general[0])

    def control(self, word: str) -> int:
        return self.rig.word(CONTROL + 8 * getattr(stubs, word))

    def requests(self) -> tuple[int, int]:
        return self.rig.word(REQUEST), self.rig.word(REQUEST + 8)


@pytest.mark.parametrize("bits", range(8))
@pytest.mark.parametrize(("kind", "needed"), [(16, READ), (17, WRITE), (18, EXEC)])
def test_the_fill_stub_of_each_host(host: str, bits: int, kind: int, needed: int) -> None:
    machine = Host(host)
    machine.rig.memory[TABLE + 99] = bits
    machine.rig.set_word(FIELD, 0x1234_5678_9ABC_DEF0)
    result = machine.call(
        "fill", 1, 99 * PAGE, kind, ENTRY, CONTROL, FILLS=6, FILL_LIMIT=8, KEEP=0xF0F0_F0F0
    )
    assert machine.rig.pc == BACK
    spoilt = bool(bits & needed) and kind != 18
    assert machine.rig.word(FIELD) == (0x1234_5678_90B0_D0F0 if spoilt else 0x1234_5678_9ABC_DEF0)
    assert result & 0xFF == bool(bits & needed)
    if bits & needed:
        assert machine.rig.word(ENTRY) == 99 * PAGE
        assert machine.rig.word(ENTRY + 8) & 0xFFFFFFFF == bits
        assert (machine.control("FILLS"), machine.control("FLAGS")) == (7, 0)
        assert machine.requests() == (0, 0)
        machine.call("fill", 1, 99 * PAGE, kind, ENTRY, CONTROL, FILLS=7, FILL_LIMIT=8)
        assert (machine.control("FILLS"), machine.control("FLAGS")) == (8, 0x100)
        asks = "ask" in stubs.CODE[host]
        assert machine.requests() == ((0x80, 0xFFFF) if asks else (0, 0))
    else:
        assert (machine.control("REFUSED"), machine.control("KIND")) == (99 * PAGE, kind)


def test_the_fill_stub_looks_at_nothing_beyond_the_table(host: str) -> None:
    machine = Host(host)
    machine.rig.memory[TABLE : TABLE + 200] = b"\7" * 200
    for page in (100, 150, 1 << 40, (1 << 52) - 1):
        assert machine.call("fill", 1, page * PAGE, 17, ENTRY, CONTROL, FILL_LIMIT=8) & 0xFF == 0
        assert (machine.control("REFUSED"), machine.control("KIND")) == (page * PAGE, 17)


@pytest.mark.parametrize("kind", [16, 17, 18])
def test_the_stub_of_pages_in_pairs(kind: int) -> None:
    machine = Host("x86_64")
    for first, second in itertools.product(range(8), repeat=2):
        machine.rig.memory[TABLE + 98 : TABLE + 100] = bytes((first, second))
        bits = first & second if first and second else first | second
        for page in (98, 99):
            result = machine.call("pair", 1, page * PAGE, kind, ENTRY, CONTROL, FILL_LIMIT=8)
            assert result & 0xFF == bits >> kind - 16 & 1
            if result & 0xFF:
                assert machine.rig.word(ENTRY) == page * PAGE
                assert machine.rig.word(ENTRY + 8) & 0xFFFFFFFF == bits
            else:
                assert machine.control("REFUSED") == page * PAGE


def test_the_stub_that_asks() -> None:
    machine = Host("x86_64")
    machine.call("ask", CONTROL)
    assert machine.requests() == (0x80, 0xFFFF)


def test_the_block_stub_of_each_host(host: str) -> None:
    machine = Host(host)
    for flags, end in ((0, BACK), (1, STOPPED), (0x100, STOPPED), (0x101, STOPPED)):
        machine.call("block", 1, CODE, 4, CONTROL, FLAGS=flags)
        assert machine.rig.pc == end


def test_the_count_stub_of_each_host(host: str) -> None:
    machine = Host(host)
    for count, after, end in ((2, 1, BACK), (1, 0, BACK), (0, 0, STOPPED)):
        machine.call("count", 1, CODE, 4, CONTROL, COUNT=count)
        assert (machine.rig.pc, machine.control("COUNT")) == (end, after)
