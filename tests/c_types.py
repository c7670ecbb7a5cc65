"""What C calls the structures of exec/abi, and the compilers to ask about them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import NamedTuple

import pytest

from qemu_user.exec.abi.layout import DataModel


class Target(NamedTuple):
    """One compiler and the data model it must agree with."""

    compiler: tuple[str, ...]
    cpu: str
    model: DataModel


ZIG = (sys.executable, "-m", "ziglang", "cc", "-target")
TARGETS = {
    "gcc": Target(("gcc",), "x86", DataModel(8)),
    "gcc-m32": Target(("gcc", "-m32"), "x86", DataModel(4, align64=4)),
    "gcc-aarch64": Target(("aarch64-linux-gnu-gcc",), "aarch64", DataModel(8)),
    "x86_64": Target((*ZIG, "x86_64-linux-musl"), "x86", DataModel(8)),
    "i386": Target((*ZIG, "x86-linux-musl"), "x86", DataModel(4, align64=4)),
    "aarch64": Target((*ZIG, "aarch64-linux-musl"), "aarch64", DataModel(8)),
    "arm": Target((*ZIG, "arm-linux-musleabihf"), "arm", DataModel(4)),
    "riscv64": Target((*ZIG, "riscv64-linux-musl"), "riscv", DataModel(8)),
    "riscv32": Target((*ZIG, "riscv32-linux-musl"), "riscv", DataModel(4)),
    "mips": Target((*ZIG, "mips-linux-musleabi"), "mips", DataModel(4, ">", signals="mips")),
    "mips64": Target((*ZIG, "mips64-linux-muslabi64"), "mips", DataModel(8, ">", signals="mips")),
    "mipsn32": Target(
        (*ZIG, "mips64-linux-muslabin32"), "mips", DataModel(4, ">", signals="mips", register=8)
    ),
    "ppc": Target((*ZIG, "powerpc-linux-musleabi"), "powerpc", DataModel(4, ">")),
    "ppc64": Target((*ZIG, "powerpc64-linux-musl"), "powerpc", DataModel(8, ">")),
    "gcc-m68k": Target(("m68k-linux-gnu-gcc",), "m68k", DataModel(4, ">", 2)),
    "gcc-sparc64": Target(("sparc64-linux-gnu-gcc",), "sparc", DataModel(8, ">", signals="sparc")),
    "gcc-sparc32": Target(
        ("sparc64-linux-gnu-gcc", "-m32"), "sparc", DataModel(4, ">", signals="sparc")
    ),
    "s390x": Target((*ZIG, "s390x-linux-musl"), "s390x", DataModel(8, ">")),
}

HEADERS = [
    "linux/types",
    "linux/time",
    "linux/time_types",
    "linux/timex",
    "linux/times",
    "linux/utime",
    "asm/stat",
    "linux/stat",
    "asm/statfs",
    "linux/fcntl",
    "linux/openat2",
    "linux/uio",
    "linux/inotify",
    "linux/fs",
    "linux/poll",
    "linux/eventpoll",
    "linux/aio_abi",
    "linux/sched",
    "linux/sched/types",
    "linux/resource",
    "linux/futex",
    "linux/rseq",
    "linux/capability",
    "linux/filter",
    "linux/seccomp",
    "linux/ptrace",
    "asm/signal",
    "asm/siginfo",
    "linux/signalfd",
    "linux/in",
    "linux/in6",
    "linux/ipv6",
    "linux/un",
    "linux/netlink",
    "linux/if_packet",
    "linux/sysinfo",
    "linux/utsname",
    "asm/termbits",
    "asm/termios",
    "linux/elf",
    "linux/shm",
    "linux/msg",
    "linux/sem",
    "linux/mqueue",
]

# What the kernel has no user header for: declared as the manual page has it.
DECLARED = """
#undef sa_handler
struct our_dirent {
    unsigned long d_ino; unsigned long d_off; unsigned short d_reclen;
} __attribute__((packed));
struct our_dirent64 {
    __u64 d_ino; __s64 d_off; unsigned short d_reclen; unsigned char d_type;
} __attribute__((packed));
struct our_file_handle { unsigned int handle_bytes; int handle_type; };
struct our_sigmask { const void *ss; __kernel_size_t ss_len; };
struct our_sched_param { int sched_priority; };
#ifdef __mips__
typedef struct { unsigned long sig[16 / sizeof(long)]; } our_sigset;
#else
typedef struct { unsigned long sig[8 / sizeof(long)]; } our_sigset;
#endif
struct our_sigaction {
    void *sa_handler; unsigned long sa_flags; void *sa_restorer; our_sigset sa_mask;
};
struct our_sigaction2 { void *sa_handler; unsigned long sa_flags; our_sigset sa_mask; };
struct our_old_sigaction {
    void *sa_handler; unsigned long sa_mask; unsigned long sa_flags; void *sa_restorer;
};
struct our_mips_sigaction {
    unsigned sa_flags; void *sa_handler; struct { unsigned long sig[16 / sizeof(long)]; } sa_mask;
};
struct our_mips_old_sigaction {
    unsigned sa_flags; void *sa_handler; unsigned long sa_mask; unsigned long rest[4];
};
struct our_sockaddr { unsigned short sa_family; char sa_data[14]; };
struct our_msghdr {
    void *msg_name; int msg_namelen; void *msg_iov; __kernel_size_t msg_iovlen;
    void *msg_control; __kernel_size_t msg_controllen; unsigned int msg_flags;
};
struct our_mmsghdr { struct our_msghdr msg_hdr; unsigned int msg_len; };
struct our_cmsghdr { __kernel_size_t cmsg_len; int cmsg_level; int cmsg_type; };
struct our_ucred { __u32 pid; __u32 uid; __u32 gid; };
struct our_linger { int l_onoff; int l_linger; };
struct our_robust_list_head { void *list; long futex_offset; void *list_op_pending; };
"""

TYPES = {
    "MipsKernelSigaction": "struct our_mips_sigaction",
    "MipsOldSigaction": "struct our_mips_old_sigaction",
    "MipsSigAltStack": "stack_t",
    "MipsStat": "struct stat",
    "MipsStat64": "struct stat64",
    "MipsStat64Bits": "struct stat",
    "MipsStatfs": "struct statfs",
    "MipsStatfs64": "struct statfs64",
    "MipsFlock": "struct flock",
    "MipsShmidDs32": "struct shmid64_ds",
    "MipsMsqidDs32Big": "struct msqid64_ds",
    "MipsTermios": "struct termios",
    "MipsTermios2": "struct termios2",
    "PpcMsqidDs32": "struct msqid64_ds",
    "PpcSemidDs32": "struct semid64_ds",
    "PpcShmidDs32": "struct shmid64_ds",
    "PpcStat32": "struct stat",
    "PpcStat64": "struct stat64",
    "IpcPerm": "struct ipc64_perm",
    "PpcIpcPerm": "struct ipc64_perm",
    "SparcTermios": "struct termios",
    "SparcIpcPerm": "struct ipc64_perm",
    "SparcMsqidDs": "struct msqid64_ds",
    "SparcSemidDs": "struct semid64_ds",
    "SparcShmidDs": "struct shmid64_ds",
    "SparcIpcPerm32": "struct ipc64_perm",
    "SparcMsqidDs32": "struct msqid64_ds",
    "SparcSemidDs32": "struct semid64_ds",
    "SparcShmidDs32": "struct shmid64_ds",
    "SparcFlock": "struct flock",
    "SparcStat32": "struct stat",
    "SparcStat64": "struct stat64",
    "PpcMsqidDs": "struct msqid64_ds",
    "PpcSemidDs": "struct semid64_ds",
    "PpcShmidDs": "struct shmid64_ds",
    "PpcTermio": "struct termio",
    "PpcTermios": "struct termios",
    "StatS390x": "struct stat",
    "StatfsS390x": "struct statfs",
    "MsqidDs32": "struct msqid64_ds",
    "OldOldUtsName": "struct oldold_utsname",
    "OldStat": "struct __old_kernel_stat",
    "OldUtsName": "struct old_utsname",
    "ShmidDs32": "struct shmid64_ds",
    "WideItimerspec": "struct __kernel_itimerspec",
    "WideItimerspecBig": "struct __kernel_itimerspec",
    "WideTimespec": "struct __kernel_timespec",
    "WideTimespecBig": "struct __kernel_timespec",
    "SemidDs32": "struct semid64_ds",
    "ShortIpcPerm": "struct ipc64_perm",
    "Timeval64": "struct __kernel_sock_timeval",
    "WideTimeval": "struct __kernel_timex_timeval",
    "WideTimex": "struct __kernel_timex",
    "MqAttr": "struct mq_attr",
    "MsgInfo": "struct msginfo",
    "MsqidDs": "struct msqid64_ds",
    "SemBuf": "struct sembuf",
    "SemInfo": "struct seminfo",
    "SemidDs": "struct semid64_ds",
    "ShmLimits": "struct shminfo64",
    "ShmUsage": "struct shm_info",
    "ShmidDs": "struct shmid64_ds",
    "X86SemidDs": "struct semid64_ds",
    "CMsgHdr": "struct our_cmsghdr",
    "CapUserData": "struct __user_cap_data_struct",
    "CapUserHeader": "struct __user_cap_header_struct",
    "CloneArgs": "struct clone_args",
    "Dirent": "struct our_dirent",
    "Dirent64": "struct our_dirent64",
    "Elf32Ehdr": "struct elf32_hdr",
    "Elf32Phdr": "struct elf32_phdr",
    "Elf64Ehdr": "struct elf64_hdr",
    "Elf64Phdr": "struct elf64_phdr",
    "EpollEvent": "struct epoll_event",
    "EpollParams": "struct epoll_params",
    "FOwnerEx": "struct f_owner_ex",
    "FileCloneRange": "struct file_clone_range",
    "FileHandle": "struct our_file_handle",
    "Flock": "struct flock",
    "Flock64": "struct flock64",
    "Fsid": "__kernel_fsid_t",
    "FutexWaitv": "struct futex_waitv",
    "GenericStat64": "struct stat64",
    "In6Pktinfo": "struct in6_pktinfo",
    "InPktinfo": "struct in_pktinfo",
    "InotifyEvent": "struct inotify_event",
    "IoEvent": "struct io_event",
    "Iocb": "struct iocb",
    "Iovec": "struct iovec",
    "IpMreq": "struct ip_mreq",
    "IpMreqn": "struct ip_mreqn",
    "Ipv6Mreq": "struct ipv6_mreq",
    "Itimerspec": "struct itimerspec",
    "Itimerspec64": "struct __kernel_itimerspec",
    "Itimerval": "struct itimerval",
    "KernelSigaction": "struct our_sigaction",
    "KernelSigactionNoRestorer": "struct our_sigaction2",
    "KernelSigset": "our_sigset",
    "Linger": "struct our_linger",
    "MMsgHdr": "struct our_mmsghdr",
    "MsgHdr": "struct our_msghdr",
    "OldSigaction": "struct our_old_sigaction",
    "OpenHow": "struct open_how",
    "PackedEpollEvent": "struct epoll_event",
    "PackedStatfs64": "struct statfs64",
    "PollFd": "struct pollfd",
    "PselectSigmask": "struct our_sigmask",
    "PtracePeekSigInfoArgs": "struct ptrace_peeksiginfo_args",
    "PtraceSyscallInfo": "struct ptrace_syscall_info",
    "Rlimit": "struct rlimit",
    "Rlimit64": "struct rlimit64",
    "RobustListHead": "struct our_robust_list_head",
    "Rseq": "struct rseq",
    "RseqCs": "struct rseq_cs",
    "Rusage": "struct rusage",
    "SchedAttr": "struct sched_attr",
    "SchedParam": "struct our_sched_param",
    "SeccompData": "struct seccomp_data",
    "SigAltStack": "stack_t",
    "SigEvent": "sigevent_t",
    "SigInfo": "siginfo_t",
    "SigInfoChild": "siginfo_t",
    "SigInfoFault": "siginfo_t",
    "SigInfoKill": "siginfo_t",
    "SigInfoPkey": "siginfo_t",
    "SigInfoPoll": "siginfo_t",
    "SigInfoRt": "siginfo_t",
    "SigInfoSys": "siginfo_t",
    "SigInfoTimer": "siginfo_t",
    "SignalfdSiginfo": "struct signalfd_siginfo",
    "SockAddr": "struct our_sockaddr",
    "SockAddrIn": "struct sockaddr_in",
    "SockAddrIn6": "struct sockaddr_in6",
    "SockAddrLl": "struct sockaddr_ll",
    "SockAddrNl": "struct sockaddr_nl",
    "SockAddrUn": "struct sockaddr_un",
    "SockFilter": "struct sock_filter",
    "SeccompNotifSizes": "struct seccomp_notif_sizes",
    "SockFprog": "struct sock_fprog",
    "Stat": "struct stat",
    "Stat64": "struct stat64",
    "StatM68k": "struct stat",
    "Stat64M68k": "struct stat64",
    "StatShort": "struct stat",
    "StatX86_64": "struct stat",
    "Statfs": "struct statfs",
    "Statfs64": "struct statfs64",
    "Statx": "struct statx",
    "StatxTimestamp": "struct statx_timestamp",
    "SysInfo": "struct sysinfo",
    "Termio": "struct termio",
    "Termios": "struct termios",
    "Termios2": "struct termios2",
    "Timespec": "struct __kernel_old_timespec",
    "Timespec64": "struct __kernel_timespec",
    "Timeval": "struct __kernel_old_timeval",
    "Timex": "struct timex",
    "Timezone": "struct timezone",
    "Tms": "struct tms",
    "Ucred": "struct our_ucred",
    "Utimbuf": "struct utimbuf",
    "UtsName": "struct new_utsname",
    "WinSize": "struct winsize",
}
# Members that C calls otherwise, or reaches through a union.
MEMBERS = {
    "MqAttr": {n: f"mq_{n}" for n in ("flags", "maxmsg", "msgsize", "curmsgs")},
    "MsqidDs": {
        "perm": "msg_perm",
        "stime": "msg_stime",
        "rtime": "msg_rtime",
        "ctime": "msg_ctime",
        "cbytes": "msg_cbytes",
        "qnum": "msg_qnum",
        "qbytes": "msg_qbytes",
        "lspid": "msg_lspid",
        "lrpid": "msg_lrpid",
    },
    "PpcMsqidDs": {
        "perm": "msg_perm",
        "stime": "msg_stime",
        "rtime": "msg_rtime",
        "ctime": "msg_ctime",
        "cbytes": "msg_cbytes",
        "qnum": "msg_qnum",
        "qbytes": "msg_qbytes",
        "lspid": "msg_lspid",
        "lrpid": "msg_lrpid",
    },
    "SemBuf": {"num": "sem_num", "op": "sem_op", "flg": "sem_flg"},
    "SemidDs": {
        "perm": "sem_perm",
        "otime": "sem_otime",
        "ctime": "sem_ctime",
        "nsems": "sem_nsems",
    },
    "PpcSemidDs": {
        "perm": "sem_perm",
        "otime": "sem_otime",
        "ctime": "sem_ctime",
        "nsems": "sem_nsems",
    },
    "ShmidDs": {
        "perm": "shm_perm",
        "segsz": "shm_segsz",
        "atime": "shm_atime",
        "dtime": "shm_dtime",
        "ctime": "shm_ctime",
        "cpid": "shm_cpid",
        "lpid": "shm_lpid",
        "nattch": "shm_nattch",
    },
    "PpcShmidDs": {
        "perm": "shm_perm",
        "segsz": "shm_segsz",
        "atime": "shm_atime",
        "dtime": "shm_dtime",
        "ctime": "shm_ctime",
        "cpid": "shm_cpid",
        "lpid": "shm_lpid",
        "nattch": "shm_nattch",
    },
    "ShmidDs32": {
        "perm": "shm_perm",
        "segsz": "shm_segsz",
        "atime": "shm_atime",
        "dtime": "shm_dtime",
        "ctime": "shm_ctime",
        "cpid": "shm_cpid",
        "lpid": "shm_lpid",
        "nattch": "shm_nattch",
    },
    "MsqidDs32": {
        "perm": "msg_perm",
        "stime": "msg_stime",
        "rtime": "msg_rtime",
        "ctime": "msg_ctime",
        "cbytes": "msg_cbytes",
        "qnum": "msg_qnum",
        "qbytes": "msg_qbytes",
        "lspid": "msg_lspid",
        "lrpid": "msg_lrpid",
    },
    "WideTimespec": {"tv_nsec": ""},  # half of C's member
    "WideTimespecBig": {"tv_nsec": ""},
    "SemidDs32": {
        "perm": "sem_perm",
        "otime": "sem_otime",
        "ctime": "sem_ctime",
        "nsems": "sem_nsems",
    },
    "X86SemidDs": {
        "perm": "sem_perm",
        "otime": "sem_otime",
        "ctime": "sem_ctime",
        "nsems": "sem_nsems",
    },
    "SigEvent": {"sigev_notify_thread_id": "_sigev_un._tid"},
    "SigInfoTimer": {"si_timerid": "si_tid", "si_value": "si_ptr"},
    "SigInfoRt": {"si_value": "si_ptr"},
    "SigInfoPkey": {"si_pkey": "_sifields._sigfault._addr_pkey._pkey"},
    "Stat64": {"st_ino32": "__st_ino"},
    "Stat64M68k": {"st_ino32": "__st_ino"},
    "StatM68k": {f"st_{time}time_nsec": f"__unused{n}" for n, time in enumerate("amc", 1)},
}
MEMBERS["MipsFlock"] = {"l_pid": ""}  # the header has it elsewhere than C libraries
MEMBERS |= {"MipsMsqidDs32Big": MEMBERS["MsqidDs32"], "MipsShmidDs32": MEMBERS["ShmidDs32"]}
MEMBERS |= {
    f"Sparc{name[3:]}": MEMBERS[name] for name in ("PpcMsqidDs", "PpcSemidDs", "PpcShmidDs")
}
MEMBERS |= {
    f"{cpu}{name}32": MEMBERS[f"{cpu}{name}"]
    for cpu in ("Ppc", "Sparc")
    for name in ("MsqidDs", "SemidDs", "ShmidDs")
}
# Signal frames by module: type and members; "&first" of many, "" for what C has no name for.
FRAMES = {
    "x86_64": {
        "SigContext": ("struct sigcontext", {"general": "&r8", "reserved": "reserved1"}),
        "UContext": ("struct ucontext", {}),
    },
    "x86_64_fp": {
        "FpState": (
            "struct _fpstate",
            {
                "st": "st_space",
                "xmm": "xmm_space",
                "reserved": "reserved2",
                "magic1": "sw_reserved.magic1",
                "extended_size": "sw_reserved.extended_size",
                "xfeatures": "sw_reserved.xfeatures",
                "xstate_size": "sw_reserved.xstate_size",
                "padding": "sw_reserved.padding",
                "header": "",
            },
        ),
    },
    "aarch64": {
        "SigContext": ("struct sigcontext", {}),
        "UContext": ("struct ucontext", {"unused": "__unused"}),
        "FpSimdContext": (
            "struct fpsimd_context",
            {"magic": "head.magic", "record_size": "head.size"},
        ),
        "EsrContext": ("struct esr_context", {"magic": "head.magic", "record_size": "head.size"}),
    },
    "riscv64": {
        "SigContext": (
            "struct sigcontext",
            {
                "pc": "sc_regs.pc",
                "regs": "&sc_regs.ra",
                "f": "sc_fpregs.d.f",
                "fcsr": "sc_fpregs.d.fcsr",
                "reserved": "sc_extdesc.reserved",
                "magic": "sc_extdesc.hdr.magic",
                "size_": "sc_extdesc.hdr.size",
                "rest": "",
            },
        ),
        "UContext": ("struct ucontext", {"unused": "__unused"}),
    },
}
FRAMES["riscv32"] = FRAMES["riscv64"]
FRAMES["ppc_frames"] = {
    "SigContext": ("struct sigcontext", {"reserved": "_unused"}),
    "MContext": ("struct mcontext", {}),
    "UContext": ("struct ucontext", {}),
}
# Structures that grow: what we have is their beginning.
GROWING = {"PtraceSyscallInfo", "Rseq"}
LINUX_32 = {"i386", "gcc-m32", "arm"}
IPC_32 = LINUX_32 | {"gcc-m68k"}
STAT_GENERIC = {"aarch64", "gcc-aarch64", "riscv64"}
X86_64 = {"gcc", "x86_64"}
BITS_32 = {name for name, target in TARGETS.items() if target.model.word == 4}
MIPS_32 = {"mips", "mipsn32"}
MIPS = MIPS_32 | {"mips64"}
PPC = {"ppc", "ppc64"}
SPARC = {"gcc-sparc64", "gcc-sparc32"}
# Where a structure is the one that Linux uses, if not everywhere.
ONLY = {
    **dict.fromkeys(
        ("MipsKernelSigaction", "MipsSigAltStack", "MipsStatfs", "MipsTermios", "MipsTermios2"),
        MIPS,
    ),
    **{f"Mips{name}": MIPS_32 for name in ("Flock", "ShmidDs32", "Stat", "Stat64", "Statfs64")},
    "MipsMsqidDs32Big": {"mips"},  # n32's header has not what its calls take, the kernel's own o32
    "MipsOldSigaction": {"mips"},
    "MipsStat64Bits": {"mips64"},
    "MsqidDs32": IPC_32 | {"riscv32"},
    "OldStat": {"i386", "gcc-m32", "arm", "gcc-m68k", "ppc"},
    "SemidDs32": IPC_32 | {"riscv32"},
    "ShortIpcPerm": IPC_32,
    "ShmidDs32": IPC_32 | {"riscv32"},
    "WideItimerspec": BITS_32,
    "WideItimerspecBig": BITS_32,
    "WideTimespec": BITS_32,
    "WideTimespecBig": BITS_32,
    "WideTimeval": BITS_32,
    "WideTimex": BITS_32,
    "IpcPerm": STAT_GENERIC | X86_64,
    **{name: {"ppc64"} for name in ("PpcMsqidDs", "PpcSemidDs", "PpcShmidDs")},
    "PpcIpcPerm": PPC,
    **{f"Sparc{name}": {"gcc-sparc64"} for name in ("IpcPerm", "MsqidDs", "SemidDs", "ShmidDs")},
    "SparcFlock": {"gcc-sparc32"},
    **{
        f"Sparc{name}": {"gcc-sparc32"}
        for name in ("IpcPerm32", "MsqidDs32", "SemidDs32", "ShmidDs32", "Stat32", "Stat64")
    },
    **{name: {"ppc"} for name in ("PpcMsqidDs32", "PpcSemidDs32", "PpcShmidDs32")},
    **{name: {"ppc"} for name in ("PpcStat32", "PpcStat64")},
    **dict.fromkeys(("PpcTermio", "PpcTermios"), PPC),
    **{name: {"s390x"} for name in ("StatS390x", "StatfsS390x")},
    "MsqidDs": STAT_GENERIC | X86_64,
    "SemidDs": STAT_GENERIC,
    "ShmidDs": STAT_GENERIC | X86_64,
    "X86SemidDs": X86_64,
    "Stat": STAT_GENERIC,
    "StatX86_64": X86_64 | {"ppc64"},
    "StatM68k": {"gcc-m68k"},
    "Stat64M68k": {"gcc-m68k"},
    "StatShort": LINUX_32,
    "Stat64": LINUX_32,
    "GenericStat64": {"riscv32"},
    "Statfs": TARGETS.keys() - MIPS - {"s390x"},
    "Statfs64": {"i386", "gcc-m32", "riscv32", "ppc", "gcc-m68k", "gcc-sparc32"},
    "PackedStatfs64": {"arm"},
    "Flock": TARGETS.keys() - MIPS_32 - {"gcc-sparc32"},
    "EpollEvent": TARGETS.keys() - X86_64,
    "PackedEpollEvent": X86_64,
    "SigAltStack": TARGETS.keys() - MIPS,
    "Termio": TARGETS.keys() - MIPS - PPC,
    "Termios": TARGETS.keys() - MIPS - PPC - SPARC,
    "SparcTermios": SPARC,
    "Termios2": TARGETS.keys() - MIPS - PPC,
    "Flock64": BITS_32,
    **{n: TARGETS.keys() - MIPS for n in TYPES if n.startswith("SigInfo")},
    # There an Internet address is aligned to more than an int; nothing has room before one.
    "IpMreq": TARGETS.keys() - {"gcc-m68k"},
    "SockAddrIn": TARGETS.keys() - {"gcc-m68k"},
    "SigInfoPkey": TARGETS.keys() - MIPS - {"gcc-m68k"},
}


def kernel_headers() -> Path:
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        pytest.skip("ziglang, which has the kernel's headers, is not installed")
    return Path(spec.origin).parent / "lib" / "libc" / "include"


def compile_errors(target: Target, source: Path) -> list[str]:
    """The compiler's error lines."""
    if which(target.compiler[0]) is None:
        pytest.skip(f"{target.compiler[0]} is not installed")
    root = kernel_headers()
    command = [
        *target.compiler,
        "-nostdinc",
        "-w",
        "-isystem",
        str(root / f"{target.cpu}-linux-any"),
        "-isystem",
        str(root / "any-linux-any"),
    ]
    if "ziglang" in target.compiler:
        command += ["-ferror-limit=0", "-emit-llvm"]
    command += ["-S", "-o", str(source.with_suffix(".out")), str(source)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    errors = [line for line in run.stderr.splitlines() if "error: " in line]
    assert errors or run.returncode == 0, run.stderr
    return errors
