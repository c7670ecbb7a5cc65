"""How qemu-user writes struct termios."""

from __future__ import annotations

from ..exec.abi import terminals
from .qemu_more import address_text, listed
from .values import View

_INPUT = ("IGNBRK", "BRKINT", "IGNPAR", "PARMRK", "INPCK", "ISTRIP", "INLCR", "IGNCR", "ICRNL",
          "IUCLC", "IXON", "IXANY", "IXOFF", "IMAXBEL", "IUTF8")  # fmt: skip
_OUTPUT = ("OPOST", "OLCUC", "ONLCR", "OCRNL", "ONOCR", "ONLRET", "OFILL", "OFDEL")
_CONTROL = ("CSTOPB", "CREAD", "PARENB", "PARODD", "HUPCL", "CLOCAL")
_LOCAL = ("ISIG", "ICANON", "XCASE", "ECHO", "ECHOE", "ECHOK", "ECHONL", "NOFLSH", "TOSTOP",
          "ECHOCTL", "ECHOPRT", "ECHOKE", "FLUSHO", "PENDIN", "IEXTEN", "EXTPROC")  # fmt: skip
_DELAYS = ((0o400, 8, "NL"), (0o3000, 9, "CR"), (0o14000, 11, "TAB"), (0o20000, 13, "BS"),
           (0o40000, 14, "VT"), (0o100000, 15, "FF"))  # fmt: skip
_SPEEDS = ("B0", "B50", "B75", "B110", "B134", "B150", "B200", "B300", "B600", "B1200", "B1800",
           "B2400", "B4800", "B9600", "B19200", "B38400")  # fmt: skip
_FAST = ("B57600", "B115200", "B230400", "B460800")


def _bits(names: tuple[str, ...], value: int) -> str:
    table = {name: bits for name, bits in vars(terminals).items() if name in names}
    return listed({name: table[name] for name in names if name in table}, value)


def _output(value: int) -> str:
    delays = [f"{name}{(value & mask) >> shift}" for mask, shift, name in _DELAYS if value & mask]
    rest = value & ~sum(mask for mask, _, _ in _DELAYS)
    flags = [_bits(_OUTPUT, rest)] if rest or not delays else []
    return ",".join(flags + delays)


def _control(value: int) -> str:
    speed, size = value & 0o10017, value & 0o60
    parts = []
    if speed & 0o10000 and 0 < speed & 0o17 <= len(_FAST):
        parts.append(_FAST[(speed & 0o17) - 1])
    elif 0 < speed < len(_SPEEDS):
        parts.append(_SPEEDS[speed])
    if size:
        parts.append(f"CS{5 + (size >> 4)}")
    rest = value & ~0o10077
    if rest or not parts:
        parts.append(_bits(_CONTROL, rest))
    return ",".join(parts)


def text(v: View, addr: int) -> str:
    """{c_iflag = ...}; the control characters are written as they are."""
    s = v.struct(addr, terminals.Termios)
    if s is None:
        return address_text(v, addr)
    characters = bytes(s.c_cc).split(b"\0")[0].decode("latin-1")
    return (
        f"{{c_iflag = {_bits(_INPUT, s.c_iflag)},c_oflag = {_output(s.c_oflag)},"
        f"c_cflag = {_control(s.c_cflag)},c_lflag = {_bits(_LOCAL, s.c_lflag)},"
        f"c_cc = \"{characters}\",c_line = '{chr(s.c_line & 0x7F)}'}}"
    )
