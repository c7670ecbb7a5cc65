"""How strace(1) writes structures; one it does not know is written member by member."""

from __future__ import annotations

from ..exec.abi import clocks, files, limits, polling, processes, signals, sockets, stats, system
from . import values
from .values import View, fields, hexadecimal, pointer, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..exec.abi.layout import CStruct


def struct_text(v: View, addr: int, cls: type[CStruct]) -> str:
    """The structure at `addr`: its members, or the address where it cannot be read."""
    if not addr:
        return "NULL"
    value = v.struct(addr, cls)
    return pointer(addr) if value is None else value_text(v, value, cls)


def value_text(v: View, value: CStruct, cls: type[CStruct]) -> str:
    """A structure that has been read; `cls` is the base, `value` maybe a variant."""
    printer = PRINTERS.get(cls.__name__)
    return printer(v, value) if printer else _default(v, value)


def _default(v: View, value: CStruct) -> str:
    return fields(**{name: _member(v, member) for name, member in vars(value).items()})


def _member(v: View, member: Any) -> str:
    if isinstance(member, bytes):
        return values.quoted(member.split(b"\0")[0], v.limit)
    if isinstance(member, tuple):
        return "[" + ", ".join(_member(v, one) for one in member) + "]"
    if hasattr(member, "members"):
        return value_text(v, member, type(member))
    return str(member)


def _stat(v: View, s: Any) -> str:
    kind = s.st_mode & 0o170000
    if kind in (0o020000, 0o060000):
        rest = f"st_rdev={values.device_text(s.st_rdev)}"
    else:
        rest = f"st_size={s.st_size}"
    return f"{{st_mode={values.file_mode_text(s.st_mode)}, {rest}, ...}}"


def _statx(v: View, s: Any) -> str:
    mask = values.flags_text(vocabulary("StatxMask"), s.stx_mask, v.arch)
    attributes = values.plain_flags(stats, "STATX_ATTR_", s.stx_attributes)
    mode = values.file_mode_text(s.stx_mode)
    return (
        f"{{stx_mask={mask}, stx_attributes={attributes}, stx_mode={mode}, "
        f"stx_size={s.stx_size}, ...}}"
    )


_SUPER = {0xEF53: "EXT2_SUPER_MAGIC", 0x01021994: "TMPFS_MAGIC", 0x9FA0: "PROC_SUPER_MAGIC",
          0x794C7630: "OVERLAYFS_SUPER_MAGIC", 0x62656572: "SYSFS_MAGIC", 0x6969: "NFS_SUPER_MAGIC",
          0x9123683E: "BTRFS_SUPER_MAGIC", 0x58465342: "XFS_SUPER_MAGIC",
          0x50494446: "PIPEFS_MAGIC",
          0x1CD1: "DEVPTS_SUPER_MAGIC", 0x63677270: "CGROUP2_SUPER_MAGIC"}  # fmt: skip


def _statfs(v: View, s: Any) -> str:
    fsid = s.f_fsid.val if hasattr(s.f_fsid, "val") else s.f_fsid
    return fields(
        f_type=_SUPER.get(s.f_type, hexadecimal(s.f_type)),
        **{n: getattr(s, n) for n in ("f_bsize", "f_blocks", "f_bfree", "f_bavail")},
        f_files=s.f_files,
        f_ffree=s.f_ffree,
        f_fsid="{val=[" + ", ".join(hexadecimal(n & 0xFFFFFFFF) for n in fsid) + "]}",
        f_namelen=s.f_namelen,
        f_frsize=s.f_frsize,
        f_flags=_mount_flags(s.f_flags),
    )


def _mount_flags(value: int) -> str:
    valid = "ST_VALID" if value & 0x20 else ""
    rest = values.plain_flags(stats, "ST_", value & ~0x20) if value & ~0x20 else ""
    return "|".join(part for part in (valid, rest) if part) or "0"


def _sigaction(v: View, s: Any) -> str:
    handler = {0: "SIG_DFL", 1: "SIG_IGN"}.get(s.sa_handler, f"{s.sa_handler:#x}")
    name = "sa_handler"
    out = {name: handler, "sa_mask": values.sigset_text(s.sa_mask, v.arch)}
    out["sa_flags"] = _sa_flags(s.sa_flags)
    if s.sa_flags & signals.SA_RESTORER:
        out["sa_restorer"] = pointer(getattr(s, "sa_restorer", 0))
    return fields(**out)


_SA_ORDER = ("SA_RESTORER", "SA_ONSTACK", "SA_RESTART", "SA_NODEFER", "SA_RESETHAND",
             "SA_SIGINFO", "SA_NOCLDSTOP", "SA_NOCLDWAIT")  # fmt: skip


def _sa_flags(value: int) -> str:
    named = []
    for name in _SA_ORDER:
        bits = getattr(signals, name)
        if value & bits:
            named.append(name)
            value &= ~bits
    if value:
        named.append(f"{value:#x}" if named else values.unknown(value, "SA_"))
    return "|".join(named) or "0"


def _altstack(v: View, s: Any) -> str:
    return fields(
        ss_sp=pointer(s.ss_sp),
        ss_flags=values.plain_flags(signals, "SS_", s.ss_flags & 0xFFFFFFFF),
        ss_size=s.ss_size,
    )


def _timespec(v: View, s: Any) -> str:
    if s.tv_nsec in (0x3FFFFFFF, 0x3FFFFFFE):
        return "UTIME_NOW" if s.tv_nsec == 0x3FFFFFFF else "UTIME_OMIT"
    return fields(tv_sec=s.tv_sec, tv_nsec=s.tv_nsec)


def _rlimit(v: View, s: Any) -> str:
    return fields(rlim_cur=_rlim(v, s.rlim_cur), rlim_max=_rlim(v, s.rlim_max))


def _rlim(v: View, value: int) -> str:
    if value == (1 << 64) - 1:
        return "RLIM64_INFINITY"
    if v.arch.model.word == 4 and value == (1 << 32) - 1:
        return "RLIM_INFINITY"
    return f"{value // 1024}*1024" if value > 1024 and value % 1024 == 0 else str(value)


def _utsname(v: View, s: Any) -> str:
    texts = {n: values.quoted(getattr(s, n).split(b"\0")[0], 65) for n in ("sysname", "nodename")}
    return fields(**texts)[:-1] + ", ...}"


def _rusage(v: View, s: Any) -> str:
    times = {n: value_text(v, getattr(s, n), clocks.Timeval) for n in ("ru_utime", "ru_stime")}
    return fields(**times)[:-1] + ", ...}"


def _epoll_event(v: View, s: Any) -> str:
    events = values.plain_flags(polling, "EPOLL", s.events, ("EPOLL_",))
    return fields(events=events, data=fields(u32=s.data & 0xFFFFFFFF, u64=s.data))


def _flock(v: View, s: Any) -> str:
    kinds = {0: "F_RDLCK", 1: "F_WRLCK", 2: "F_UNLCK"}
    return fields(
        l_type=kinds.get(s.l_type, s.l_type),
        l_whence=values.const_text(vocabulary("Whence"), s.l_whence, v.arch),
        l_start=s.l_start,
        l_len=s.l_len,
    )


def _clone_args(v: View, s: Any) -> str:
    out = {"flags": clone_flags(v, s.flags, "")}
    if s.flags & processes.CLONE_PIDFD:
        out["pidfd"] = pointer(s.pidfd)
    if s.flags & (processes.CLONE_CHILD_SETTID | processes.CLONE_CHILD_CLEARTID):
        out["child_tid"] = pointer(s.child_tid)
    if s.flags & processes.CLONE_PARENT_SETTID:
        out["parent_tid"] = pointer(s.parent_tid)
    number = s.exit_signal
    out["exit_signal"] = values.signal_name(number, v.arch) if number else "0"
    out["stack"] = pointer(s.stack)
    out["stack_size"] = hexadecimal(s.stack_size)
    if s.flags & processes.CLONE_SETTLS:
        out["tls"] = pointer(s.tls)
    return fields(**out)


def clone_flags(v: View, value: int, exit_signal: str) -> str:
    """CLONE_ flags and, for clone, the signal in their low byte."""
    table = {n: b for n, b in vars(processes).items() if n.startswith("CLONE_") and "ARGS" not in n}
    if exit_signal is not None and v.bound.name == "clone":
        table.pop("CLONE_NEWTIME", None)
    named, rest = values.named_bits(table, value)
    if rest:
        named.append(f"{rest:#x}")
    if exit_signal:
        named.append(exit_signal)
    return "|".join(named) or "0"


def _open_how(v: View, s: Any) -> str:
    out = {"flags": values.flags_text(vocabulary("OpenFlags"), s.flags, v.arch)}
    if s.flags & files.O_CREAT:
        out["mode"] = values.mode_text(s.mode)
    out["resolve"] = values.plain_flags(files, "RESOLVE_", s.resolve)
    return fields(**out)


def _robust(v: View, s: Any) -> str:
    return fields(**{name: values.hexadecimal(value) for name, value in vars(s).items()})


def _sysinfo(v: View, s: Any) -> str:
    out = {n: _member(v, m) for n, m in vars(s).items() if not n.startswith(("pad", "_"))}
    return fields(**out)


def _linger(v: View, s: Any) -> str:
    return fields(l_onoff=s.l_onoff, l_linger=s.l_linger)


_TICKS = 100  # USER_HZ


def _tms(v: View, s: Any) -> str:
    def text(ticks: int) -> str:
        return f"{ticks} /* {ticks / _TICKS:.2f} s */" if ticks else "0"

    return fields(**{name: text(ticks) for name, ticks in vars(s).items()})


PRINTERS: dict[str, Callable[[View, Any], str]] = {
    stats.Stat.__name__: _stat,
    stats.Statx.__name__: _statx,
    stats.Statfs.__name__: _statfs,
    stats.Statfs64.__name__: _statfs,
    signals.KernelSigaction.__name__: _sigaction,
    signals.SigAltStack.__name__: _altstack,
    clocks.Timespec.__name__: _timespec,
    clocks.Tms.__name__: _tms,
    clocks.Timespec64.__name__: _timespec,
    limits.Rlimit.__name__: _rlimit,
    limits.Rlimit64.__name__: _rlimit,
    system.UtsName.__name__: _utsname,
    system.SysInfo.__name__: _sysinfo,
    processes.Rusage.__name__: _rusage,
    processes.CloneArgs.__name__: _clone_args,
    processes.RobustListHead.__name__: _robust,
    polling.EpollEvent.__name__: _epoll_event,
    files.Flock.__name__: _flock,
    files.Flock64.__name__: _flock,
    files.OpenHow.__name__: _open_how,
    sockets.Linger.__name__: _linger,
}
"""By the structure's name; `PRINTERS[name] = function` adds one."""
