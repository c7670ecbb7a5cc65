"""qemu-user 7.2's way of writing calls, as seen from outside; calls it does not decode stay raw."""

from __future__ import annotations

import os
from errno import EINTR

from ..exec.abi import clocks, files, memory, signals
from ..exec.abi.numbers import call_numbers
from ..syscalls.kinds import Flags
from . import lines, values
from . import qemu_more as more
from .values import View, signed, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..exec.arch import Arch
    from ..exec.signals import SigInfo

SILENT = frozenset(("exit", "exit_group"))  # no result: they never return

# A letter for each argument; what it means is in _LETTERS.
FORMATS = dict(
    entry.split(" ")
    for entry in """
access sa; acct s; adjtimex X; alarm u; brk p; capget XX; capset XX; chdir s; chmod so;
chown sdd; chroot s; clock_adjtime kp; clock_getres kp; clock_gettime kp;
clock_nanosleep kdtt; clock_settime kt; close d; close_range uuu; connect dxd;
copy_file_range dXdXuu; creat so; dup d; dup2 dd; dup3 ddd; epoll_create d; epoll_create1 d;
eventfd d; eventfd2 dd; exit d; exit_group d; faccessat csaA; faccessat2 csaA;
fallocate dFLL; fchdir d; fchmod dO; fchmodat csoA; fchown ddd; fchownat csddA; fdatasync d;
fgetxattr dspu; flistxattr dpu; fremovexattr ds; fstat dp; fstatfs dX; fsync d;
ftruncate dL; getcpu Xd; getcwd Xd; getdents dXu; getdents64 dXu; getegid -; geteuid -;
getgid -; getitimer ip; getpgid u; getpgrp -; getpid -; getppid -; getpriority xx;
getrandom Xuu; getsid d; gettid -; gettimeofday pp; getuid -; getxattr sspu; kill dS;
lchown sdd; lgetxattr sspu; link ss; linkat cscsA; listen dd; listxattr spu; llistxattr spu;
lremovexattr ss; lseek dLW; lstat sp; madvise pdM; mkdir so; mkdirat cso; mlock Xu;
mlockall m; mmap pdRBdX; mount sssNp; mprotect pdR; mq_getsetattr dXX; mq_notify dX;
mq_timedreceive dXduX; mq_timedsend dXduX; mq_unlink s; munlock Xu; munlockall -; munmap pd;
newfstatat cspA; pidfd_getfd ddu; pidfd_open du; pidfd_send_signal dugu; read dxd;
readlink spu; readlinkat cspu; recvmsg dXx; removexattr ss; rename ss; renameat cscs;
rmdir s; rt_sigaction Spp; rt_sigprocmask Hpp; rt_sigqueueinfo dug; rt_tgsigqueueinfo ddug;
setfsgid u; setfsuid u; setgid u; setpgid uu; setresgid uuu; setresuid uuu; setreuid uu;
setsid -; settimeofday TZ; sigaltstack XX; stat sp; statfs sp; statx csA?p; symlink ss;
symlinkat scs; syncfs d; syslog upd; tgkill ddS; timer_settime ddXX; tkill dS; truncate sL;
umask O; umount2 sU; uname X; unlink s; unlinkat csr; unshare C; utime sp; utimensat cspA;
utimes sp; waitid xdXx; write dxd; writev dXx
""".replace("\n", " ")
    .strip()
    .split("; ")
)
RAW = frozenset(("set_robust_list", "get_robust_list", "io_setup", "ptrace", "keyctl", "bpf"))


def arguments(v: View) -> str:
    """What stands between the parentheses."""
    name = v.bound.name
    whole = more.WHOLE.get(name)
    if whole is not None:
        return whole(v)
    letters = FORMATS.get(name)
    if letters is None:
        if name in call_numbers(v.arch.name) or isinstance(v.bound, values.Unbound):
            return raw(v.words, v.arch)
        return lines.at_once(v)  # an extension's, which qemu-user has no way of writing
    if name == "rmdir":
        return string(v, 0) + ","
    return ",".join(_LETTERS[c](v, at) for at, c in enumerate(letters) if c != "-")


def raw(words: Sequence[int], arch: Arch) -> str:
    """Six words as C's %ld."""
    return ",".join(str(signed(word, arch.model.word * 8)) for word in words[:6])


def string(v: View, at: int) -> str:
    """A path between quotes, nothing escaped; an address where it cannot be read."""
    addr = v.words[at]
    data = v.string(addr) if addr else None
    return address(v, at) if data is None else f'"{data.decode("utf-8", "surrogateescape")}"'


def address(v: View, at: int) -> str:
    """Sixteen digits (eight on 32-bit machines)."""
    return more.address_text(v, v.words[at])


def _dirfd(v: View, at: int) -> str:
    # The whole word is compared, so a C int that was not extended is not recognised.
    whole = signed(v.words[at], v.arch.model.word * 8)
    return "AT_FDCWD" if whole == -100 else str(v.cint(at))


def _flags(kind: str, order: tuple[str, ...] = ()) -> Callable[[View, int], str]:
    """Names in `order`, then what is left in hexadecimal."""

    def show(v: View, at: int) -> str:
        return more.flags(vocabulary(kind), v.words[at] & 0xFFFFFFFF, v.arch, order)

    return show


def _listed(module: object, *names: str) -> Callable[[View, int], str]:
    table = {name: getattr(module, name) for name in names}

    def show(v: View, at: int) -> str:
        return more.listed(table, v.words[at] & 0xFFFFFFFF)

    return show


def _one(kind: str) -> Callable[[View, int], str]:
    def show(v: View, at: int) -> str:
        value = v.words[at] & 0xFFFFFFFF
        name = values.names_by_value(vocabulary(kind).table(v.arch)).get(value)
        return name or values.hexadecimal(value)

    return show


def _signal(v: View, at: int) -> str:
    return signal_name(v.words[at] & 0xFFFFFFFF, v.arch)


def signal_name(number: int, arch: Arch) -> str:
    """SIGHUP; real-time signals have no names, and 6 has its old one."""
    name = values.signal_name(number, arch) if 0 < number < 32 else str(number)
    return "SIGIOT" if name == "SIGABRT" else name


def _how(v: View, at: int) -> str:
    table = values.names_by_value(vocabulary("SigprocmaskHow").table(v.arch))
    return table.get(v.cint(at), "UNKNOWN")


def _clock(v: View, at: int) -> str:
    value = v.words[at] & 0xFFFFFFFF
    if value == 10:
        return "CLOCK_SGI_CYCLE"
    return _one("Clock")(v, at)


def _access(v: View, at: int) -> str:
    return "F_OK" if not v.words[at] & 0xFFFFFFFF else _flags("AccessMode", ("R_OK", "W_OK"))(v, at)


_AT = ("AT_EACCESS", "AT_SYMLINK_NOFOLLOW")
_STATX = ("AT_EMPTY_PATH", "AT_NO_AUTOMOUNT", "AT_SYMLINK_NOFOLLOW", "AT_STATX_FORCE_SYNC",
          "AT_STATX_DONT_SYNC")  # fmt: skip
_PROT = ("PROT_EXEC", "PROT_READ", "PROT_WRITE", "PROT_SEM", "PROT_GROWSDOWN", "PROT_GROWSUP")
_MAP = ("MAP_SHARED", "MAP_PRIVATE", "MAP_ANONYMOUS", "MAP_DENYWRITE", "MAP_FIXED",
        "MAP_GROWSDOWN", "MAP_EXECUTABLE", "MAP_LOCKED", "MAP_NONBLOCK", "MAP_NORESERVE",
        "MAP_POPULATE", "MAP_UNINITIALIZED")  # fmt: skip
_prot = _listed(memory, *_PROT)


def _protection(v: View, at: int) -> str:
    return _prot(v, at) if v.words[at] & 0xFFFFFFFF else "PROT_NONE"


def _at_flags(v: View, at: int) -> str:
    return _listed(files, *(_STATX if v.bound.name == "statx" else _AT))(v, at)


def _timespec(v: View, at: int) -> str:
    return more.time_text(v, v.words[at], clocks.Timespec)


def _statx_mask(v: View, at: int) -> str:
    kind: Flags = vocabulary("StatxMask")
    value = v.words[at] & 0xFFFFFFFF
    table = {n: b for n, b in kind.table(v.arch).items() if b < 0x1000}
    named, rest = values.named_bits(table, value)
    whole = [name for name in ("STATX_ALL", "STATX_BASIC_STATS") if name in named]
    named = whole + [name for name in named if name not in whole]
    return "|".join([*named, hex(rest)] if rest else named) or "0"


def _siginfo(v: View, at: int) -> str:
    from ..exec.signals import SigInfo

    data = v.read(v.words[at], 128) if v.words[at] else None
    if data is None:
        return address(v, at)
    return info_text(SigInfo.unpack(v.arch.model, data), v.arch)


_LETTERS: dict[str, Callable[[View, int], str]] = {
    "d": lambda v, at: str(v.cint(at)),
    "u": lambda v, at: str(v.words[at] & 0xFFFFFFFF),
    "L": lambda v, at: str(signed(v.words[at], v.arch.model.word * 8)),
    "x": lambda v, at: values.hexadecimal(v.words[at] & 0xFFFFFFFF),
    "X": lambda v, at: f"{v.words[at]:#x}" if v.words[at] else more.nil(v, at),
    "p": address,
    "s": string,
    "c": _dirfd,
    "o": lambda v, at: more.file_mode(v.words[at] & 0xFFFFFFFF),
    "O": lambda v, at: more.octal(v.words[at] & 0xFFFFFFFF),
    "a": _access,
    "A": _at_flags,
    "r": _listed(files, "AT_REMOVEDIR"),
    "R": _protection,
    "B": _listed(memory, *_MAP),
    "M": _one("MadviseAdvice"),
    "m": _listed(memory, "MCL_CURRENT", "MCL_FUTURE", "MCL_ONFAULT"),
    "W": _one("Whence"),
    "i": _one("ItimerWhich"),
    "g": _siginfo,
    "k": _clock,
    "S": _signal,
    "H": _how,
    "t": _timespec,
    "T": lambda v, at: more.time_text(v, v.words[at], clocks.Timeval),
    "Z": lambda v, at: more.zone_text(v, v.words[at]),
    "F": _flags("FallocateFlags"),
    "C": lambda v, at: more.clone_flags(v.words[at]),
    "?": _statx_mask,
    "N": lambda v, at: more.mount_flags(v.words[at] & 0xFFFFFFFF),
    "U": lambda v, at: more.umount_flags(v.words[at] & 0xFFFFFFFF),
}

_POINTERS = frozenset(("brk", "mmap", "mmap2", "shmat"))


def result(v: View) -> str:
    """What follows the =."""
    if v.bound.name == "rt_sigreturn":
        return "-1 errno=513 (Successful exit from sigreturn)"
    if v.error:
        return errno_text(v.error, v)
    if v.bound.name in _POINTERS:
        return more.address_text(v, v.result & (1 << 8 * v.arch.model.word) - 1, null=False)
    note = more.NOTES.get(v.bound.name)
    return str(v.result) + (note(v) if note else "")


def errno_text(number: int, v: View) -> str:
    """-1 errno=2 (No such file or directory); the number is the guest's."""
    from ..exec.abi import errno

    if number >= 512:
        number = EINTR
    table = errno.errno_table(v.arch.name) or {}
    return f"-1 errno={table.get(number, number)} ({os.strerror(number)})"


_CODES = {
    signals.SI_USER: "SI_USER",
    signals.SI_KERNEL: "SI_KERNEL",
    signals.SI_QUEUE: "SI_QUEUE",
    signals.SI_TIMER: "SI_TIMER",
    signals.SI_MESGQ: "SI_MESGQ",
    signals.SI_ASYNCIO: "SI_ASYNCIO",
    signals.SI_SIGIO: "SI_SIGIO",
    signals.SI_TKILL: "SI_TKILL",
}


def _told(info: SigInfo, arch: Arch) -> str:
    return signal_name(arch.model.signal_to_guest(info.signo), arch)


def signal_line(info: SigInfo, arch: Arch) -> str:
    """--- SIGNAL {...} ---"""
    return f"--- {_told(info, arch)} {info_text(info, arch)} ---"


def info_text(info: SigInfo, arch: Arch) -> str:
    """siginfo_t between braces."""
    name = _told(info, arch)
    code = _CODES.get(info.code)
    if code is None and info.kind == "chld":
        code = more.child_code(info.code)
    parts = f"si_signo={name}, si_code={code or info.code}"
    if info.kind == "fault":
        parts += f", si_addr={more.fault_address(info.addr)}"
    else:
        parts += f", si_pid={info.pid}, si_uid={info.uid}"
    if info.kind == "chld":
        parts += f", si_status={info.status}, si_utime={info.utime}, si_stime={info.stime}"
    return f"{{{parts}}}"
