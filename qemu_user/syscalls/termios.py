"""struct termios where an architecture has other bits and places for it (man 3 termios)."""

from __future__ import annotations

from ..exec.abi import terminals as abi
from ..exec.abi.terminals import Termio, Termios, Termios2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..exec.abi.layout import CStruct
    from ..exec.arch import Arch

_SINGLE = {
    "c_iflag": "IUCLC IXON IXOFF",
    "c_oflag": "OLCUC ONLCR",
    "c_cflag": "CSTOPB CREAD PARENB PARODD HUPCL CLOCAL",
    "c_lflag": "ISIG ICANON XCASE ECHOE ECHOK ECHONL NOFLSH TOSTOP ECHOCTL ECHOPRT ECHOKE FLUSHO"
    " PENDIN IEXTEN EXTPROC",
}
_SIZES = ("CS5", "CS6", "CS7", "CS8")
_SPEEDS = tuple(
    f"B{speed}"
    for speed in (
        *(57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000),
        *(2000000, 2500000, 3000000, 3500000, 4000000),
    )
)
_SPEED_OF = {
    value: int(name[1:])
    for name, value in vars(abi).items()
    if name[0] == "B" and name[1:].isdigit()
}
_CHARACTERS = tuple(name for name in vars(abi) if name[0] == "V" and name.isupper())


def differs(arch: Arch) -> bool:
    """Whether anything is to be converted."""
    return any(name in arch.constants for name in ("ICANON", "TOSTOP", "VMIN"))


def to_guest(arch: Arch, ours: CStruct) -> Any:
    """The generic structure's contents as `arch` has them."""
    result = Termios2()
    _convert(arch, ours, result, back=False)
    return result


def from_guest(arch: Arch, theirs: CStruct, shape: type[CStruct]) -> CStruct:
    """The other way, to the generic structure `shape`."""
    result = shape()
    _convert(arch, theirs, result, back=True)
    return result


def applies(shape: object) -> bool:
    """Whether this is one of the structures."""
    return isinstance(shape, type) and issubclass(shape, (Termios, Termio))


def _convert(arch: Arch, source: Any, result: Any, back: bool) -> None:
    size = len(result.c_cc)
    for name, value in vars(source).items():
        setattr(result, name, value)
    if not back and "c_ispeed" not in vars(source):
        result.c_ispeed = result.c_ospeed = _SPEED_OF.get(source.c_cflag & abi.CBAUD, 0)
    for field, names in _SINGLE.items():
        setattr(result, field, _bits(arch, getattr(source, field), names.split(), back))
    for mask, known_names in (("CSIZE", _SIZES), ("CBAUD", _SPEEDS)):
        own_mask, our_mask = _pair(arch, mask, back)
        value = source.c_cflag & own_mask
        known = dict(_pair(arch, name, back) for name in known_names)
        result.c_cflag = result.c_cflag & ~our_mask | known.get(value, value)
    characters = _characters(arch, source, back)
    result.c_cc = characters[:size] if back else characters


def _characters(arch: Arch, source: Any, back: bool) -> bytes:
    characters = bytearray(max(len(source.c_cc), 23))
    apart = {}
    shared = arch.constants.get("VMIN") == arch.constants.get("VEOF", abi.VEOF)
    if shared and source.c_lflag & _pair(arch, "ICANON", back)[0]:
        apart = {"VMIN": 16, "VTIME": 17}  # their places are those of VEOF and VEOL
    for name in (*_CHARACTERS, "VMIN", "VTIME"):
        ours = getattr(abi, name)
        own = apart.get(name, arch.constants.get(name, ours))
        at, to = (own, ours) if back else (ours, own)
        if at < len(source.c_cc):
            characters[to] = source.c_cc[at]
    return bytes(characters)


def _pair(arch: Arch, name: str, back: bool) -> tuple[int, int]:
    """A constant where it comes from and where it goes to."""
    ours: int = getattr(abi, name)
    own = arch.constants.get(name, ours)
    return (own, ours) if back else (ours, own)


def _bits(arch: Arch, value: int, names: list[str], back: bool) -> int:
    pairs = [_pair(arch, name, back) for name in names if name in arch.constants]
    result = value
    for source, _ in pairs:
        result &= ~source
    for source, target in pairs:
        if value & source:
            result |= target
    return result
