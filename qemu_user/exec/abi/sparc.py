"""Structures that SPARC has its own versions of, of 64 bits and (32) of 32."""

from __future__ import annotations

from .layout import I64, S16, U8, U16, U32, U64, Array, Bytes, CStruct, Int, Long, UInt, ULong


class SparcTermios(CStruct):
    """struct termios with 17 control characters."""

    c_iflag: UInt
    c_oflag: UInt
    c_cflag: UInt
    c_lflag: UInt
    c_line: U8
    c_cc: bytes = Bytes(17)


class SparcIpcPerm(CStruct):
    """struct ipc64_perm."""

    key: Int
    uid: U32
    gid: U32
    cuid: U32
    cgid: U32
    mode: U32
    _pad0: U16
    seq: U16
    _pad1: tuple[int, ...] = Array(U64, 2)


class SparcSemidDs(CStruct):
    """struct semid64_ds."""

    perm: SparcIpcPerm
    otime: Long
    ctime: Long
    nsems: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class SparcShmidDs(CStruct):
    """struct shmid64_ds."""

    perm: SparcIpcPerm
    atime: Long
    dtime: Long
    ctime: Long
    segsz: ULong
    cpid: Int
    lpid: Int
    nattch: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class SparcMsqidDs(CStruct):
    """struct msqid64_ds."""

    perm: SparcIpcPerm
    stime: Long
    rtime: Long
    ctime: Long
    cbytes: ULong
    qnum: ULong
    qbytes: ULong
    lspid: Int
    lrpid: Int
    _pad0: tuple[int, ...] = Array(ULong, 2)


class SparcIpcPerm32(CStruct):
    """struct ipc64_perm of 32 bits."""

    key: Int
    uid: U32
    gid: U32
    cuid: U32
    cgid: U32
    _pad0: U16
    mode: U16
    _pad1: U16
    seq: U16
    _pad2: tuple[int, ...] = Array(U64, 2)


class SparcSemidDs32(CStruct):
    """struct semid64_ds of 32 bits."""

    perm: SparcIpcPerm32
    _pad_otime: ULong
    otime: ULong
    _pad_ctime: ULong
    ctime: ULong
    nsems: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class SparcShmidDs32(CStruct):
    """struct shmid64_ds of 32 bits."""

    perm: SparcIpcPerm32
    _pad_atime: ULong
    atime: ULong
    _pad_dtime: ULong
    dtime: ULong
    _pad_ctime: ULong
    ctime: ULong
    segsz: ULong
    cpid: Int
    lpid: Int
    nattch: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class SparcMsqidDs32(CStruct):
    """struct msqid64_ds of 32 bits."""

    perm: SparcIpcPerm32
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


class SparcFlock(CStruct):
    """struct flock of 32 bits."""

    l_type: S16
    l_whence: S16
    l_start: Long
    l_len: Long
    l_pid: Int
    _pad0: S16


class SparcStat32(CStruct):
    """struct stat of 32 bits, with 16-bit devices."""

    st_dev: U16
    st_ino: ULong
    st_mode: U16
    st_nlink: U16
    st_uid: U16
    st_gid: U16
    st_rdev: U16
    st_size: Long
    st_atime: ULong
    st_atime_nsec: ULong
    st_mtime: ULong
    st_mtime_nsec: ULong
    st_ctime: ULong
    st_ctime_nsec: ULong
    st_blksize: Long
    st_blocks: Long
    _pad0: tuple[int, ...] = Array(ULong, 2)


class SparcStat64(CStruct):
    """struct stat64 of 32 bits."""

    st_dev: U64
    st_ino: U64
    st_mode: UInt
    st_nlink: UInt
    st_uid: U32
    st_gid: U32
    st_rdev: U64
    _pad0: bytes = Bytes(8)
    st_size: I64
    st_blksize: UInt
    _pad1: bytes = Bytes(8)
    st_blocks: UInt
    st_atime: UInt
    st_atime_nsec: UInt
    st_mtime: UInt
    st_mtime_nsec: UInt
    st_ctime: UInt
    st_ctime_nsec: UInt
    _pad2: tuple[int, ...] = Array(UInt, 2)
