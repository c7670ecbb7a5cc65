"""Structures and constants of processes and threads (man 2 clone, wait4, futex, sched_setattr)."""

from __future__ import annotations

from .clocks import Timeval
from .layout import S32, U8, U16, U32, U64, Addr, Array, CStruct, Int, Long


class CloneArgs(CStruct):
    """struct clone_args (man 2 clone3)."""

    min_align = 8
    flags: U64
    pidfd: U64
    child_tid: U64
    parent_tid: U64
    exit_signal: U64
    stack: U64
    stack_size: U64
    tls: U64
    set_tid: U64
    set_tid_size: U64
    cgroup: U64


class Rusage(CStruct):
    """struct rusage (man 2 getrusage)."""

    ru_utime: Timeval
    ru_stime: Timeval
    ru_maxrss: Long
    ru_ixrss: Long
    ru_idrss: Long
    ru_isrss: Long
    ru_minflt: Long
    ru_majflt: Long
    ru_nswap: Long
    ru_inblock: Long
    ru_oublock: Long
    ru_msgsnd: Long
    ru_msgrcv: Long
    ru_nsignals: Long
    ru_nvcsw: Long
    ru_nivcsw: Long


class RobustListHead(CStruct):
    """struct robust_list_head (man 2 set_robust_list); list is the first entry's address."""

    list: Addr
    futex_offset: Long
    list_op_pending: Addr


class FutexWaitv(CStruct):
    """struct futex_waitv of futex_waitv(2)."""

    val: U64
    uaddr: U64
    flags: U32
    _pad0: U32


class SchedParam(CStruct):
    """struct sched_param."""

    sched_priority: Int


class SchedAttr(CStruct):
    """struct sched_attr (man 2 sched_setattr)."""

    size_: U32
    sched_policy: U32
    sched_flags: U64
    sched_nice: S32
    sched_priority: U32
    sched_runtime: U64
    sched_deadline: U64
    sched_period: U64
    sched_util_min: U32
    sched_util_max: U32


class Rseq(CStruct):
    """struct rseq up to mm_cid: the area that rseq(2) registers."""

    min_align = 32
    cpu_id_start: U32
    cpu_id: U32
    rseq_cs: U64
    flags: U32
    node_id: U32
    mm_cid: U32


class RseqCs(CStruct):
    """struct rseq_cs: one critical section."""

    min_align = 32
    version: U32
    flags: U32
    start_ip: U64
    post_commit_offset: U64
    abort_ip: U64


class CapUserHeader(CStruct):
    """struct __user_cap_header_struct (man 2 capget)."""

    version: U32
    pid: Int


class CapUserData(CStruct):
    """struct __user_cap_data_struct; version 3 takes two."""

    effective: U32
    permitted: U32
    inheritable: U32


class SockFilter(CStruct):
    """struct sock_filter: one instruction of classic BPF."""

    code: U16
    jt: U8
    jf: U8
    k: U32


class SockFprog(CStruct):
    """struct sock_fprog: a classic BPF program."""

    len: U16
    filter: Addr


class SeccompData(CStruct):
    """struct seccomp_data: what a seccomp filter reads."""

    nr: Int
    arch: U32
    instruction_pointer: U64
    args: tuple[int, ...] = Array(U64, 6)


class SeccompNotifSizes(CStruct):
    """struct seccomp_notif_sizes (man 2 seccomp_unotify)."""

    seccomp_notif: U16
    seccomp_notif_resp: U16
    seccomp_data: U16


# man 2 clone
CSIGNAL = 0xFF
CLONE_VM = 0x100
CLONE_FS = 0x200
CLONE_FILES = 0x400
CLONE_SIGHAND = 0x800
CLONE_PIDFD = 0x1000
CLONE_PTRACE = 0x2000
CLONE_VFORK = 0x4000
CLONE_PARENT = 0x8000
CLONE_THREAD = 0x10000
CLONE_NEWNS = 0x20000
CLONE_SYSVSEM = 0x40000
CLONE_SETTLS = 0x80000
CLONE_PARENT_SETTID = 0x100000
CLONE_CHILD_CLEARTID = 0x200000
CLONE_DETACHED = 0x400000
CLONE_UNTRACED = 0x800000
CLONE_CHILD_SETTID = 0x1000000
CLONE_NEWCGROUP = 0x2000000
CLONE_NEWUTS = 0x4000000
CLONE_NEWIPC = 0x8000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
CLONE_IO = 0x80000000
CLONE_CLEAR_SIGHAND = 0x100000000
CLONE_INTO_CGROUP = 0x200000000
CLONE_AUTOREAP = 0x400000000
CLONE_NNP = 0x800000000
CLONE_PIDFD_AUTOKILL = 0x1000000000
CLONE_EMPTY_MNTNS = 0x2000000000
CLONE_NEWTIME = 0x80

# man 2 wait4, waitid
WNOHANG = 1
WUNTRACED = 2
WSTOPPED = 2
WEXITED = 4
WCONTINUED = 8
WNOWAIT = 0x1000000
__WNOTHREAD = 0x20000000
__WALL = 0x40000000
__WCLONE = 0x80000000

P_ALL = 0
P_PID = 1
P_PGID = 2
P_PIDFD = 3

# man 2 getrusage
RUSAGE_SELF = 0
RUSAGE_CHILDREN = -1
RUSAGE_BOTH = -2
RUSAGE_THREAD = 1

# man 2 futex
FUTEX_WAIT = 0
FUTEX_WAKE = 1
FUTEX_FD = 2
FUTEX_REQUEUE = 3
FUTEX_CMP_REQUEUE = 4
FUTEX_WAKE_OP = 5
FUTEX_LOCK_PI = 6
FUTEX_UNLOCK_PI = 7
FUTEX_TRYLOCK_PI = 8
FUTEX_WAIT_BITSET = 9
FUTEX_WAKE_BITSET = 10
FUTEX_WAIT_REQUEUE_PI = 11
FUTEX_CMP_REQUEUE_PI = 12
FUTEX_LOCK_PI2 = 13

FUTEX_PRIVATE_FLAG = 128
FUTEX_CLOCK_REALTIME = 256
FUTEX2_SIZE_U8 = 0
FUTEX2_SIZE_U16 = 1
FUTEX2_SIZE_U32 = 2
FUTEX2_SIZE_U64 = 3
FUTEX2_PRIVATE = 128
FUTEX2_SIZE_MASK = 3
FUTEX_WAITV_MAX = 128
FUTEX_WAITERS = 0x80000000
FUTEX_OWNER_DIED = 0x40000000
FUTEX_TID_MASK = 0x3FFFFFFF
ROBUST_LIST_LIMIT = 2048
FUTEX_BITSET_MATCH_ANY = 0xFFFFFFFF
FUTEX_OP_SET = 0
FUTEX_OP_ADD = 1
FUTEX_OP_OR = 2
FUTEX_OP_ANDN = 3
FUTEX_OP_XOR = 4
FUTEX_OP_OPARG_SHIFT = 8
FUTEX_OP_CMP_EQ = 0
FUTEX_OP_CMP_NE = 1
FUTEX_OP_CMP_LT = 2
FUTEX_OP_CMP_LE = 3
FUTEX_OP_CMP_GT = 4
FUTEX_OP_CMP_GE = 5

# man 2 sched_setscheduler
SCHED_NORMAL = 0
SCHED_FIFO = 1
SCHED_RR = 2
SCHED_BATCH = 3
SCHED_IDLE = 5
SCHED_DEADLINE = 6
SCHED_EXT = 7
SCHED_RESET_ON_FORK = 0x40000000

# man 2 sched_setattr
SCHED_FLAG_RESET_ON_FORK = 1
SCHED_FLAG_RECLAIM = 2
SCHED_FLAG_DL_OVERRUN = 4
SCHED_FLAG_KEEP_POLICY = 8
SCHED_FLAG_KEEP_PARAMS = 0x10
SCHED_FLAG_UTIL_CLAMP_MIN = 0x20
SCHED_FLAG_UTIL_CLAMP_MAX = 0x40
SCHED_FLAG_KEEP_ALL = 24
SCHED_FLAG_UTIL_CLAMP = 96
SCHED_FLAG_ALL = 127
SCHED_ATTR_SIZE_VER0 = 48
SCHED_ATTR_SIZE_VER1 = 56

# man 2 getpriority
PRIO_PROCESS = 0
PRIO_PGRP = 1
PRIO_USER = 2

# man 2 rseq
RSEQ_CPU_ID_UNINITIALIZED = -1
RSEQ_CPU_ID_REGISTRATION_FAILED = -2
RSEQ_FLAG_UNREGISTER = 1
RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT = 1
RSEQ_CS_FLAG_NO_RESTART_ON_SIGNAL = 2
RSEQ_CS_FLAG_NO_RESTART_ON_MIGRATE = 4

# man 2 pidfd_open, pidfd_send_signal
PIDFD_NONBLOCK = 2048
PIDFD_THREAD = 128
PIDFD_SIGNAL_THREAD = 1
PIDFD_SIGNAL_THREAD_GROUP = 2
PIDFD_SIGNAL_PROCESS_GROUP = 4

# man 2 kcmp
KCMP_FILE = 0
KCMP_VM = 1
KCMP_FILES = 2
KCMP_FS = 3
KCMP_SIGHAND = 4
KCMP_IO = 5
KCMP_SYSVSEM = 6
KCMP_EPOLL_TFD = 7

# man 2 seccomp
SECCOMP_MODE_DISABLED = 0
SECCOMP_MODE_STRICT = 1
SECCOMP_MODE_FILTER = 2
SECCOMP_SET_MODE_STRICT = 0
SECCOMP_SET_MODE_FILTER = 1
SECCOMP_GET_ACTION_AVAIL = 2
SECCOMP_GET_NOTIF_SIZES = 3
SECCOMP_FILTER_FLAG_TSYNC = 1
SECCOMP_FILTER_FLAG_LOG = 2
SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4
SECCOMP_FILTER_FLAG_NEW_LISTENER = 8
SECCOMP_FILTER_FLAG_TSYNC_ESRCH = 16
SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 32
SECCOMP_RET_KILL_PROCESS = 0x80000000
SECCOMP_RET_KILL_THREAD = 0
SECCOMP_RET_KILL = 0
SECCOMP_RET_TRAP = 0x30000
SECCOMP_RET_ERRNO = 0x50000
SECCOMP_RET_USER_NOTIF = 0x7FC00000
SECCOMP_RET_TRACE = 0x7FF00000
SECCOMP_RET_LOG = 0x7FFC0000
SECCOMP_RET_ALLOW = 0x7FFF0000
SECCOMP_RET_ACTION_FULL = 0xFFFF0000
SECCOMP_RET_ACTION = 0x7FFF0000
SECCOMP_RET_DATA = 0xFFFF

# man 2 capget
_LINUX_CAPABILITY_VERSION_1 = 0x19980330
_LINUX_CAPABILITY_VERSION_2 = 0x20071026
_LINUX_CAPABILITY_VERSION_3 = 0x20080522

# man 2 personality
UNAME26 = 0x20000
ADDR_NO_RANDOMIZE = 0x40000
MMAP_PAGE_ZERO = 0x100000
ADDR_COMPAT_LAYOUT = 0x200000
READ_IMPLIES_EXEC = 0x400000
ADDR_LIMIT_32BIT = 0x800000
ADDR_LIMIT_3GB = 0x8000000
PER_LINUX = 0
PER_LINUX32 = 8
PER_MASK = 0xFF
