"""Structures and constants of the system as a whole (man 2 uname, sysinfo, getrandom, reboot)."""

from __future__ import annotations

from .layout import U16, U32, Array, Bytes, CStruct, Long, ULong


class UtsName(CStruct):
    """struct new_utsname (man 2 uname)."""

    sysname: bytes = Bytes(65)
    nodename: bytes = Bytes(65)
    release: bytes = Bytes(65)
    version: bytes = Bytes(65)
    machine: bytes = Bytes(65)
    domainname: bytes = Bytes(65)


class OldUtsName(CStruct):
    """struct old_utsname (man 2 uname, NOTES)."""

    sysname: bytes = Bytes(65)
    nodename: bytes = Bytes(65)
    release: bytes = Bytes(65)
    version: bytes = Bytes(65)
    machine: bytes = Bytes(65)


class OldOldUtsName(CStruct):
    """struct oldold_utsname."""

    sysname: bytes = Bytes(9)
    nodename: bytes = Bytes(9)
    release: bytes = Bytes(9)
    version: bytes = Bytes(9)
    machine: bytes = Bytes(9)


class SysInfo(CStruct):
    """struct sysinfo (man 2 sysinfo)."""

    min_size = 64
    uptime: Long
    loads: tuple[int, ...] = Array(ULong, 3)
    totalram: ULong
    freeram: ULong
    sharedram: ULong
    bufferram: ULong
    totalswap: ULong
    freeswap: ULong
    procs: U16
    _pad0: U16
    totalhigh: ULong
    freehigh: ULong
    mem_unit: U32


# man 2 getrandom
GRND_NONBLOCK = 1
GRND_RANDOM = 2
GRND_INSECURE = 4

# man 2 reboot
LINUX_REBOOT_MAGIC1 = 0xFEE1DEAD
LINUX_REBOOT_MAGIC2 = 672274793
LINUX_REBOOT_MAGIC2A = 85072278
LINUX_REBOOT_MAGIC2B = 369367448
LINUX_REBOOT_MAGIC2C = 537993216
LINUX_REBOOT_CMD_RESTART = 0x1234567
LINUX_REBOOT_CMD_HALT = 0xCDEF0123
LINUX_REBOOT_CMD_CAD_ON = 0x89ABCDEF
LINUX_REBOOT_CMD_CAD_OFF = 0
LINUX_REBOOT_CMD_POWER_OFF = 0x4321FEDC
LINUX_REBOOT_CMD_RESTART2 = 0xA1B2C3D4
LINUX_REBOOT_CMD_SW_SUSPEND = 0xD000FCE2
LINUX_REBOOT_CMD_KEXEC = 0x45584543

# man 2 syslog, sysinfo
SI_LOAD_SHIFT = 16

# man 2 ipc, shmget, semop
IPC_PRIVATE = 0
IPC_CREAT = 0o1000
IPC_EXCL = 0o2000
IPC_NOWAIT = 0o4000
IPC_RMID = 0
IPC_SET = 1
IPC_STAT = 2
IPC_INFO = 3
SEM_UNDO = 0x1000
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
MSG_STAT = 11
MSG_INFO = 12
MSG_STAT_ANY = 13
SHM_R = 0o400
SHM_W = 0o200
SHM_HUGETLB = 0o4000
SHM_NORESERVE = 0o10000
SHM_RDONLY = 0o10000
SHM_RND = 0o20000
SHM_REMAP = 0o40000
SHM_EXEC = 0o100000
SHM_LOCK = 11
SHM_UNLOCK = 12
SHM_STAT = 13
SHM_INFO = 14
SHM_STAT_ANY = 15
