"""The calls that qemu-user decodes in more than one word, and the notes it adds to results."""

from __future__ import annotations

from ..exec.abi import clocks, mounts, processes, sockets, stats, terminals
from . import values, variadic
from .values import View, signed, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.abi.layout import CStruct
    from ..exec.arch import Arch
    from ..syscalls.kinds import Flags


def address_text(v: View, addr: int, *, null: bool = True) -> str:
    """0x and as many digits as a word has; NULL."""
    return f"0x{addr:0{2 * v.arch.model.word}x}" if addr or not null else "NULL"


def nil(v: View, at: int) -> str:
    """C's %p of a null pointer; mmap's offset is a number."""
    return "0" if v.bound.name == "mmap" else "(nil)"


def octal(value: int) -> str:
    return f"0{value:o}" if value else "0"


def file_mode(mode: int) -> str:
    """S_IFREG|0644; 000 for nothing at all."""
    kind = mode & 0o170000
    name = next((n for n, b in vars(stats).items() if b == kind and n.startswith("S_IF")), None)
    if name is None or not kind:
        return octal(mode) if mode else "000"
    return name + (f"|{octal(mode & ~kind)}" if mode & ~kind else "")


def listed(table: dict[str, int], value: int) -> str:
    """Names of the bits in the table's order, the rest in hexadecimal, 0 for none."""
    parts = []
    for name, bits in table.items():
        if value & bits == bits:
            parts.append(name)
            value &= ~bits
    return "|".join([*parts, f"{value:#x}"] if value else parts) or "0"


def flags(kind: Flags, value: int, arch: Arch, order: tuple[str, ...]) -> str:
    """`listed` with the architecture's numbers; those not in `order` follow by value."""
    table = {n: b for n, b in kind.table(arch).items() if b}
    rest = sorted(table.keys() - set(order), key=table.__getitem__)
    return listed({name: table[name] for name in [*order, *rest]}, value)


_OPEN = ("O_APPEND", "O_CREAT", "O_DIRECTORY", "O_EXCL", "O_LARGEFILE", "O_NOCTTY", "O_NOFOLLOW",
         "O_NONBLOCK", "O_DSYNC", "__O_SYNC", "O_TRUNC", "O_DIRECT", "O_NOATIME", "O_CLOEXEC",
         "O_PATH", "__O_TMPFILE")  # fmt: skip


def open_flags(v: View, value: int) -> str:
    """The access mode as bits, then the flags, the two-bit ones taken apart."""
    table = dict(vocabulary("OpenFlags").table(v.arch))
    table["__O_SYNC"] = table["O_SYNC"] & ~table["O_DSYNC"]
    table["__O_TMPFILE"] = table["O_TMPFILE"] & ~table["O_DIRECTORY"]
    access = {"O_WRONLY": 1, "O_RDWR": 2}
    text = listed(access | {name: table[name] for name in _OPEN}, value)
    if value & 3:
        return text
    return "O_RDONLY" if text == "0" else f"O_RDONLY|{text}"


def _opening(v: View, at: int) -> str:
    from .qemu import string

    value = v.words[at + 1] & 0xFFFFFFFF
    text = f"{string(v, at)},{open_flags(v, value)}"
    created = value & vocabulary("OpenFlags").table(v.arch)["O_CREAT"]
    return text + (f",{file_mode(v.words[at + 2] & 0xFFFFFFFF)}" if created else "")


def _dirfd(v: View) -> str:
    return "AT_FDCWD" if signed(v.words[0], v.arch.model.word * 8) == -100 else str(v.cint(0))


def _node(v: View, at: int) -> str:
    from .qemu import string

    mode, dev = v.words[at + 1] & 0xFFFFFFFF, v.words[at + 2]
    text = f"{string(v, at)},{file_mode(mode)}"
    if mode & 0o060000:
        text += f",makedev({dev >> 8 & 0xFFF},{dev & 0xFF | dev >> 12 & 0xFFF00})"
    return text


def clone_flags(value: int) -> str:
    """The CLONE_ names that it knows."""
    late = ("CLONE_NEWCGROUP", "CLONE_NEWTIME", "CLONE_IO")
    table = {n: b for n, b in vars(processes).items() if n.startswith("CLONE_") and b < 1 << 32}
    early = [n for n in table if n not in late and "ARGS" not in n and n != "CLONE_PIDFD"]
    order = sorted(early, key=table.__getitem__) + list(late)
    return listed({name: table[name] for name in order}, value & 0xFFFFFFFF)


def _clone(v: View) -> str:
    word = {name: v.words[at] for at, name in enumerate(v.arch.clone_args)}

    def full(addr: int) -> str:
        return address_text(v, addr, null=False)

    return (
        f"{clone_flags(v.words[0])},child_stack={full(word['stack'])},"
        f"parent_tidptr={full(word['parent_tid'])},tls={full(word['tls'])},"
        f"child_tidptr={full(word['child_tid'])}"
    )


def _futex(v: View) -> str:
    op = v.words[1] & 0xFFFFFFFF
    command = op & 0x7F
    names = [
        n for b, n in ((0x80, "FUTEX_PRIVATE_FLAG"), (0x100, "FUTEX_CLOCK_REALTIME")) if op & b
    ]
    if command < len(variadic.FUTEX) and op < 0x200:
        text = "|".join([*names, "FUTEX_" + variadic.FUTEX[command]])
    else:
        text = f"{op:#x}"
    val3 = v.cint(4)  # what it prints as the sixth is the fifth word
    times = f"{address_text(v, v.words[3])},{address_text(v, v.words[4])}"
    return f"{address_text(v, v.words[0])},{text},{v.cint(2)},{times},{val3}"


def _execve(v: View) -> str:
    from .qemu import string

    texts: list[str] = []
    word, addr = v.arch.model.word, v.words[1]
    while addr:
        pointer = v.number(addr, word)
        if not pointer:
            break
        data = v.string(pointer) or b""
        texts.append(f'"{data.decode("utf-8", "surrogateescape")}",')
        addr += word
    return f"{string(v, 0)},{{{''.join(texts)}NULL}}"


def time_text(v: View, addr: int, cls: type[CStruct]) -> str:
    """{tv_sec = 1,tv_nsec = 2}"""
    value = v.struct(addr, cls) if addr else None
    if value is None:
        return address_text(v, addr)
    return "{" + ",".join(f"{name} = {part}" for name, part in vars(value).items()) + "}"


def zone_text(v: View, addr: int) -> str:
    zone = v.struct(addr, clocks.Timezone) if addr else None
    if zone is None:
        return address_text(v, addr)
    return "{" + ",".join(map(str, vars(zone).values())) + "}"


def _itimer_text(v: View, addr: int) -> str:
    if not addr:
        return "NULL"
    half = 2 * v.arch.model.word
    first, second = (time_text(v, addr + n, clocks.Timeval) for n in (0, half))
    return f"{{it_interval={first},it_value={second},}}"


def _setitimer(v: View) -> str:
    from .qemu import address

    which = values.names_by_value(vocabulary("ItimerWhich").table(v.arch)).get(v.cint(0))
    which = which or values.hexadecimal(v.words[0] & 0xFFFFFFFF)
    return f"{which},{_itimer_text(v, v.words[1])},{address(v, 2)}"


_FCNTL_PLAIN = ("F_GETFD", "F_GETFL", "F_GETOWN", "F_GETSIG", "F_GETLEASE", "F_GETPIPE_SZ",
                "F_GET_SEALS")  # fmt: skip
_FCNTL_NUMBER = ("F_DUPFD", "F_SETFD", "F_SETLEASE", "F_NOTIFY", "F_DUPFD_CLOEXEC", "F_SETPIPE_SZ")


def _fcntl(v: View) -> str:
    command = values.names_by_value(vocabulary("FcntlCmd").table(v.arch)).get(v.cint(1))
    head = f"{v.cint(0)},{command}"
    if command is None:
        addr = address_text(v, v.words[2])
        return f"{v.cint(0)},{signed(v.words[1], 8 * v.arch.model.word)},{addr}"
    if command in _FCNTL_PLAIN:
        return head
    if command in _FCNTL_NUMBER:
        return f"{head},{v.words[2]}"
    if command in ("F_SETOWN", "F_SETSIG"):
        return f"{head},{v.cint(2)},"
    if command == "F_SETFL":
        return f"{head},{open_flags(v, v.words[2] & 0xFFFFFFFF)}"
    return f"{head},{address_text(v, v.words[2], null=command != 'F_ADD_SEALS')}"


def _socket(v: View) -> str:
    families = {1: "PF_UNIX", 2: "PF_INET", 16: "PF_NETLINK", 17: "PF_PACKET"}
    kind = v.words[1] & 0xFFFFFFFF
    types = {1: "STREAM", 2: "DGRAM", 3: "RAW", 4: "RDM", 5: "SEQPACKET", 10: "PACKET"}
    name = types.get(kind & 0xF)
    text = f"SOCK_{name}" if name else ""
    for bit, flag in ((sockets.SOCK_CLOEXEC, "CLOEXEC"), (sockets.SOCK_NONBLOCK, "NONBLOCK")):
        text += f"|SOCK_{flag}" if kind & bit else ""
    family = families.get(v.cint(0), str(v.cint(0)))
    return f"{family},{text},{_protocol(v.cint(0), v.cint(2))}"


def _protocol(family: int, number: int) -> str:
    if family == 16:
        known = {0: "NETLINK_ROUTE", 15: "NETLINK_KOBJECT_UEVENT", 9: "NETLINK_AUDIT"}
        return known.get(number, str(number))
    if family == 17:
        return {3: "ETH_P_ALL", 768: "768"}.get(number, str(number))
    known = {n: f"IPPROTO_{p}" for n, p in ((0, "IP"), (6, "TCP"), (17, "UDP"), (255, "RAW"))}
    return known.get(number, str(number))


def _bind(v: View) -> str:
    return f"{v.words[0] & 0xFFFFFFFF},{_sockaddr(v, v.words[1], v.cint(2))}, {v.words[2]}"


def _sockaddr(v: View, addr: int, size: int) -> str:
    data = v.read(addr, max(16, min(size, 128))) if size > 0 and addr else None
    if data is None:
        return f"{address_text(v, addr, null=False)},"
    family = v.number(addr, 2)
    if family == 1:
        path = data[2:].split(b"\0")[0].decode("utf-8", "surrogateescape")
        return f'{{sun_family=AF_UNIX,sun_path="{path}"}}'
    if family == 2:
        host = ".".join(map(str, data[4:8]))
        port = int.from_bytes(data[2:4], "big")
        return f'{{sin_family=AF_INET,sin_port=htons({port}),sin_addr=inet_addr("{host}")}}'
    if family == 16:
        nl = sockets.SockAddrNl.unpack(v.arch.model, data)
        return f"{{nl_family=AF_NETLINK,nl_pid={nl.nl_pid},nl_groups={nl.nl_groups}}}"
    body = ", ".join(f"{byte:02x}" for byte in data[2:16])
    return f"{{sa_family={family}, sa_data={{{body}}}}}"


def _accept(v: View) -> str:
    length = v.number(v.words[2], 4) if v.words[2] else None
    text = "NULL" if not v.words[2] else f"[{length or 0}]"
    return f"{v.cint(0)},{address_text(v, v.words[1])},{text}"


_IOCTL_NONE = ("TIOCEXCL", "TIOCNXCL", "TIOCCONS", "TIOCNOTTY", "FIONCLEX", "FIOCLEX")
_IOCTL_NUMBER = ("TCSBRK", "TCXONC", "TCFLSH", "TIOCSCTTY", "TCSBRKP")
_IOCTL_READ = ("TIOCSPGRP", "TIOCSTI", "FIONBIO", "FIOASYNC", "TIOCPKT", "TIOCSETD", "TIOCSPTLCK",
               "TIOCMBIS", "TIOCMBIC", "TIOCMSET")  # fmt: skip
_IOCTL_STORES = ("TCGETS", "TIOCGPGRP", "TIOCOUTQ", "TIOCGWINSZ", "TIOCMGET", "FIONREAD",
                 "TIOCGETD", "BLKGETSIZE", "BLKSSZGET")  # fmt: skip


def _ioctl(v: View) -> str:
    name, arg = variadic.ioctl_name(v.words[1] & 0xFFFFFFFF), v.words[2]
    head = f"{v.cint(0)},{name}"
    if name in _IOCTL_NONE:
        return head
    if name in _IOCTL_NUMBER:
        return f"{head},{v.cint(2)}"
    if name in _IOCTL_READ:
        value = v.number(arg, 4, negative=True)
        return f"{head},{address_text(v, arg) if value is None else value}"
    if name == "TIOCSWINSZ":
        return f"{head},{_window(v, arg)}"
    if name in ("TCSETS", "TCSETSW", "TCSETSF"):
        return f"{head},{_termios(v, arg)}"
    if name in _IOCTL_STORES:
        return f"{head},{address_text(v, arg)}"
    low = values.hexadecimal(arg & 0xFFFFFFFF)
    return f"{v.cint(0)},{values.hexadecimal(v.words[1] & 0xFFFFFFFF)},{low}"


def _window(v: View, addr: int) -> str:
    size = v.struct(addr, terminals.WinSize)
    if size is None:
        return address_text(v, addr)
    return "{" + ",".join(map(str, vars(size).values())) + "}"


def _ioctl_note(v: View) -> str:
    name = variadic.ioctl_name(v.words[1] & 0xFFFFFFFF)
    if name == "TIOCGWINSZ":
        return f" ({_window(v, v.words[2])})"
    if name == "TCGETS":
        return f" ({_termios(v, v.words[2])})"
    if name in _IOCTL_STORES:
        return f" ({v.number(v.words[2], 4, negative=True)})"
    return ""


def _termios(v: View, addr: int) -> str:
    from .qemu_termios import text

    return text(v, addr)


def _futimesat(v: View) -> str:
    from .qemu import string

    first = v.words[2]
    second = first + 2 * v.arch.model.word
    times = ",".join(time_text(v, addr, clocks.Timeval) for addr in (first, second))
    return f"{_dirfd(v)},{string(v, 1)},{times}"


def _list_note(at: int) -> Callable[[View], str]:
    def show(v: View) -> str:
        if not v.words[at]:
            return " (list = NULL)"
        data = v.read(v.words[at], v.result) or b""
        names = [f'"{name.decode("utf-8", "replace")}"' for name in data.split(b"\0")[:-1]]
        return f" (list = {','.join(names)})"

    return show


def mount_flags(value: int) -> str:
    names = ("BIND", "DIRSYNC", "MANDLOCK", "MOVE", "NOATIME", "NODEV", "NODIRATIME", "NOEXEC",
             "NOSUID", "RDONLY", "RELATIME", "REMOUNT", "SYNCHRONOUS")  # fmt: skip
    return listed({f"MS_{name}": getattr(mounts, f"MS_{name}") for name in names}, value)


def umount_flags(value: int) -> str:
    names = ("MNT_FORCE", "MNT_DETACH", "MNT_EXPIRE")
    return listed({name: getattr(mounts, name) for name in names}, value)


def child_code(code: int) -> str | None:
    """CLD_EXITED and its kin."""
    names = ("EXITED", "KILLED", "DUMPED", "TRAPPED", "STOPPED", "CONTINUED")
    return f"CLD_{names[code - 1]}" if 0 < code <= len(names) else None


def fault_address(addr: int) -> str:
    return f"0x{addr:016x}" if addr else "NULL"


WHOLE: dict[str, Callable[[View], str]] = {
    "accept": _accept,
    "bind": _bind,
    "clone": _clone,
    "execve": _execve,
    "fcntl": _fcntl,
    "futex": _futex,
    "futimesat": _futimesat,
    "ioctl": _ioctl,
    "mknod": lambda v: _node(v, 0),
    "mknodat": lambda v: f"{_dirfd(v)},{_node(v, 1)}",
    "open": lambda v: _opening(v, 0),
    "openat": lambda v: f"{_dirfd(v)},{_opening(v, 1)}",
    "setitimer": _setitimer,
    "socket": _socket,
}
NOTES: dict[str, Callable[[View], str]] = {
    "clock_getres": lambda v: f" ({time_text(v, v.words[1], clocks.Timespec)})",
    "clock_gettime": lambda v: f" ({time_text(v, v.words[1], clocks.Timespec)})",
    "flistxattr": _list_note(1),
    "getitimer": lambda v: f" ({_itimer_text(v, v.words[1])})",
    "gettimeofday": lambda v: (
        f" ({time_text(v, v.words[0], clocks.Timeval)},{zone_text(v, v.words[1])})"
    ),
    "ioctl": _ioctl_note,
    "listxattr": _list_note(1),
    "llistxattr": _list_note(1),
    "setitimer": lambda v: f" (old_value = {_itimer_text(v, v.words[2])})",
}
