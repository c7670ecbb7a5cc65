"""Calls whose arguments depend on one another, as strace(1) writes them."""

from __future__ import annotations

from ..exec.abi import clocks, files, ioctls, prctl, processes, sockets, terminals
from ..exec.abi.errno import error_names
from . import arguments, descriptors, fdpaths, shapes, structs, values
from .values import View, pointer, unknown, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.abi.layout import CStruct
    from .values import Late

    Texts = list[str | Late]


def _opening(v: View, at: int) -> Texts:
    texts: Texts = [shapes.path(v, at), shapes.flags("OpenFlags")(v, at + 1)]
    table = vocabulary("OpenFlags").table(v.arch)
    unnamed = table["O_TMPFILE"] & ~table["O_DIRECTORY"]
    if v.words[at + 1] & (table["O_CREAT"] | unnamed):
        texts.append(values.mode_text(v.words[at + 2] & 0xFFFF))
    return texts


def _open(v: View) -> Texts:
    return _opening(v, 0)


def _openat(v: View) -> Texts:
    return [descriptors.dirfd(v, 0), *_opening(v, 1)]


def _mknod(v: View) -> Texts:
    return [shapes.path(v, 0), *_node(v, 1)]


def _mknodat(v: View) -> Texts:
    return [descriptors.dirfd(v, 0), shapes.path(v, 1), *_node(v, 2)]


def _node(v: View, at: int) -> Texts:
    mode = v.words[at] & 0xFFFF
    texts: Texts = [values.file_mode_text(mode)]
    if mode & 0o170000 in (0o020000, 0o060000):
        texts.append(values.device_text(v.words[at + 1]))
    return texts


def _clone(v: View) -> Texts:
    """Names are written with the values, as the order of the words differs by architecture."""
    flags = v.words[0]
    number = flags & 0xFF
    exit_signal = values.signal_name(number, v.arch) if number else ""
    order = v.arch.clone_args
    word = {name: v.words[at] for at, name in enumerate(order)}
    texts: Texts = [
        f"child_stack={pointer(word['stack'])}",
        f"flags={structs.clone_flags(v, flags & ~0xFF, exit_signal)}",
    ]
    if flags & (processes.CLONE_PARENT_SETTID | processes.CLONE_PIDFD):
        texts.append(_parent_tid(v, word["parent_tid"]))
    if flags & processes.CLONE_SETTLS:
        texts.append(f"tls={pointer(word['tls'])}")
    if flags & (processes.CLONE_CHILD_SETTID | processes.CLONE_CHILD_CLEARTID):
        texts.append(f"child_tidptr={pointer(word['child_tid'])}")
    return texts


def _parent_tid(v: View, addr: int) -> Late:
    def late(v: View) -> str:
        value = None if v.error else v.number(addr, 4)
        return f"parent_tid={pointer(addr) if value is None else f'[{value}]'}"

    return late


FUTEX = (
    *("WAIT", "WAKE", "FD", "REQUEUE", "CMP_REQUEUE", "WAKE_OP", "LOCK_PI", "UNLOCK_PI"),
    *("TRYLOCK_PI", "WAIT_BITSET", "WAKE_BITSET", "WAIT_REQUEUE_PI", "CMP_REQUEUE_PI", "LOCK_PI2"),
)


def _futex(v: View) -> Texts:
    op = v.words[1] & 0xFFFFFFFF
    command = op & 0x7F
    if command >= len(FUTEX):
        rest: Texts = [str(v.words[2] & 0xFFFFFFFF), *map(pointer, v.words[3:5])]
        return [pointer(v.words[0]), unknown(op, "FUTEX_"), *rest, hex_or_0(v.words[5])]
    name = "FUTEX_" + FUTEX[command] + ("_PRIVATE" if op & 0x80 else "")
    if op & processes.FUTEX_CLOCK_REALTIME:
        name += "|FUTEX_CLOCK_REALTIME"
    texts: Texts = [pointer(v.words[0]), name]
    return texts + _futex_rest(v, FUTEX[command])


def hex_or_0(value: int) -> str:
    return values.hexadecimal(value & 0xFFFFFFFF)


def _futex_rest(v: View, command: str) -> Texts:
    """What each command uses of the last four words."""
    value, third = str(v.words[2] & 0xFFFFFFFF), hex_or_0(v.words[5])
    other, count = pointer(v.words[4]), str(v.words[3] & 0xFFFFFFFF)
    if third == "0xffffffff":
        third = "FUTEX_BITSET_MATCH_ANY"
    compared = str(v.words[5] & 0xFFFFFFFF)
    timeout = shapes.timespec(v, 3)
    rest: dict[str, Texts] = {
        "WAIT": [value, timeout],
        "WAIT_BITSET": [value, timeout, third],
        "WAKE_BITSET": [value, third],
        "LOCK_PI": [timeout],
        "LOCK_PI2": [timeout],
        "UNLOCK_PI": [],
        "TRYLOCK_PI": [],
        "REQUEUE": [value, count, other],
        "CMP_REQUEUE": [value, count, other, compared],
        "CMP_REQUEUE_PI": [value, count, other, compared],
        "WAIT_REQUEUE_PI": [value, timeout, other],
        "WAKE_OP": [value, count, other, _wake_op(v.words[5] & 0xFFFFFFFF)],
    }
    return rest.get(command, [value])


def _wake_op(value: int) -> str:
    op = ("SET", "ADD", "OR", "ANDN", "XOR")
    compare = ("EQ", "NE", "LT", "LE", "GT", "GE")
    which, test = value >> 28 & 7, value >> 24 & 15
    if which >= len(op) or test >= len(compare):
        return f"{value:#x}"
    shift = "FUTEX_OP_OPARG_SHIFT<<28|" if value >> 31 else ""
    return (
        f"{shift}FUTEX_OP_{op[which]}<<28|{hex_or_0(value >> 12 & 0xFFF)}<<12|"
        f"FUTEX_OP_CMP_{compare[test]}<<24|{hex_or_0(value & 0xFFF)}"
    )


_NO_ARGUMENT = ("F_GETFD", "F_GETFL", "F_GETOWN", "F_GETSIG", "F_GETLEASE", "F_GETPIPE_SZ")
_LOCKS = ("F_GETLK", "F_SETLK", "F_SETLKW", "F_OFD_GETLK", "F_OFD_SETLK", "F_OFD_SETLKW")


def _fcntl(v: View) -> Texts:
    command = shapes.const("FcntlCmd")(v, 1)
    texts: Texts = [fdpaths.fd(v, 0), command]
    if command in (*_NO_ARGUMENT, "F_GET_SEALS"):
        return texts
    if command == "F_SETFD":
        return [*texts, values.plain_flags(files, "FD_", v.words[2])]
    if command == "F_SETFL":
        return [*texts, shapes.flags("OpenFlags")(v, 2)]
    if command == "F_ADD_SEALS":
        return [*texts, values.plain_flags(files, "F_SEAL_", v.words[2])]
    if command == "F_SETSIG":
        return [*texts, shapes.signal(v, 2)]
    if command == "F_SETLEASE":
        return [*texts, {0: "F_RDLCK", 1: "F_WRLCK", 2: "F_UNLCK"}.get(v.cint(2), str(v.cint(2)))]
    if command in _LOCKS:
        lock = shapes.struct(files.Flock)
        return [*texts, shapes.after(lock)(v, 2) if "GETLK" in command else lock(v, 2)]
    known = command.startswith(("F_DUPFD", "F_SETPIPE", "F_SETOWN")) and command[-3:] != "_EX"
    return [*texts, str(v.cint(2)) if known else values.hexadecimal(v.words[2])]


_IOCTL_STRUCTS: dict[str, type[CStruct]] = {
    "TIOCGWINSZ": terminals.WinSize,
    "TIOCSWINSZ": terminals.WinSize,
}
_IOCTL_INTEGERS = ("FIONREAD", "FIONBIO", "FIOASYNC", "TIOCGPGRP", "TIOCSPGRP", "TIOCGPTN",
                   "TIOCSPTLCK", "TIOCOUTQ", "TIOCGSID")  # fmt: skip
_IOCTL_STORES = ("TIOCGWINSZ", "FIONREAD", "TIOCGPGRP", "TIOCGPTN", "TIOCOUTQ", "TIOCGSID")
_IOCTL_PREFIXES = ("TC", "TIOC", "FIO", "FIO", "SIOC", "BLK", "FS_IOC", "FI", "RND", "NS_GET")


def ioctl_name(command: int) -> str:
    """The command's name, or how it was made with _IOC()."""
    for module in (terminals, ioctls, sockets):
        for name, value in vars(module).items():
            if value == command and name.startswith(_IOCTL_PREFIXES) and name != "TIOCINQ":
                return name
    way = ("_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE")[command >> 30]
    kind, number, size = command >> 8 & 0xFF, command & 0xFF, command >> 16 & 0x3FFF
    return f"_IOC({way}, {hex_or_0(kind)}, {hex_or_0(number)}, {hex_or_0(size)})"


def _ioctl(v: View) -> Texts:
    name = ioctl_name(v.words[1] & 0xFFFFFFFF)
    texts: Texts = [fdpaths.fd(v, 0), name]
    show: Callable[[View, int], str] | None = None
    if name in _IOCTL_STRUCTS:
        show = shapes.struct(_IOCTL_STRUCTS[name])
    elif name in _IOCTL_INTEGERS:
        show = shapes.integers(1)
    elif name in ("TCGETS", "TCSETS", "TCSETSW", "TCSETSF"):
        show = _termios
    if show is None:
        return [*texts, values.hexadecimal(v.words[2]) if v.words[2] else "0"]
    stores = name in _IOCTL_STORES or name == "TCGETS"
    return [*texts, shapes.after(show)(v, 2) if stores else show(v, 2)]


def _termios(v: View, at: int) -> str:
    s = v.struct(v.words[at], terminals.Termios)
    if s is None:
        return pointer(v.words[at])
    parts = [f"c_{n}flag={hex_or_0(getattr(s, f'c_{n}flag'))}" for n in "iocl"]
    return "{" + ", ".join(parts) + ", ...}"


_PRCTL_PLAIN = ("PR_SET_NO_NEW_PRIVS", "PR_GET_NO_NEW_PRIVS", "PR_SET_THP_DISABLE")


def _prctl(v: View) -> Texts:
    option = shapes.const("PrctlOption")(v, 0)
    if option == "PR_SET_NAME":
        return [option, arguments.string(v, 1)]
    if option == "PR_GET_NAME":
        return [option, shapes.after(arguments.string)(v, 1)]
    if option in ("PR_SET_PDEATHSIG",):
        return [option, shapes.signal(v, 1)]
    if option in ("PR_GET_DUMPABLE", "PR_GET_KEEPCAPS", "PR_GET_TIMERSLACK", "PR_GET_SECCOMP"):
        return [option]
    if option in ("PR_SET_DUMPABLE", "PR_SET_KEEPCAPS", "PR_SET_TIMERSLACK"):
        return [option, str(v.words[1])]
    if option == "PR_CAPBSET_READ":
        return [option, values.plain_const(_capabilities(), "CAP_", v.words[1])]
    if option == "PR_SET_VMA":
        name = values.plain_const(prctl, "PR_SET_VMA_", v.words[1])
        return [option, name, pointer(v.words[2]), str(v.words[3]), arguments.string(v, 4)]
    write = str if option in _PRCTL_PLAIN else values.hexadecimal
    return [option, *(write(word) for word in v.words[1:5])]


def _capabilities() -> object:
    from ..exec.abi import capabilities

    return capabilities


def _arch_prctl(v: View) -> Texts:
    names = {0x1001: "SET_GS", 0x1002: "SET_FS", 0x1003: "GET_FS", 0x1004: "GET_GS"}
    code = v.words[0] & 0xFFFFFFFF
    name = f"ARCH_{names[code]}" if code in names else unknown(code, "ARCH_")
    stored = shapes.after(lambda v, at: f"[{values.hexadecimal(v.number(v.words[at], 8) or 0)}]")
    return [name, stored(v, 1) if name.startswith("ARCH_GET") else values.hexadecimal(v.words[1])]


def _socket(v: View) -> Texts:
    family = shapes.const("SocketFamily")(v, 0)
    protocol = str(v.cint(2))
    if family in ("AF_INET", "AF_INET6"):
        protocol = values.plain_const(sockets, "IPPROTO_", v.cint(2))
    elif family == "AF_NETLINK":
        protocol = values.plain_const(sockets, "NETLINK_", v.cint(2))
    return [family, shapes.socket_type(v, 1), protocol]


def _inet() -> object:
    from ..exec.abi import inet

    return inet


_PROTOCOL_LEVELS = {6: "SOL_TCP", 17: "SOL_UDP"}


def _sockopt(v: View) -> list[str | Late]:
    level = _PROTOCOL_LEVELS.get(v.cint(1)) or shapes.const("SockOptLevel")(v, 1)
    modules = {"SOL_SOCKET": (sockets, "SO_"), "SOL_IP": (_inet(), "IP_"),
               "SOL_TCP": (_inet(), "TCP_"), "SOL_IPV6": (_inet(), "IPV6_")}  # fmt: skip
    module, prefix = modules.get(level, (sockets, "?"))
    return [fdpaths.fd(v, 0), level, values.plain_const(module, prefix, v.cint(2))]


def _option_value(v: View, size: int) -> str:
    if size == 4 and v.cint(1) == sockets.SOL_SOCKET and v.cint(2) == sockets.SO_ERROR:
        number = v.number(v.words[3], 4)
        names = error_names(v.arch.name)
        return f"[{names.get(number, number)}]" if number is not None else pointer(v.words[3])
    if size == 4:
        return shapes.integers(1)(v, 3)
    if size == 8 and v.cint(2) == sockets.SO_LINGER:
        return structs.struct_text(v, v.words[3], sockets.Linger)
    return arguments.data_text(v, v.words[3], size)


def _setsockopt(v: View) -> Texts:
    size = v.cint(4)
    return [*_sockopt(v), _option_value(v, size), str(size)]


def _getsockopt(v: View) -> Texts:
    before = v.number(v.words[4], 4) if v.words[4] else None

    def late(v: View) -> str:
        size = v.number(v.words[4], 4) if v.words[4] else None
        return pointer(v.words[3]) if v.error or size is None else _option_value(v, size)

    def length(v: View) -> str:
        size = v.number(v.words[4], 4) if v.words[4] else None
        if size is None:
            return pointer(v.words[4])
        return f"[{size}]" if size == before else f"[{before} => {size}]"

    return [*_sockopt(v), late, length]


def _itimer(v: View) -> Texts:
    return [shapes.const("ItimerWhich")(v, 0), shapes.after(shapes.struct(clocks.Itimerval))(v, 1)]


def _sendto(v: View) -> Texts:
    texts = [fdpaths.fd(v, 0), *arguments.in_buffer(v, 1), shapes.flags("MsgFlags")(v, 3)]
    if not v.words[4]:
        return [*texts, "NULL", str(v.cint(5))]
    return [*texts, *arguments.RANGES["sockaddr"](v, 4)]


def _recvfrom(v: View) -> Texts:
    texts = [fdpaths.fd(v, 0), *arguments.out_buffer(v, 1), shapes.flags("MsgFlags")(v, 3)]
    if not v.words[4]:
        return [*texts, "NULL", pointer(v.words[5])]
    return [*texts, *arguments.RANGES["sockaddrout"](v, 4)]


def _mmap(v: View) -> Texts:
    return [
        pointer(v.words[0]), str(v.words[1]),
        shapes.flags("MmapProt")(v, 2), shapes.flags("MmapFlags")(v, 3),
        fdpaths.fd(v, 4), values.hexadecimal(v.words[5]),
    ]  # fmt: skip


def _mremap(v: View) -> Texts:
    texts = [pointer(v.words[0]), *map(str, v.words[1:3]), shapes.flags("MremapFlags")(v, 3)]
    return [*texts, pointer(v.words[4])] if v.words[3] & 6 else [*texts]


WHOLE: dict[str, Callable[[View], Texts]] = {
    "arch_prctl": _arch_prctl,
    "clone": _clone,
    "fcntl": _fcntl,
    "futex": _futex,
    "getitimer": _itimer,
    "getsockopt": _getsockopt,
    "ioctl": _ioctl,
    "mknod": _mknod,
    "mknodat": _mknodat,
    "mmap": _mmap,
    "mremap": _mremap,
    "open": _open,
    "openat": _openat,
    "prctl": _prctl,
    "recvfrom": _recvfrom,
    "sendto": _sendto,
    "setsockopt": _setsockopt,
    "socket": _socket,
}
"""By name: a function that writes all arguments."""
