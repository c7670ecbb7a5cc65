"""The vocabulary of parameter types: what a system call's annotations may say.

To mypy each is what the function receives: int, bytes or one of pointers.py's classes.
"""

from __future__ import annotations

from .kinds import Const, Descriptor, FileSize, Flags, Id, Integer, SignalNumber, String, Wide
from .pointers import (
    In,
    InArray,
    InBuf,
    InOut,
    InOutArray,
    IoVecIn,
    IoVecOut,
    Out,
    OutArray,
    OutBuf,
    SockAddr,
    SockAddrOut,
    StringArray,
    StringPtr,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Int: TypeAlias = int
    UInt: TypeAlias = int
    Long: TypeAlias = int
    ULong: TypeAlias = int
    Size: TypeAlias = int
    Addr: TypeAlias = int
    U16: TypeAlias = int
    U64: TypeAlias = int
    Offset: TypeAlias = int
    OffsetPair: TypeAlias = int
    FileOffset: TypeAlias = int
    Fd: TypeAlias = int
    DirFd: TypeAlias = int
    Mode: TypeAlias = int
    Dev: TypeAlias = int
    Pid: TypeAlias = int
    Tid: TypeAlias = int
    Uid: TypeAlias = int
    Gid: TypeAlias = int
    Signal: TypeAlias = int
    IoctlCmd: TypeAlias = int
    FutexOp: TypeAlias = int
    PrctlOption: TypeAlias = int
    PtraceRequest: TypeAlias = int
    AccessMode: TypeAlias = int
    AtFlags: TypeAlias = int
    OpenFlags: TypeAlias = int
    CloneFlags: TypeAlias = int
    CloseRangeFlags: TypeAlias = int
    EpollFlags: TypeAlias = int
    EventFdFlags: TypeAlias = int
    FallocateFlags: TypeAlias = int
    GrndFlags: TypeAlias = int
    InotifyFlags: TypeAlias = int
    InotifyMask: TypeAlias = int
    LockOp: TypeAlias = int
    MemfdFlags: TypeAlias = int
    MlockFlags: TypeAlias = int
    MmapFlags: TypeAlias = int
    MmapProt: TypeAlias = int
    MremapFlags: TypeAlias = int
    MsgFlags: TypeAlias = int
    MsyncFlags: TypeAlias = int
    PidfdFlags: TypeAlias = int
    RenameFlags: TypeAlias = int
    RwFlags: TypeAlias = int
    SeccompFlags: TypeAlias = int
    SeccompOperation: TypeAlias = int
    SignalFdFlags: TypeAlias = int
    SocketType: TypeAlias = int
    SpliceFlags: TypeAlias = int
    StatxMask: TypeAlias = int
    TimerFdFlags: TypeAlias = int
    TimerFlags: TypeAlias = int
    UnshareFlags: TypeAlias = int
    WaitOptions: TypeAlias = int
    XattrFlags: TypeAlias = int
    Clock: TypeAlias = int
    EpollOp: TypeAlias = int
    FcntlCmd: TypeAlias = int
    IdType: TypeAlias = int
    IpcFlags: TypeAlias = int
    ShmFlags: TypeAlias = int
    MsgRcvFlags: TypeAlias = int
    ShmCmd: TypeAlias = int
    SemCmd: TypeAlias = int
    SysvMsgCmd: TypeAlias = int
    ItimerWhich: TypeAlias = int
    MadviseAdvice: TypeAlias = int
    FadviseAdvice: TypeAlias = int
    PrioWhich: TypeAlias = int
    Resource: TypeAlias = int
    RusageWho: TypeAlias = int
    SchedPolicy: TypeAlias = int
    ShutHow: TypeAlias = int
    SigprocmaskHow: TypeAlias = int
    SockOptLevel: TypeAlias = int
    SocketFamily: TypeAlias = int
    Whence: TypeAlias = int
    Path: TypeAlias = bytes
else:
    MAP_FIELDS = ("MAP_TYPE", "MAP_FILE", "MAP_FAILED", "MAP_HUGE_")
    FCNTL_VALUES = (
        "F_RDLCK",
        "F_WRLCK",
        "F_UNLCK",
        "F_EXLCK",
        "F_SHLCK",
        "F_OWNER_",
        "F_SEAL_",
        "F_OK",
    )
    PTRACE_VALUES = ("PTRACE_SYSCALL_INFO_", "PTRACE_EVENT", "PTRACE_O_", "PTRACE_PEEKSIGINFO_")
    PRCTL_VALUES = ("PR_SET_MM_", "PR_FP_", "PR_MCE_KILL_CLEAR")
    Int = Integer(32, True)
    UInt = Integer(32, False, "uint")
    Long = Integer(0, True)
    ULong = Integer(0, False, "uint")
    Size = Integer(0, False, "uint")
    Addr = Integer(0, False, "addr")
    U16 = Integer(16, False, "uint")
    U64 = Wide(False, "uint")
    Offset = Wide(True)
    OffsetPair = Wide(True, split=True)
    FileOffset = FileSize(0, True)
    Fd = Descriptor(32, True, "fd")
    DirFd = Descriptor(32, True, "dirfd")
    Mode = Integer(32, False, "mode")
    Dev = Integer(32, False, "dev")
    Pid = Integer(32, True, "pid")
    Tid = Integer(32, True, "pid")
    Uid = Gid = Id()
    Signal = SignalNumber(32, True, "signal")
    IoctlCmd = Const(
        *("TC TIOC FI FS_IOC BLK EPIOC RND NS_GET SIOC", "terminals ioctls"),
        show="ioctl",
        signed=False,
    )
    FutexOp = Integer(32, True, "futex")
    PrctlOption = Const("PR_", "prctl", omit=PRCTL_VALUES)
    PtraceRequest = Const("PTRACE_", "ptrace", omit=PTRACE_VALUES)

    AccessMode = Flags("R_OK W_OK X_OK F_OK", "files", show="access", signed=True)
    AtFlags = Flags("AT_", "files", omit=("AT_FDCWD", "AT_REMOVEDIR"), signed=True)
    OpenFlags = Flags("O_", "files", field=3, signed=True)
    CloneFlags = Flags("CLONE_", "processes", bits=0, show="clone")
    CloseRangeFlags = Flags("CLOSE_RANGE_", "files")
    EpollFlags = Flags("EPOLL_CLOEXEC", "polling", signed=True)
    EventFdFlags = Flags("EFD_", "files", signed=True)
    FallocateFlags = Flags("FALLOC_FL_", "files", signed=True)
    GrndFlags = Flags("GRND_", "system")
    InotifyFlags = Flags("IN_CLOEXEC IN_NONBLOCK", "files", signed=True)
    InotifyMask = Flags("IN_", "files", omit=("IN_CLOEXEC", "IN_NONBLOCK", "IN_CLOSE", "IN_MOVE"))
    IpcFlags = Flags("IPC_CREAT IPC_EXCL IPC_NOWAIT", "ipc")
    ShmFlags = Flags("SHM_RDONLY SHM_RND SHM_REMAP SHM_EXEC", "ipc")
    MsgRcvFlags = Flags("IPC_NOWAIT MSG_NOERROR MSG_EXCEPT MSG_COPY", "ipc")
    LockOp = Flags("LOCK_", "files", signed=True)
    MemfdFlags = Flags("MFD_", "files", omit=("MFD_HUGE_",))
    MlockFlags = Flags("MCL_", "memory", signed=True)
    MmapFlags = Flags("MAP_", "memory", bits=0, field=0xF, omit=MAP_FIELDS)
    MmapProt = Flags("PROT_", "memory", bits=0)
    MremapFlags = Flags("MREMAP_", "memory", bits=0)
    MsgFlags = Flags("MSG_", "sockets")
    MsyncFlags = Flags("MS_ASYNC MS_INVALIDATE MS_SYNC", "memory", signed=True)
    PidfdFlags = Flags("PIDFD_", "processes")
    RenameFlags = Flags("RENAME_", "files")
    RwFlags = Flags("RWF_", "files", signed=True)
    SeccompFlags = Flags("SECCOMP_FILTER_FLAG_", "processes")
    SignalFdFlags = Flags("SFD_", "signals", signed=True)
    SocketType = Flags("SOCK_", "sockets", field=0xF, signed=True)
    SpliceFlags = Flags("SPLICE_F_", "files")
    StatxMask = Flags("STATX_", "stats", omit=("STATX_ATTR_",))
    TimerFdFlags = Flags("TFD_", "clocks", signed=True)
    TimerFlags = Flags("TIMER_ABSTIME", "clocks", signed=True)
    UnshareFlags = Flags("CLONE_", "processes", bits=0)
    WaitOptions = Flags("WNOHANG WEXITED WCONTINUED WSTOPPED WNOWAIT __W", "processes", signed=True)
    XattrFlags = Flags("XATTR_", "files", signed=True)

    Clock = Const("CLOCK_", "clocks")
    EpollOp = Const("EPOLL_CTL_", "polling")
    FcntlCmd = Const("F_", "files", omit=FCNTL_VALUES, signed=False)
    ShmCmd = Const(
        "IPC_RMID IPC_SET IPC_STAT IPC_INFO SHM_LOCK SHM_UNLOCK SHM_STAT SHM_INFO", "ipc"
    )
    SemCmd = Const("IPC_RMID IPC_SET IPC_STAT IPC_INFO GET SETVAL SETALL SEM_STAT SEM_INFO", "ipc")
    SysvMsgCmd = Const("IPC_RMID IPC_SET IPC_STAT IPC_INFO MSG_STAT MSG_INFO", "ipc")
    IdType = Const("P_", "processes")
    ItimerWhich = Const("ITIMER_", "clocks")
    MadviseAdvice = Const("MADV_", "memory")
    FadviseAdvice = Const("POSIX_FADV_", "files")
    PrioWhich = Const("PRIO_", "processes")
    Resource = Const("RLIMIT_", "limits", signed=False)
    RusageWho = Const("RUSAGE_", "processes")
    SchedPolicy = Const("SCHED_", "processes", omit=("SCHED_FLAG_", "SCHED_ATTR_", "SCHED_RESET_"))
    SeccompOperation = Const("SECCOMP_SET_MODE SECCOMP_GET", "processes", signed=False)
    ShutHow = Const("SHUT_", "sockets")
    SigprocmaskHow = Const("SIG_BLOCK SIG_UNBLOCK SIG_SETMASK", "signals")
    SockOptLevel = Const("SOL_", "sockets")
    SocketFamily = Const("AF_", "sockets")
    Whence = Const("SEEK_", "files", signed=False)

    Path = String("path")

__all__ = (
    "In",
    "InArray",
    "InBuf",
    "InOut",
    "InOutArray",
    "IoVecIn",
    "IoVecOut",
    "Out",
    "OutArray",
    "OutBuf",
    "SockAddr",
    "SockAddrOut",
    "StringArray",
    "StringPtr",
)  # beside the names defined here
