"""Structures that 64-bit SPARC has its own versions of."""

from __future__ import annotations

from .layout import U8, U16, U32, U64, Array, Bytes, CStruct, Int, Long, UInt, ULong


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
