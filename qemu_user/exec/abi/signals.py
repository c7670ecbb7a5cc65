"""Structures and constants of signals as the kernel sees them (libc's differ; man 2 sigaction)."""

from __future__ import annotations

from .layout import (
    S16,
    S32,
    U16,
    U32,
    U64,
    Addr,
    Array,
    Bytes,
    CStruct,
    Int,
    Long,
    NarrowLong,
    SigSet,
    Size,
    UInt,
    ULong,
)


class KernelSigset(CStruct):
    """sigset_t: bit n-1 stands for signal n."""

    sig: SigSet


class KernelSigaction(CStruct):
    """struct sigaction of rt_sigaction(2)."""

    sa_handler: Addr
    sa_flags: ULong
    sa_restorer: Addr
    sa_mask: SigSet


class KernelSigactionNoRestorer(CStruct):
    """struct sigaction where handlers return through the vDSO only."""

    sa_handler: Addr
    sa_flags: ULong
    sa_mask: SigSet


class OldSigaction(CStruct):
    """struct old_sigaction of sigaction(2), with 32 signals."""

    sa_handler: Addr
    sa_mask: ULong
    sa_flags: ULong
    sa_restorer: Addr


class SigAltStack(CStruct):
    """stack_t: where handlers with SA_ONSTACK run (man 2 sigaltstack)."""

    ss_sp: Addr
    ss_flags: Int
    ss_size: Size


class SigInfo(CStruct):
    """siginfo_t: what all signals have; its subclasses are the members of its union."""

    min_size = 128
    si_signo: Int
    si_errno: Int
    si_code: Int
    _pad_union: tuple[int, ...] = Array(Long, 0)


class SigInfoKill(SigInfo):
    """From kill(2) and tgkill(2)."""

    si_pid: Int
    si_uid: UInt


class SigInfoTimer(SigInfo):
    """From a POSIX timer."""

    si_timerid: Int
    si_overrun: Int
    si_value: ULong


class SigInfoRt(SigInfo):
    """From sigqueue(3), mq_notify(3) and the like; si_value is sival_ptr."""

    si_pid: Int
    si_uid: UInt
    si_value: ULong


class SigInfoChild(SigInfo):
    """SIGCHLD; the times are in clock ticks."""

    si_pid: Int
    si_uid: UInt
    si_status: Int
    si_utime: Long
    si_stime: Long


class SigInfoFault(SigInfo):
    """SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP; si_addr_lsb is for BUS_MCEERR codes only."""

    si_addr: Addr
    _pad_fault: tuple[int, ...] = Array(Addr, 0)
    si_addr_lsb: S16


class SigInfoPkey(SigInfo):
    """SIGSEGV with SEGV_PKUERR."""

    si_addr: Addr
    _pad_fault: tuple[int, ...] = Array(Addr, 1)
    si_pkey: U32


class SigInfoPoll(SigInfo):
    """SIGIO (man 2 fcntl, F_SETSIG)."""

    si_band: NarrowLong
    si_fd: Int


class SigInfoSys(SigInfo):
    """SIGSYS (man 2 seccomp)."""

    si_call_addr: Addr
    si_syscall: Int
    si_arch: UInt


class SigEvent(CStruct):
    """struct sigevent (man 3type sigevent); the thread id is for SIGEV_THREAD_ID."""

    min_size = 64
    sigev_value: ULong
    sigev_signo: Int
    sigev_notify: Int
    sigev_notify_thread_id: Int


class SignalfdSiginfo(CStruct):
    """struct signalfd_siginfo (man 2 signalfd)."""

    ssi_signo: U32
    ssi_errno: S32
    ssi_code: S32
    ssi_pid: U32
    ssi_uid: U32
    ssi_fd: S32
    ssi_tid: U32
    ssi_band: U32
    ssi_overrun: U32
    ssi_trapno: U32
    ssi_status: S32
    ssi_int: S32
    ssi_ptr: U64
    ssi_utime: U64
    ssi_stime: U64
    ssi_addr: U64
    ssi_addr_lsb: U16
    _pad0: U16
    ssi_syscall: S32
    ssi_call_addr: U64
    ssi_arch: U32
    _pad1: bytes = Bytes(28)


# man 7 signal
SIGHUP = 1
SIGINT = 2
SIGQUIT = 3
SIGILL = 4
SIGTRAP = 5
SIGABRT = 6
SIGBUS = 7
SIGFPE = 8
SIGKILL = 9
SIGUSR1 = 10
SIGSEGV = 11
SIGUSR2 = 12
SIGPIPE = 13
SIGALRM = 14
SIGTERM = 15
SIGSTKFLT = 16
SIGCHLD = 17
SIGCONT = 18
SIGSTOP = 19
SIGTSTP = 20
SIGTTIN = 21
SIGTTOU = 22
SIGURG = 23
SIGXCPU = 24
SIGXFSZ = 25
SIGVTALRM = 26
SIGPROF = 27
SIGWINCH = 28
SIGIO = 29
SIGPWR = 30
SIGSYS = 31

# man 2 sigaction
SA_RESTORER = 0x4000000
SA_NOCLDSTOP = 1
SA_NOCLDWAIT = 2
SA_SIGINFO = 4
SA_ONSTACK = 0x8000000
SA_RESTART = 0x10000000
SA_NODEFER = 0x40000000
SA_RESETHAND = 0x80000000
SIG_DFL = 0
SIG_IGN = 1

# man 2 sigprocmask
SIG_BLOCK = 0
SIG_UNBLOCK = 1
SIG_SETMASK = 2

# man 2 sigaltstack
MINSIGSTKSZ = 0x800
SS_ONSTACK = 1
SS_DISABLE = 2
SS_AUTODISARM = 0x80000000

# siginfo_t.si_code, of any signal
SI_USER = 0
SI_KERNEL = 0x80
SI_QUEUE = -1
SI_TIMER = -2
SI_MESGQ = -3
SI_ASYNCIO = -4
SI_SIGIO = -5
SI_TKILL = -6
SI_DETHREAD = -7
SI_ASYNCNL = -60
SI_LOAD_SHIFT = 16

# si_code of SIGILL
ILL_ILLOPC = 1
ILL_ILLOPN = 2
ILL_ILLADR = 3
ILL_ILLTRP = 4
ILL_PRVOPC = 5
ILL_PRVREG = 6
ILL_COPROC = 7
ILL_BADSTK = 8
ILL_BADIADDR = 9

# si_code of SIGFPE
FPE_INTDIV = 1
FPE_INTOVF = 2
FPE_FLTDIV = 3
FPE_FLTOVF = 4
FPE_FLTUND = 5
FPE_FLTRES = 6
FPE_FLTINV = 7
FPE_FLTSUB = 8
FPE_FLTUNK = 14
FPE_CONDTRAP = 15

# si_code of SIGSEGV
SEGV_MAPERR = 1
SEGV_ACCERR = 2
SEGV_BNDERR = 3
SEGV_PKUERR = 4
SEGV_ACCADI = 5
SEGV_ADIDERR = 6
SEGV_ADIPERR = 7
SEGV_MTEAERR = 8
SEGV_MTESERR = 9
SEGV_CPERR = 10

# si_code of SIGBUS
BUS_ADRALN = 1
BUS_ADRERR = 2
BUS_OBJERR = 3
BUS_MCEERR_AR = 4
BUS_MCEERR_AO = 5

# si_code of SIGTRAP
TRAP_BRKPT = 1
TRAP_TRACE = 2
TRAP_BRANCH = 3
TRAP_HWBKPT = 4
TRAP_UNK = 5
TRAP_PERF = 6

# si_code of SIGCHLD
CLD_EXITED = 1
CLD_KILLED = 2
CLD_DUMPED = 3
CLD_TRAPPED = 4
CLD_STOPPED = 5
CLD_CONTINUED = 6

# si_code of SIGIO
POLL_IN = 1
POLL_OUT = 2
POLL_MSG = 3
POLL_ERR = 4
POLL_PRI = 5
POLL_HUP = 6

# si_code of SIGSYS
SYS_SECCOMP = 1
SYS_USER_DISPATCH = 2

# man 3type sigevent
SIGEV_SIGNAL = 0
SIGEV_NONE = 1
SIGEV_THREAD = 2
SIGEV_THREAD_ID = 4

# man 2 signalfd
SFD_CLOEXEC = 0x80000
SFD_NONBLOCK = 0x800
