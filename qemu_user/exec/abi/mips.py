"""Structures that MIPS has its own versions of."""

from __future__ import annotations

from .layout import (
    I64,
    S16,
    U8,
    U16,
    U32,
    U64,
    Addr,
    Array,
    Bytes,
    CStruct,
    Int,
    Long,
    SigSet,
    Size,
    UInt,
    ULong,
)
from .semaphores import IpcPerm
from .stats import Fsid


class MipsKernelSigaction(CStruct):
    """struct sigaction, flags first and without sa_restorer."""

    sa_flags: UInt
    sa_handler: Addr
    sa_mask: SigSet


class MipsOldSigaction(CStruct):
    """struct sigaction of sigaction(2) in o32."""

    sa_flags: UInt
    sa_handler: Addr
    sa_mask: ULong
    _pad0: tuple[int, ...] = Array(ULong, 4)


class MipsSigAltStack(CStruct):
    """stack_t with its flags last."""

    ss_sp: Addr
    ss_size: Size
    ss_flags: Int


class MipsStat(CStruct):
    """struct stat of o32."""

    st_dev: UInt
    _pad1: tuple[int, ...] = Array(Long, 3)
    st_ino: ULong
    st_mode: UInt
    st_nlink: UInt
    st_uid: UInt
    st_gid: UInt
    st_rdev: UInt
    _pad2: tuple[int, ...] = Array(Long, 2)
    st_size: Long
    _pad3: Long
    st_atime: Long
    st_atime_nsec: Long
    st_mtime: Long
    st_mtime_nsec: Long
    st_ctime: Long
    st_ctime_nsec: Long
    st_blksize: Long
    st_blocks: Long
    _pad4: tuple[int, ...] = Array(Long, 14)


class MipsStat64(CStruct):
    """struct stat64 of o32."""

    st_dev: ULong
    _pad0: tuple[int, ...] = Array(ULong, 3)
    st_ino: U64
    st_mode: UInt
    st_nlink: UInt
    st_uid: UInt
    st_gid: UInt
    st_rdev: ULong
    _pad1: tuple[int, ...] = Array(ULong, 3)
    st_size: I64
    st_atime: Long
    st_atime_nsec: ULong
    st_mtime: Long
    st_mtime_nsec: ULong
    st_ctime: Long
    st_ctime_nsec: ULong
    st_blksize: ULong
    _pad2: ULong
    st_blocks: I64


class MipsStat64Bits(CStruct):
    """struct stat of n64 and n32."""

    st_dev: UInt
    _pad0: tuple[int, ...] = Array(UInt, 3)
    st_ino: U64
    st_mode: UInt
    st_nlink: UInt
    st_uid: UInt
    st_gid: UInt
    st_rdev: UInt
    _pad1: tuple[int, ...] = Array(UInt, 3)
    st_size: I64
    st_atime: UInt
    st_atime_nsec: UInt
    st_mtime: UInt
    st_mtime_nsec: UInt
    st_ctime: UInt
    st_ctime_nsec: UInt
    st_blksize: UInt
    _pad2: UInt
    st_blocks: U64


class MipsStatfs(CStruct):
    """struct statfs."""

    f_type: Long
    f_bsize: Long
    f_frsize: Long
    f_blocks: Long
    f_bfree: Long
    f_files: Long
    f_ffree: Long
    f_bavail: Long
    f_fsid: Fsid
    f_namelen: Long
    f_flags: Long
    _pad0: tuple[int, ...] = Array(Long, 5)


class MipsStatfs64(CStruct):
    """struct statfs64 of o32 and n32."""

    f_type: U32
    f_bsize: U32
    f_frsize: U32
    _pad0: U32
    f_blocks: U64
    f_bfree: U64
    f_files: U64
    f_ffree: U64
    f_bavail: U64
    f_fsid: Fsid
    f_namelen: U32
    f_flags: U32
    _pad1: tuple[int, ...] = Array(U32, 5)


class MipsFlock(CStruct):
    """struct flock of o32 and n32, as C libraries have it; the kernel's header moved l_sysid."""

    l_type: S16
    l_whence: S16
    l_start: Long
    l_len: Long
    _pad_sysid: Long
    l_pid: Int
    _pad0: tuple[int, ...] = Array(Long, 4)


class MipsShmidDs32(CStruct):
    """struct shmid64_ds of o32 and n32; the upper halves of times are left out."""

    perm: IpcPerm
    segsz: ULong
    atime: ULong
    dtime: ULong
    ctime: ULong
    cpid: Int
    lpid: Int
    nattch: ULong
    _pad0: tuple[int, ...] = Array(U16, 4)


class MipsMsqidDs32Big(CStruct):
    """struct msqid64_ds of o32 and n32, big-endian: the upper halves of times come first."""

    perm: IpcPerm
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


class MipsTermios(CStruct):
    """struct termios with 23 control characters."""

    c_iflag: UInt
    c_oflag: UInt
    c_cflag: UInt
    c_lflag: UInt
    c_line: U8
    c_cc: bytes = Bytes(23)


class MipsTermios2(MipsTermios):
    """struct termios2 (TCGETS2)."""

    c_ispeed: UInt
    c_ospeed: UInt
