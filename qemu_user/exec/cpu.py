"""The contract between the operating system and whatever executes guest instructions."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol, TypeAlias

    from .arch import Arch
    from .engine_blocks import NativeBlocks
    from .engine_calls import NativeCalls

    Identity: TypeAlias = tuple[int, int, int, int]  # EAX, EBX, ECX, EDX of CPUID
else:
    Protocol = object

READ, WRITE, EXEC = 1, 2, 4  # access kinds, and the bits of a page's entry in the permission table


# What `Cpu.native_blocks` gives to machine code, an array of 64-bit words: the host's addresses of
# the registers and of the table of code, whether it is in use; the table of permissions, its size;
# the host's address of the guest's 0; a word, and the address of 64 bytes, to use at will.
STATE, TABLE, ON, PERMS, PAGES, ARENA, SAVED, SCRATCH = range(8)
SLOTS = 1 << 12  # entries of the table of code: the guest's address and the host's


class Trap:
    """Why `Cpu.run` returned."""

    __slots__ = ()


class Syscall(Trap):
    """A system call that `on_syscall` left to the caller; PC is after the instruction."""

    __slots__ = ()


class Interrupted(Trap):
    """`interrupt()` was called, or `on_syscall` asked to leave after a call it completed."""

    __slots__ = ()


class Limit(Trap):
    """`run(limit)` retired that many instructions."""

    __slots__ = ()


class Illegal(Trap):
    """An instruction the engine does not execute; PC is at it."""

    __slots__ = ()


class Fault(Trap):
    """A page refused an access; PC is at the instruction, which had no effect."""

    __slots__ = ("access", "addr")

    def __init__(self, addr: int, access: int) -> None:
        self.addr = addr  # the exact address, not its page
        self.access = access  # READ, WRITE or EXEC


class Raised(Trap):
    """A processor exception; `signal`, `code` and where PC stands are the architecture's."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number  # the engine's exception number; Arch.exceptions explains it


class Context:
    """All registers of a thread that is not running; made by `Cpu.new_context`."""

    __slots__ = ("pointer",)
    pointer: Any  # the backend's affair


class RegisterBank(Protocol):
    """A fixed list of registers, read and written together (unsigned values)."""

    def get(self) -> Sequence[int]: ...

    def set(self, values: Sequence[int]) -> None: ...


class Cpu(Protocol):
    """An engine bound to one arena and permission table; runs one thread's registers at a time."""

    arch: Arch
    calls: NativeCalls  # system calls that need no `on_syscall`
    on_syscall: Callable[[], bool]
    """Called inside the engine at each system call, when PC must not be changed. True: handled, the
    result is in its register, carry on. False: leave; `run` returns `Syscall` with nothing done.
    To leave after a call that was handled, call `leave()` and return True: `run` returns
    `Interrupted` with PC after the instruction."""

    windows: Any
    """Register windows that memory backs (`engine_windows.Windows`); None: there are none."""

    def read(self, name: str) -> int:
        """A register's unsigned value (up to 128 bits) by its name in the arch file."""

    def write(self, name: str, value: int) -> None: ...

    def bank(self, *names: str) -> RegisterBank: ...

    def new_context(self) -> Context:
        """A context holding a copy of the current registers."""

    def save(self, context: Context) -> None: ...

    def restore(self, context: Context) -> None: ...

    def reset(self) -> None:
        """Registers as a new program finds them (execve); memory is the address space's affair."""

    def close(self) -> None:
        """Give the engine back; nothing else may be called afterwards."""

    def run(self, limit: int | None = None) -> Trap:
        """Run until something the kernel must see; `limit` counts instructions (stepping)."""

    def interrupt(self) -> None:
        """From any host thread: make `run` return soon, between two instructions.

        Never lost: when `run` is not under way the next one returns at its first block.
        """

    def leave(self) -> None:
        """Inside `on_syscall` only: return from `run` once the call is done."""

    def discard(self, addr: int, size: int) -> None:
        """Forget translations of code that was or will be rewritten."""

    def native_blocks(self, first: str) -> NativeBlocks | None:
        """Machine code in place of instructions that the engine refuses, None where it can't be.

        `first` is a general register; what is made is told where the others are from there.
        """

    def flush_tlb(self) -> None:
        """Permissions changed: forget cached page entries."""

    def share(self, on: bool) -> None:
        """Whether other processes write to memory too: atomic instructions are to be so for them.

        Costs time. Without effect where the engine can't.
        """

    def guard(self, words: ctypes.Array[ctypes.c_uint64]) -> None:
        """Fill in what the handler of the host's SIGBUS must know of the engine (busfault.py)."""

    def watch_block(self, call: Callable[[int, int], None] | None) -> None:
        """Call `call(pc, size)` at each block's start; None stops it (an observer asked)."""

    def watch_instruction(self, call: Callable[[int, int], None] | None) -> None: ...

    def watch_identification(self, edit: Callable[[int, int, Identity], Identity]) -> None:
        """Let `edit(leaf, subleaf, answer)` change what the guest reads of the CPU's identity."""
