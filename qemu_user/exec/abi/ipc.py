"""Structures and constants of System V IPC and POSIX message queues (man 7 sysvipc, mq_overview).

The `ds` structures are those of 64-bit machines, whose kernels know no other version.
"""

from __future__ import annotations

from .layout import U16, Array, CStruct, Int, Long, ULong
from .semaphores import IpcPerm, PpcIpcPerm, ShortIpcPerm


class ShmidDs(CStruct):
    """struct shmid64_ds (man 2 shmctl)."""

    perm: IpcPerm
    segsz: ULong
    atime: Long
    dtime: Long
    ctime: Long
    cpid: Int
    lpid: Int
    nattch: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class PpcShmidDs(CStruct):
    """struct shmid64_ds of 64-bit PowerPC."""

    perm: PpcIpcPerm
    atime: Long
    dtime: Long
    ctime: Long
    segsz: ULong
    cpid: Int
    lpid: Int
    nattch: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class ShmidDs32(CStruct):
    """struct shmid64_ds of 32-bit machines; the high halves of times are left out."""

    perm: ShortIpcPerm
    segsz: ULong
    atime: ULong
    _pad_atime: ULong
    dtime: ULong
    _pad_dtime: ULong
    ctime: ULong
    _pad_ctime: ULong
    cpid: Int
    lpid: Int
    nattch: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class PpcShmidDs32(CStruct):
    """struct shmid64_ds of 32-bit PowerPC."""

    perm: PpcIpcPerm
    _pad_atime: ULong
    atime: ULong
    _pad_dtime: ULong
    dtime: ULong
    _pad_ctime: ULong
    ctime: ULong
    _pad0: ULong
    segsz: ULong
    cpid: Int
    lpid: Int
    nattch: ULong
    _pad1: tuple[int, ...] = Array(ULong, 2)


class ShmLimits(CStruct):
    """struct shminfo64: what IPC_INFO tells of shared memory (man 2 shmctl)."""

    shmmax: ULong
    shmmin: ULong
    shmmni: ULong
    shmseg: ULong
    shmall: ULong
    _pad0: tuple[int, ...] = Array(ULong, 4)


class ShmUsage(CStruct):
    """struct shm_info (man 2 shmctl)."""

    used_ids: Int
    shm_tot: ULong
    shm_rss: ULong
    shm_swp: ULong
    swap_attempts: ULong
    swap_successes: ULong


class MsqidDs(CStruct):
    """struct msqid64_ds (man 2 msgctl)."""

    perm: IpcPerm
    stime: Long
    rtime: Long
    ctime: Long
    cbytes: ULong
    qnum: ULong
    qbytes: ULong
    lspid: Int
    lrpid: Int
    _pad0: tuple[int, ...] = Array(ULong, 2)


class PpcMsqidDs(CStruct):
    """struct msqid64_ds of 64-bit PowerPC."""

    perm: PpcIpcPerm
    stime: Long
    rtime: Long
    ctime: Long
    cbytes: ULong
    qnum: ULong
    qbytes: ULong
    lspid: Int
    lrpid: Int
    _pad0: tuple[int, ...] = Array(ULong, 2)


class MsqidDs32(CStruct):
    """struct msqid64_ds of 32-bit machines."""

    perm: ShortIpcPerm
    stime: ULong
    _pad_stime: ULong
    rtime: ULong
    _pad_rtime: ULong
    ctime: ULong
    _pad_ctime: ULong
    cbytes: ULong
    qnum: ULong
    qbytes: ULong
    lspid: Int
    lrpid: Int
    _pad0: tuple[int, ...] = Array(ULong, 2)


class PpcMsqidDs32(CStruct):
    """struct msqid64_ds of 32-bit PowerPC."""

    perm: PpcIpcPerm
    _pad_stime: ULong
    stime: ULong
    _pad_rtime: ULong
    rtime: ULong
    _pad_ctime: ULong
    ctime: ULong
    cbytes: ULong
    qnum: ULong
    qbytes: ULong
    lspid: Int
    lrpid: Int
    _pad0: tuple[int, ...] = Array(ULong, 2)


class MsgInfo(CStruct):
    """struct msginfo (man 2 msgctl)."""

    msgpool: Int
    msgmap: Int
    msgmax: Int
    msgmnb: Int
    msgmni: Int
    msgssz: Int
    msgtql: Int
    msgseg: U16


class SemInfo(CStruct):
    """struct seminfo (man 2 semctl)."""

    semmap: Int
    semmni: Int
    semmns: Int
    semmnu: Int
    semmsl: Int
    semopm: Int
    semume: Int
    semusz: Int
    semvmx: Int
    semaem: Int


class SemBuf(CStruct):
    """struct sembuf (man 2 semop)."""

    num: U16
    op: U16
    flg: U16


class MqAttr(CStruct):
    """struct mq_attr of the system calls (man 3 mq_getattr)."""

    flags: Long
    maxmsg: Long
    msgsize: Long
    curmsgs: Long
    _pad0: tuple[int, ...] = Array(Long, 4)


# man 2 shmget, semget, msgget
IPC_CREAT = 0o1000
IPC_EXCL = 0o2000
IPC_NOWAIT = 0o4000
SHM_HUGETLB = 0o4000
SHM_NORESERVE = 0o10000

# man 2 shmctl, semctl, msgctl
IPC_RMID = 0
IPC_SET = 1
IPC_STAT = 2
IPC_INFO = 3
IPC_64 = 0x100
SHM_LOCK = 11
SHM_UNLOCK = 12
SHM_STAT = 13
SHM_INFO = 14
SHM_STAT_ANY = 15
MSG_STAT = 11
MSG_INFO = 12
MSG_STAT_ANY = 13
GETPID = 11
GETVAL = 12
GETALL = 13
GETNCNT = 14
GETZCNT = 15
SETVAL = 16
SETALL = 17
SEM_STAT = 18
SEM_INFO = 19
SEM_STAT_ANY = 20

# man 2 shmat
SHM_RDONLY = 0o10000
SHM_RND = 0o20000
SHM_REMAP = 0o40000
SHM_EXEC = 0o100000

# man 2 semop
SEM_UNDO = 0x1000
SEMOPM = 500

# man 2 msgrcv
MSG_NOERROR = 0o10000
MSG_EXCEPT = 0o20000
MSG_COPY = 0o40000
