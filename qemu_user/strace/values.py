"""How strace(1) writes numbers, strings, flags and sets."""

from __future__ import annotations

from errno import EFAULT

from ..exec.abi import signames
from ..exec.errors import LinuxError
from ..syscalls import args
from ..syscalls.kinds import Codec, Const, Flags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeAlias, TypeVar

    from ..exec.abi.layout import CStruct
    from ..exec.arch import Arch
    from ..exec.memory import AddressSpace
    from ..exec.thread import Thread
    from ..syscalls.syscall import Bound

    S = TypeVar("S", bound=CStruct)
    Late: TypeAlias = Callable[["View"], str]
    Printer: TypeAlias = Callable[["View", int], "str | Late"]
    Text: TypeAlias = Callable[["View", int], str]

SIGNALS = 64


class Unbound:
    """What takes a Bound's place for a call that has a name but no definition."""

    __slots__ = ("name", "number")

    def __init__(self, name: str, number: int = -1) -> None:
        self.name = name
        self.number = number


class View:
    """One call while it is written: its words, the guest's memory, and in the end its result."""

    __slots__ = (
        *("arch", "bound", "error", "limit", "marks", "memory", "paths", "raw", "result"),
        *("t", "words"),
    )

    def __init__(
        self,
        t: Thread,
        bound: Bound | Unbound,
        words: Sequence[int],
        limit: int,
        paths: int = 0,
        *,
        raw: bool = False,
    ) -> None:
        self.t = t
        self.arch: Arch = getattr(bound, "arch", t.arch)
        self.memory: AddressSpace = t.memory
        self.bound = bound
        self.words = tuple(words)
        self.limit = limit  # characters of a string
        self.paths = (
            paths  # of descriptors: 0 none, 1 as /proc has them, 2 sockets' and devices' too
        )
        self.raw = raw  # arguments and result as plain numbers
        self.marks: Sequence[str] = ()  # what was done to the call
        self.result = 0
        self.error = 0

    def cint(self, at: int) -> int:
        """Argument word `at` as a C int."""
        return signed(self.words[at], 32)

    def read(self, addr: int, size: int) -> bytes | None:
        """Guest memory; None if any of it cannot be read."""
        try:
            return self.memory.read(addr, size) if size else b""
        except LinuxError:
            return None

    def string(self, addr: int) -> bytes | None:
        try:
            return self.memory.string(addr, 4097)
        except LinuxError as error:
            return self.read(addr, 4096) if error.errno != EFAULT else None

    def struct(self, addr: int, cls: type[S]) -> S | None:
        """The structure at `addr`, None if it cannot be read."""
        codec = Codec(cls, self.arch)
        data = self.read(addr, codec.size)
        value: S | None = None if data is None or not addr else codec.load(data)
        return value

    def array(self, addr: int, cls: type[S], count: int) -> list[S] | None:
        """`count` structures from `addr` on."""
        codec = Codec(cls, self.arch)
        data = self.read(addr, codec.size * count)
        if data is None:
            return None
        size = codec.size
        return [codec.load(data[at : at + size]) for at in range(0, len(data), size)]

    def number(self, addr: int, size: int, *, negative: bool = False) -> int | None:
        """The integer of `size` bytes at `addr`."""
        data = self.read(addr, size)
        order = "little" if self.arch.model.order == "<" else "big"
        return None if data is None else int.from_bytes(data, order, signed=negative)  # type: ignore[arg-type]


def vocabulary(name: str) -> Any:
    """A parameter kind by its name in args.py (to mypy those names are what they decode to)."""
    return vars(args)[name]


def signed(value: int, bits: int) -> int:
    """The low `bits` of `value` as a signed number."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


def pointer(addr: int) -> str:
    return f"{addr:#x}" if addr else "NULL"


def hexadecimal(value: int) -> str:
    """As C's %#x, which has no prefix for 0."""
    return f"{value:#x}" if value else "0"


_ESCAPES = {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def escaped(data: bytes) -> str:
    """Between C quotes: octal escapes as short as the next character allows."""
    out = []
    for at, byte in enumerate(data):
        known = _ESCAPES.get(byte)
        if known:
            out.append(known)
        elif 32 <= byte < 127:
            out.append(chr(byte))
        else:
            digit = at + 1 < len(data) and 48 <= data[at + 1] <= 55
            out.append(f"\\{byte:03o}" if digit else f"\\{byte:o}")
    return "".join(out)


def quoted(data: bytes, limit: int, size: int | None = None) -> str:
    """A string or buffer; `size` is its whole length when `data` is only the beginning."""
    longer = (len(data) if size is None else size) > limit
    return f'"{escaped(data[:limit])}"' + ("..." if longer else "")


def hexquoted(data: bytes, limit: int) -> str:
    """Bytes that mean nothing as text (getrandom)."""
    text = "".join(f"\\x{byte:02x}" for byte in data[:limit])
    return f'"{text}"' + ("..." if len(data) > limit else "")


def names_by_value(table: dict[str, int]) -> dict[int, str]:
    """The first name of each value."""
    out: dict[int, str] = {}
    for name, value in table.items():
        out.setdefault(value, name)
    return out


def const_text(kind: Const, value: int, arch: Arch) -> str:
    """One constant's name; hexadecimal with a remark when it has none."""
    name = names_by_value(kind.table(arch)).get(value)
    if name is not None:
        return name
    return unknown(value & ((1 << (kind.bits or 64)) - 1), kind.prefixes[0])


def unknown(value: int, prefix: str) -> str:
    return f"{value:#x} /* {prefix.rstrip('_').split('_')[0]}_??? */"


def flags_text(kind: Flags, value: int, arch: Arch) -> str:
    """Names of the bits, joined by |."""
    table = kind.table(arch)
    field = kind.field
    value &= (1 << (kind.bits or arch.model.word * 8)) - 1
    parts = []
    if field:
        inner = {v: n for n, v in table.items() if not v & ~field}
        low = value & field
        if low in inner:
            parts.append(inner[low])
        elif low:
            parts.append(unknown(low, kind.prefixes[0]))
        value &= ~field
    bits = {n: v for n, v in table.items() if v & ~field}
    named, rest = named_bits(bits, value)
    parts += named
    if rest:
        parts.append(f"{rest:#x}" if parts else unknown(rest, kind.prefixes[0]))
    return "|".join(parts) or names_by_value(table).get(0, "0")


def named_bits(table: dict[str, int], value: int) -> tuple[list[str], int]:
    """Names of the bits in `value`, lowest first, combinations before their parts; the rest."""
    found = []
    for bits, name in sorted(names_by_value(table).items(), key=_bit_order):
        if bits and value & bits == bits:
            found.append(name)
            value &= ~bits
    return found, value


# Where strace(1) does not go from the lowest bit to the highest: the place to take instead.
_PLACES = {
    "O_TMPFILE": 1 << 22,
    "O_DIRECTORY": 1 << 23,
    "MAP_NORESERVE": 0x41,
    "MAP_POPULATE": 0x42,
    "MAP_NONBLOCK": 0x43,
    "MS_SYNC": 0,
    "WSTOPPED": 5,
    "__WCLONE": 1 << 28,
    "__WALL": 1 << 28 | 1,
    "__WNOTHREAD": 1 << 28 | 2,
    **dict.fromkeys(("EFD_CLOEXEC", "SFD_CLOEXEC", "SOCK_CLOEXEC", "TFD_CLOEXEC"), 1 << 10),
}


def _bit_order(item: tuple[int, str]) -> tuple[int, int]:
    bits, name = item
    return _PLACES.get(name, bits & -bits), -bits


def plain_flags(module: object, prefix: str, value: int, omit: tuple[str, ...] = ()) -> str:
    """Flags that are no parameter's type: the constants of a module that begin with `prefix`."""
    table = {n: v for n, v in vars(module).items() if n.startswith(prefix)}
    table = {n: v for n, v in table.items() if not n.startswith(omit or "\0")}
    named, rest = named_bits(table, value)
    if rest:
        named.append(f"{rest:#x}" if named else unknown(rest, prefix))
    return "|".join(named) or names_by_value(table).get(0, "0")


def plain_const(module: object, prefix: str, value: int, omit: tuple[str, ...] = ()) -> str:
    """One constant of a module by prefix."""
    for name, number in vars(module).items():
        if number == value and name.startswith(prefix) and not name.startswith(omit or "\0"):
            return name
    return unknown(value, prefix)


def told_name(signo: int, arch: Arch) -> str:
    """What the architecture calls the signal that most architectures call `signo`."""
    return signal_name(arch.model.signal_to_guest(signo), arch)


def signal_name(number: int, arch: Arch) -> str:
    """SIGHUP, SIGRT_2; a plain number if it is none of the architecture's."""
    name = signames.signal_names(arch.name).get(number)
    if name is not None:
        return name
    if number == 32:
        return "SIGRTMIN"
    return f"SIGRT_{number - 32}" if 32 < number <= SIGNALS else str(number)


def sigset_text(mask: int, arch: Arch) -> str:
    """[INT TERM]; what is missing, ~[...], when most signals are in it. Numbers are most's."""
    inverted = mask.bit_count() >= SIGNALS * 2 // 3
    if inverted:
        mask = ~mask & (1 << SIGNALS) - 1
    names = [told_name(n, arch)[3:] for n in range(1, SIGNALS + 1) if mask >> n - 1 & 1]
    return ("~" if inverted else "") + f"[{' '.join(names)}]"


def mode_text(mode: int) -> str:
    """File permissions, in octal with at least three digits."""
    return f"0{mode:o}" if mode > 0o77 else f"{mode:03o}"


_TYPES = {
    0o140000: "S_IFSOCK",
    0o120000: "S_IFLNK",
    0o100000: "S_IFREG",
    0o060000: "S_IFBLK",
    0o040000: "S_IFDIR",
    0o020000: "S_IFCHR",
    0o010000: "S_IFIFO",
}
_SPECIAL = ((0o4000, "S_ISUID"), (0o2000, "S_ISGID"), (0o1000, "S_ISVTX"))


def file_mode_text(mode: int) -> str:
    """st_mode: the type, the special bits and the permissions."""
    parts = [_TYPES[mode & 0o170000]] if mode & 0o170000 in _TYPES else []
    parts += [name for bit, name in _SPECIAL if parts and mode & bit]
    rest = mode & 0o777 if parts else mode
    return "|".join([*parts, mode_text(rest)])


def device_text(dev: int) -> str:
    major = dev >> 8 & 0xFFF | dev >> 32 & ~0xFFF
    minor = dev & 0xFF | dev >> 12 & ~0xFF
    return f"makedev({hexadecimal(major)}, {hexadecimal(minor)})"


def fields(**members: Any) -> str:
    """{a=1, b=2}: a structure."""
    return "{" + ", ".join(f"{name}={value}" for name, value in members.items()) + "}"
