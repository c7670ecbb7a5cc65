"""Calls that strace(1) writes otherwise than their parameters' types say."""

from __future__ import annotations

from ..exec.abi import clocks, files, memory, mounts, polling, processes, signals, stats, system
from ..exec.abi.signames import mask_to
from . import arguments, descriptors, fdpaths, structs, values
from .values import View, pointer, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.abi.layout import CStruct
    from .values import Late, Printer, Text

number = arguments.shaped("int")
address = arguments.shaped("addr")
hexa = arguments.shaped("hex")
fd = fdpaths.fd
path = arguments.path


def integer(v: View, at: int) -> str:
    """A C int."""
    return str(v.cint(at))


def size(v: View, at: int) -> str:
    return str(v.words[at])


def after(show: Text) -> Printer:
    """What the call stored: written when it has succeeded, else the address."""

    def printer(v: View, at: int) -> Late:
        return lambda v: pointer(v.words[at]) if v.error else show(v, at)

    return printer


def struct(cls: type[CStruct]) -> Text:
    return lambda v, at: structs.struct_text(v, v.words[at], cls)


def flags(name: str) -> Text:
    return lambda v, at: values.flags_text(vocabulary(name), v.words[at], v.arch)


def file_flags(v: View, at: int) -> str:
    """O_ flags where there is no access mode."""
    table = {n: b for n, b in vocabulary("OpenFlags").table(v.arch).items() if b & ~3}
    named, rest = values.named_bits(table, v.words[at] & 0xFFFFFFFF)
    return "|".join([*named, f"{rest:#x}"] if rest else named) or "0"


def socket_type(v: View, at: int) -> str:
    """The type, then its flags, each with its own remark when unknown."""
    kind, word = vocabulary("SocketType"), v.words[at] & 0xFFFFFFFF
    text = values.flags_text(kind, word & 0xF, v.arch)
    if not word & ~0xF:
        return text
    flags = {n: b for n, b in kind.table(v.arch).items() if b & ~0xF}
    named, rest = values.named_bits(flags, word & ~0xF)
    if rest:
        named.append(f"{rest:#x}" if named else values.unknown(rest, "SOCK_"))
    return "|".join([text, *named])


def const(name: str) -> Text:
    kind = vocabulary(name)
    return lambda v, at: values.const_text(kind, kind.value(v.words[at], v.arch), v.arch)


def module_flags(module: object, prefix: str, *omit: str) -> Text:
    return lambda v, at: values.plain_flags(module, prefix, v.words[at] & 0xFFFFFFFF, omit)


def module_const(module: object, prefix: str, *omit: str) -> Text:
    return lambda v, at: values.plain_const(module, prefix, v.words[at] & 0xFFFFFFFF, omit)


def sigset(v: View, at: int) -> str:
    addr = v.words[at]
    if not addr:
        return "NULL"
    word = v.arch.model.word
    parts = [v.number(addr + n * word, word) for n in range(8 // word)]
    if None in parts:
        return pointer(addr)
    mask = sum((part or 0) << n * word * 8 for n, part in enumerate(parts))
    if v.arch.model.signals:
        mask = mask_to(v.arch.model.signals, mask, 1)
    return values.sigset_text(mask, v.arch)


def signal(v: View, at: int) -> str:
    number = v.cint(at)
    return values.signal_name(number, v.arch) if number else "0"


def integers(count: int) -> Text:
    """An array of C ints."""

    def show(v: View, at: int) -> str:
        found = [v.number(v.words[at] + 4 * n, 4, negative=True) for n in range(count)]
        return pointer(v.words[at]) if None in found else f"[{', '.join(map(str, found))}]"

    return show


def fds(v: View, at: int) -> str:
    """Two descriptors."""
    found = [v.number(v.words[at] + 4 * n, 4, negative=True) for n in range(2)]
    if None in found:
        return pointer(v.words[at])
    return "[" + ", ".join(fdpaths.fd_text(v, fd or 0) for fd in found) + "]"


def string_result(v: View, at: int) -> str:
    """A string that the call stored, as long as it returned."""
    data = v.read(v.words[at], min(v.result, 4096))
    if data is None:
        return pointer(v.words[at])
    if v.bound.name == "getcwd":
        return values.quoted(data.rstrip(b"\0"), 4096)
    return values.quoted(data, v.limit)


def random_result(v: View, at: int) -> str:
    data = v.read(v.words[at], min(v.result, v.limit + 1))
    return pointer(v.words[at]) if data is None else values.hexquoted(data, v.limit)


def entries_result(v: View, at: int) -> str:
    """getdents: the address and how many entries are there."""
    addr, end, count = v.words[at], v.words[at] + v.result, 0
    offset = 2 * v.arch.model.word if v.bound.name == "getdents" else 16
    while addr < end:
        length = v.number(addr + offset, 2)
        if not length:
            break
        addr, count = addr + length, count + 1
    return f"{pointer(v.words[at])} /* {count} entries */"


def cpus_result(v: View, at: int) -> str:
    data = v.read(v.words[at], v.result or v.words[at - 1])
    if data is None:
        return pointer(v.words[at])
    mask = int.from_bytes(data, "little")
    return "[" + " ".join(str(n) for n in range(mask.bit_length()) if mask >> n & 1) + "]"


def groups_result(v: View, at: int) -> str:
    if not v.words[at]:
        return "NULL"
    return integers(min(v.result, 32))(v, at)


def wait_status(v: View, at: int) -> str:
    """[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]"""
    if not v.words[at]:
        return "NULL"
    status = v.number(v.words[at], 4)
    if status is None or not v.result:
        return pointer(v.words[at])
    return f"[{{{status_text(status, v)}}}]"


def status_text(status: int, v: View) -> str:
    """A wait status in terms of the macros of man 2 wait."""
    low, code = status & 0x7F, status >> 8 & 0xFF
    if low == 0:
        return f"WIFEXITED(s) && WEXITSTATUS(s) == {code}"
    if status & 0xFF == 0x7F:
        if status == 0xFFFF:
            return "WIFCONTINUED(s)"
        return f"WIFSTOPPED(s) && WSTOPSIG(s) == {values.signal_name(code, v.arch)}"
    core = " && WCOREDUMP(s)" if status & 0x80 else ""
    return f"WIFSIGNALED(s) && WTERMSIG(s) == {values.signal_name(low, v.arch)}{core}"


def siginfo(v: View, at: int) -> str:
    from ..exec.signals import SigInfo
    from .lines import siginfo_text

    data = v.read(v.words[at], 128) if v.words[at] else None
    if data is None:
        return pointer(v.words[at])
    return siginfo_text(SigInfo.unpack(v.arch.model, data), v.arch)


timespec, timeval = struct(clocks.Timespec), struct(clocks.Timeval)


def timespecs(v: View, at: int) -> str:
    """Two time stamps (utimensat)."""
    return _pair(v, at, clocks.Timespec)


def timevals(v: View, at: int) -> str:
    return _pair(v, at, clocks.Timeval)


def _pair(v: View, at: int, cls: type[CStruct]) -> str:
    if not v.words[at]:
        return "NULL"
    pair = v.array(v.words[at], cls, 2)
    if pair is None:
        return pointer(v.words[at])
    return "[" + ", ".join(structs.value_text(v, one, cls) for one in pair) + "]"


def remaining(v: View, at: int) -> Late:
    """What a sleep that was interrupted had left."""
    return lambda v: timespec(v, at) if v.error in (4, 516) else pointer(v.words[at])


def environment(v: View, at: int) -> str:
    addr, word, count = v.words[at], v.arch.model.word, 0
    while addr and v.number(addr + count * word, word):
        count += 1
    return f"{addr:#x} /* {count} vars */" if addr else "NULL"


def clone_args(v: View, at: int) -> Late:
    """The structure as it was, and what the call stored through it."""
    text = structs.struct_text(v, v.words[at], processes.CloneArgs)
    args = v.struct(v.words[at], processes.CloneArgs)

    def late(v: View) -> str:
        if v.error or args is None or not args.flags & processes.CLONE_PARENT_SETTID:
            return text
        return f"{text} => {{parent_tid=[{v.number(args.parent_tid, 4)}]}}"

    return late


def argv(v: View, at: int) -> str:
    return str(arguments.strings(v, at)[0])


def restored_mask(v: View, at: int) -> Late:
    return lambda v: f"{{mask={values.sigset_text(v.t.mask, v.arch)}}}"


def statx_flags(v: View, at: int) -> str:
    """The two synchronisation bits, then the others."""
    sync = v.words[at] & 0x6000
    names = {0: "AT_STATX_SYNC_AS_STAT", 0x2000: "AT_STATX_FORCE_SYNC",
             0x4000: "AT_STATX_DONT_SYNC"}  # fmt: skip
    first = names.get(sync, "AT_STATX_FORCE_SYNC|AT_STATX_DONT_SYNC")
    rest = values.flags_text(vocabulary("AtFlags"), v.words[at] & ~0x6000, v.arch)
    return first if rest == "0" else f"{first}|{rest}"


mount_flags = module_flags(mounts, "MS_")
SHAPES: dict[str, tuple[Printer, ...]] = {
    "execve": (path, argv, environment),
    "exit": (integer,),
    "exit_group": (integer,),
    "rt_sigreturn": (restored_mask,),
    "rt_sigprocmask": (const("SigprocmaskHow"), sigset, after(sigset), size),
    "rt_sigsuspend": (sigset, size),
    "rt_sigpending": (after(sigset), size),
    "rt_sigtimedwait": (sigset, after(siginfo), timespec, size),
    "rt_sigqueueinfo": (integer, signal, siginfo),
    "rt_tgsigqueueinfo": (integer, integer, signal, siginfo),
    "pidfd_send_signal": (fd, signal, siginfo, hexa),
    "pidfd_open": (integer, module_flags(processes, "PIDFD_", "PIDFD_SIGNAL_")),
    "wait4": (integer, after(wait_status), flags("WaitOptions"), after(struct(processes.Rusage))),
    "waitid": (
        const("IdType"), integer, after(siginfo), flags("WaitOptions"),
        after(struct(processes.Rusage)),
    ),
    "clone3": (clone_args, size),
    "set_tid_address": (address,),
    "set_robust_list": (address, size),
    "rseq": (address, hexa, hexa, hexa),
    "membarrier": (module_const(processes, "MEMBARRIER_CMD_"), hexa),
    "pipe": (after(fds),),
    "pipe2": (after(fds), file_flags),
    "socketpair": (const("SocketFamily"), socket_type, integer, after(fds)),
    "readlink": (path, after(string_result), size),
    "readlinkat": (descriptors.dirfd, path, after(string_result), size),
    "getcwd": (after(string_result), size),
    "getrandom": (after(random_result), size, flags("GrndFlags")),
    "getdents": (fd, after(entries_result), size),
    "getdents64": (fd, after(entries_result), size),
    "sched_getaffinity": (integer, size, after(cpus_result)),
    "sched_setaffinity": (integer, size, cpus_result),
    "getgroups": (integer, after(groups_result)),
    "mount": (path, path, arguments.string, mount_flags, arguments.string),
    "umount2": (path, module_flags(mounts, "MNT_")),
    "statx": (
        descriptors.dirfd, path, statx_flags, flags("StatxMask"), after(struct(stats.Statx)),
    ),
    "unlinkat": (descriptors.dirfd, path, module_flags(files, "AT_REMOVEDIR")),
    "utimensat": (descriptors.dirfd, path, timespecs, flags("AtFlags")),
    "utimes": (path, timevals),
    "futimesat": (descriptors.dirfd, path, timevals),
    "nanosleep": (timespec, remaining),
    "clock_nanosleep": (const("Clock"), flags("TimerFlags"), timespec, remaining),
    "timerfd_create": (const("Clock"), flags("TimerFdFlags")),
    "gettimeofday": (after(timeval), after(struct(clocks.Timezone))),
    "unshare": (flags("UnshareFlags"),),
    "msync": (address, size, flags("MsyncFlags")),
    "mlock2": (address, size, module_flags(memory, "MLOCK_")),
    "mincore": (address, size, after(address)),
    "dup3": (fd, fd, file_flags),
    "inotify_add_watch": (fd, path, flags("InotifyMask")),
    "inotify_init1": (flags("InotifyFlags"),),
    "sync_file_range": (fd, integer, integer, module_flags(files, "SYNC_FILE_RANGE_")),
    "openat2": (descriptors.dirfd, path, struct(files.OpenHow), size),
    "signalfd4": (fd, sigset, size, flags("SignalFdFlags")),
    "sched_setscheduler": (integer, const("SchedPolicy"), descriptors.sched_param),
    "sched_getparam": (integer, after(descriptors.sched_param)),
    "sched_setparam": (integer, descriptors.sched_param),
    "epoll_wait": (fd, after(descriptors.epoll_events), integer, integer),
    "epoll_pwait": (
        fd, after(descriptors.epoll_events), integer, integer, sigset, size,
    ),
    "poll": (descriptors.poll_fds, integer, integer),
    "ppoll": (descriptors.poll_fds, integer, timespec, sigset, size),
    "select": (*map(descriptors.select_set, range(4)), timeval),
    "pselect6": (*map(descriptors.select_set, range(4)), timespec, descriptors.pselect_mask),
    "sendmsg": (fd, descriptors.message, flags("MsgFlags")),
    "recvmsg": (fd, after(descriptors.message), flags("MsgFlags")),
    "reboot": (hexa, hexa, hexa),
    "getcpu": (after(integers(1)), after(integers(1)), address),
    "times": (after(struct(clocks.Tms)),),
    "sysinfo": (after(struct(system.SysInfo)),),
    "epoll_create1": (flags("EpollFlags"),),
    "sigaltstack": (struct(signals.SigAltStack), after(struct(signals.SigAltStack))),
    "epoll_ctl": (fd, const("EpollOp"), fd, struct(polling.EpollEvent)),
}  # fmt: skip
"""By name: a printer for each argument word."""
