"""What an architecture is: frozen data that the engine, the loader and Linux need to know of it."""

from __future__ import annotations

import sys

from ..abi.cheap import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..abi.layout import CStruct, DataModel
    from ..cpu import Trap
    from ..thread import Thread
    from .mend import Mend

    FrameCode = Any
    _Leaf = tuple[int, int]
    _Answer = tuple[int, int, int, int]


ANY = -1  # as a subleaf of CPUID: the leaf has none
_HOST_ORDER = "<" if sys.byteorder == "little" else ">"


class Engine:
    """How the engine is opened for an architecture, and what its numbers mean.

    Names are the engine's own constants' without prefix; the backend turns them into numbers.
    """

    def __init__(
        self,
        arch: str,
        mode: tuple[str, ...],
        model: str | None = None,
        *,
        syscall: tuple[str, int],
        syscall_skip: int = 0,
        exceptions: Mapping[int, tuple[int, int, int]],
        illegal: tuple[int, ...] = (),
        page_size: bool = False,
        start: Mapping[str, int] | None = None,
        user_mode: bytes = b"",
        syscall_saves: tuple[str, str] | None = None,
        contributory: tuple[int, ...] = (),
        noncanonical: int | None = None,
        identify: tuple[int, tuple[str, ...], tuple[str, ...]] | None = None,
        illegal_code: int = 2,
        stopping: int = -1,
        unsaved: tuple[str, ...] = (),
        target: str = "",
        beside: Mapping[str, tuple[str, int, int]] | None = None,
        mends: tuple[Mend, ...] = (),
        substitutes: bool = False,
        start_bit: str = "",
        refused: Mapping[int, int] | None = None,
        kept_on_fill: tuple[str, int] | None = None,
        slot: tuple[str, int, int] | None = None,
        tables: tuple[str, int, str, str] | None = None,
        moving: tuple[str, ...] = (),
        windows: Mapping[str, int] | None = None,
        word: int = 0,
    ) -> None:
        self.arch = arch  # "X86", "ARM64"
        self.word = word  # bytes of its registers, if they are more than the ABI has
        self.mode = mode  # ("64",), ("ARM",)
        self.model = model  # "X86_EPYC_ROME", "ARM64_MAX"
        self.syscall = syscall  # ("insn", X86 instruction id) or ("intr", exception number)
        self.syscall_skip = syscall_skip  # bytes to be added to PC, to be after the instruction
        # number -> (signal, si_code, bytes the backend adds to PC so that it is where Linux has it)
        self.exceptions = exceptions
        self.illegal = illegal  # those of illegal instructions; a correction in `exceptions` counts
        self.page_size = page_size  # tell the engine that pages are 4096 bytes
        self.start = start or {}  # registers of a new program that are not 0
        # Code run once to reach user privilege: sp is the end of a page that may be read, written
        # and executed, the first general register the address to go to.
        self.user_mode = user_mode
        self.syscall_saves = syscall_saves  # registers that get the next PC and the flags
        self.illegal_code = illegal_code  # si_code of SIGILL
        # Registers without a name in the engine: another's, how far behind it they are, their size
        self.beside = beside or {}
        self.mends = mends
        self.substitutes = substitutes  # `engine_substitutes` has code for hosts of its own kind
        # A register of `beside` that looking up a data page spoils, and the bits of it that stay
        self.kept_on_fill = kept_on_fill
        # A register, and which of its bits say that PC is in the slot behind a branch, and the
        # branch's size. The engine forgets where exceptions of such processors were.
        self.slot = slot
        # A register of `beside` that points to the processor's address tables, how far behind it a
        # function of the engine's stands, that function's name and what is to take its place.
        self.tables = tables
        self.refused = refused or {}  # instructions not to be executed -> the exception instead
        self.start_bit = start_bit  # whose lowest bit the engine wants in the address to start at
        self.target = target  # what the names of the engine's own functions end in
        self.moving = moving  # registers that the engine keeps now here, now there
        self.windows = windows  # where the CPU state has what is about register windows
        self.unsaved = unsaved  # registers that the engine's contexts leave out
        self.stopping = stopping  # the exception that the engine reports as an invalid instruction
        self.contributory = contributory  # exceptions the engine must be told are over
        # Raised at addresses that aren't sign-extended 48-bit ones, if that is no page fault
        self.noncanonical = noncanonical
        self.identify = identify  # CPUID: its instruction id, what it reads, what it writes


class Registers:
    """Names of the registers; the backend knows them in lower case as the engine spells them."""

    def __init__(
        self,
        *,
        general: tuple[str, ...],
        pc: str,
        sp: str,
        flags: str | None,
        tls: str | None,
        vector: tuple[str, ...] = (),
        control: tuple[str, ...] = (),
        dwarf: tuple[str, ...] = (),
        frame: str = "",
    ) -> None:
        self.general = general  # integer registers without PC, in gdb's order
        self.pc = pc
        self.sp = sp
        self.flags = flags
        self.tls = tls  # what CLONE_SETTLS sets
        self.vector = vector  # 128-bit ones
        self.control = control  # floating-point control and status
        self.dwarf = dwarf  # by the numbers that debug information has for them
        self.frame = frame  # the frame pointer


class Convention:
    """How a system call passes its number, arguments and result (man 2 syscall)."""

    def __init__(
        self,
        *,
        number: str,
        args: tuple[str, ...],
        result: str,
        insn_size: int,
        aligned_pairs: bool = False,
        error: tuple[str, int, int] | None = None,
        immediate: str = "",
        half_size: tuple[str, int] | None = None,
        stack_args: int = 0,
        int_number: bool = False,
    ) -> None:
        self.int_number = int_number  # only 32 bits of the number count
        # A register with a number that the instruction itself has; 0: `number` has it
        self.immediate = immediate
        self.number = number
        self.args = args  # six registers, in order
        self.stack_args = stack_args  # where four more arguments are, from SP on; 0: nowhere
        self.result = result  # a failed call holds -errno, or errno where there is `error`
        # A register that tells failure, which of its bits calls leave alone, and what is set in it
        # by a call that fails.
        self.error = error
        self.insn_size = insn_size  # restart subtracts it from PC
        self.half_size = half_size  # a register, and the bits of it that halve the size
        # 64-bit arguments of 32-bit ABIs begin in an even register (man 2 syscall)
        self.aligned_pairs = aligned_pairs


class Linux:
    """What Linux does for one architecture only; functions are called at these moments."""

    def __init__(
        self,
        *,
        begin: Callable[[Thread], None] | None = None,
        tls: Callable[[Thread, int], Callable[[Thread], None]] | None = None,
        new_thread: Callable[[Thread, Thread], None] | None = None,
        calls: Mapping[str, str] | None = None,
        leaving: tuple[str, ...] = (),
        refused: Callable[[int], str] | None = None,
        ids16: bool = False,
        exception: Callable[[Thread, int], tuple[int, int, int] | None] | None = None,
        emulate: Callable[[Thread], bool | Trap] | None = None,
        auxv: tuple[tuple[int, int], ...] = (),
        base_platform: bytes = b"",
        prctl: Callable[[Thread, int, int], int] | None = None,
        gates: Mapping[int, str] | None = None,
        compat: str = "",
        entries: Mapping[int, Callable[[Thread], bool]] | None = None,
        narrow: str = "",
    ) -> None:
        self.narrow = narrow  # the architecture of 32-bit programs, whose calls others may make
        # Exceptions that ask for no signal, by number: whether what they ask for was done
        self.entries = entries or {}
        self.compat = compat  # what uname -m says under PER_LINUX32; "": what it always says
        # Addresses outside of memory that programs call -> the vDSO's function that it is
        self.gates = gates or {}
        # Signal, si_code and si_addr of an exception by its number (-1: an illegal instruction),
        # where the engine's `exceptions` do not tell all
        self.exception = exception
        # Do an instruction that the engine refuses; whether it was one, or how it traps
        self.emulate = emulate
        self.prctl = prctl  # with its first argument, the options that other architectures lack
        self.auxv = auxv  # further entries of the auxiliary vector
        self.base_platform = base_platform  # AT_BASE_PLATFORM
        self.begin = begin  # a program was mapped, and runs next
        # CLONE_SETTLS where it is more than setting a register: checks the value (LinuxError) and
        # returns what sets it for a thread whose registers are loaded
        self.tls = tls
        self.new_thread = new_thread  # parent and child; registers are those the child begins with
        # Names of calls -> those of the definitions: {"mmap": "old_mmap"}
        self.calls = calls or {}
        self.refused = refused  # by the flags of an ELF header: why such programs can't run, or ""
        self.leaving = leaving  # which of the `special` calls replace registers
        self.ids16 = ids16  # users and groups of the older calls have 16 bits (getuid, getuid32)


class Arch:
    """One Linux architecture; instances are module constants in exec/arch."""

    chosen: tuple[str, Mapping[str, bool]]  # -cpu's model, and its features added or left out

    def __init__(
        self,
        *,
        name: str,
        elf_machine: int,
        model: DataModel,
        engine: Engine,
        registers: Registers,
        syscall: Convention,
        frame: FrameCode,
        platform: bytes,
        hwcap: int,
        hwcap2: int = 0,
        clone_args: tuple[str, ...] = ("flags", "stack", "parent_tid", "child_tid", "tls"),
        variants: Mapping[str, type[CStruct]] | None = None,
        constants: Mapping[str, int] | None = None,
        special: Mapping[str, Callable[..., Any]] | None = None,
        task_bits: int = 47,
        cpuinfo: Callable[..., str] | None = None,
        uname: str = "",
        cpuid: Mapping[_Leaf, _Answer] | None = None,
        disassembler: tuple[str, str] = ("", ""),
        audit: int = 0,
        vdso: bool = False,
        sysinfo: str = "",
        cpus: tuple[str, ...] | Mapping[str, str] = (),
        cpu_flags: str = "",
        identity: Callable[[Arch], Mapping[_Leaf, _Answer]] | None = None,
        choose: Callable[[Arch, str, Mapping[str, bool]], None] | None = None,
        notes: tuple[str, ...] = (),
        linux: Linux | None = None,
        system_size: int = 0,
        task_size: int = 0,
        base: str = "",
        page: int = 4096,
    ) -> None:
        self.name = name
        # Whose modules <base>_registers and <base>_vdso serve this one, too
        self.base = base or name
        self.page = page  # AT_PAGESZ, in bytes: what mappings are rounded up to
        self.elf_machine = elf_machine
        self.model = model
        self.engine = engine
        self.registers = registers
        self.syscall = syscall
        self.frame = frame  # signal frame: setup(t, ...) and restore(t); see signals.py
        self.platform = platform  # AT_PLATFORM
        self.hwcap = hwcap
        self.hwcap2 = hwcap2
        self.clone_args = clone_args
        self.variants = variants or {}  # base structure's name -> this architecture's class
        self.constants = constants or {}  # constants that differ from asm-generic's
        self.special = special or {}  # calls that only this architecture has, by name
        self.task_bits = task_bits  # user addresses have this many bits
        self.task_size = task_size or (1 << task_bits) - 4096  # where mappings end at the latest
        self.cpuinfo = cpuinfo
        self.uname = uname or name
        self.cpuid = cpuid or {}  # what the engine answers, where an extension may want to edit it
        self.disassembler = disassembler  # capstone's arch and mode
        self.audit = audit
        self.vdso = vdso  # there is an image, which arch/<name>_vdso.py describes
        self.sysinfo = sysinfo  # the function in it that AT_SYSINFO names
        self.cpus = (*cpus,)  # what -cpu accepts; the first is what runs
        self.cpu_flags = cpu_flags  # features of the processor in /proc/cpuinfo
        # What is to be said of models
        self.cpu_notes = {} if isinstance(cpus, tuple) else cpus
        # Makes the architecture the model called so, features added or left out; LookupError
        self.choose = choose
        self.chosen = "".join(self.cpus[:1]), {}
        self.identity = identity  # what the identifying instruction answers, by leaf and subleaf
        self.notes = notes  # gaps of the engine that no test can show, for docs/architectures.md
        self.linux = linux or Linux()
        self.system_size = system_size  # bytes of tables that the processor reads; `system_base`
        self.ids16 = self.linux.ids16
        self.is_foreign = model.order != _HOST_ORDER  # bytes of the host's kernel are to be swapped
        self.is_wide = model.word == 8  # file sizes, times and ids are not the older calls'

    def wide(self) -> Arch:
        """This architecture as the calls see it that have names of their own for wide numbers."""
        if self.is_wide:
            return self
        from ..abi.wide import variants

        other = Arch.__new__(Arch)
        other.__dict__.update(self.__dict__)
        other.variants = variants(self.variants, self.model)
        other.is_wide, other.ids16 = True, False
        return other

    @property
    def system_base(self) -> int:
        """Where the processor's tables begin: a page above all that user code can address."""
        return (1 << self.task_bits) + 4096


# ELF machine, class (32/64), byte order -> module in this package
_BY_ELF = {
    (62, 64, "<"): "x86_64",
    (183, 64, "<"): "aarch64",
    (183, 64, ">"): "aarch64_be",
    (3, 32, "<"): "i386",
    (243, 32, "<"): "riscv32",
    (243, 64, "<"): "riscv64",
    (40, 32, "<"): "arm",
    (40, 32, ">"): "armeb",
    (20, 32, ">"): "ppc",
    (21, 64, "<"): "ppc64le",
    (21, 64, ">"): "ppc64",
    (22, 64, ">"): "s390x",
    (4, 32, ">"): "m68k",
    (8, 32, "<"): "mipsel",
    (8, 32, ">"): "mips",
    (8, 64, "<"): "mips64el",
    (8, 64, ">"): "mips64",
    (43, 64, ">"): "sparc64",
    (18, 32, ">"): "sparc32plus",
    (2, 32, ">"): "sparc",
}
# Whose machine has another ABI -> a bit of e_flags, and the module of programs that have it set
_BY_FLAG = {"mips": (0x20, "mipsn32"), "mipsel": (0x20, "mipsn32el")}
NAMES = (*_BY_ELF.values(), *(name for _, name in _BY_FLAG.values()))


def load(name: str) -> Arch:
    """The architecture called `name`; its module is imported only now."""
    arch: Arch = import_module(f".{name}", __name__).ARCH
    return arch


def of_elf(machine: int, bits: int, order: str, flags: int) -> Arch | None:
    """The architecture an ELF header asks for, None when it is not one of ours."""
    name = _BY_ELF.get((machine, bits, order))
    bit, other = _BY_FLAG.get(name or "", (0, name))
    name = other if flags & bit else name
    return None if name is None else load(name)


def family_of(machine: int) -> str:
    """The first of our architectures that has this ELF machine number, "" for none."""
    return next((name for (number, *_), name in _BY_ELF.items() if number == machine), "")


def registers_of(arch: Arch) -> Any:
    """How ptrace(2) and core files lay out the registers of `arch`: its module <base>_registers."""
    return import_module(f".{arch.base}_registers", __name__)


def choose(arch: Arch, text: str) -> None:
    """Make `arch` the processor that -cpu asks for: "model,+feature,-feature,feature=off".

    LookupError with words about what it does not have.
    """
    model, *words = text.split(",")
    if model not in arch.cpus:
        raise LookupError(f"unable to find CPU model '{model}'")
    changes = {}
    for word in words:
        name, _, value = word.partition("=")
        if name[:1] in ("+", "-"):
            name, value = name[1:], "on" if name[0] == "+" else "off"
        if value not in ("on", "off"):
            raise LookupError(f"CPU feature '{word}' is neither on nor off")
        changes[name] = value == "on"
    try:
        if arch.choose is not None:
            arch.choose(arch, model, changes)
        elif changes:
            raise LookupError(next(iter(changes)))
    except LookupError as unknown:
        raise LookupError(f"CPU feature '{unknown.args[0]}' is not available") from None
