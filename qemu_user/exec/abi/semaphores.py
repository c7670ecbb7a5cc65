"""Structures of System V semaphores that architectures differ in (man 2 semctl)."""

from __future__ import annotations

from .layout import U16, U32, U64, Array, CStruct, Int, Long, ULong


class IpcPerm(CStruct):
    """struct ipc64_perm (man 5 ipc)."""

    key: Int
    uid: U32
    gid: U32
    cuid: U32
    cgid: U32
    mode: U32
    seq: U16
    _pad0: U16
    _pad1: tuple[int, ...] = Array(ULong, 2)


class ShortIpcPerm(CStruct):
    """struct ipc64_perm where a mode has 16 bits."""

    key: Int
    uid: U32
    gid: U32
    cuid: U32
    cgid: U32
    mode: U16
    _pad0: U16
    seq: U16
    _pad1: U16
    _pad2: tuple[int, ...] = Array(ULong, 2)


class PpcIpcPerm(CStruct):
    """struct ipc64_perm of PowerPC."""

    key: Int
    uid: U32
    gid: U32
    cuid: U32
    cgid: U32
    mode: U32
    seq: U32
    _pad0: U32
    _pad1: tuple[int, ...] = Array(U64, 2)


class PpcSemidDs(CStruct):
    """struct semid64_ds of 64-bit PowerPC."""

    perm: PpcIpcPerm
    otime: Long
    ctime: Long
    nsems: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class PpcSemidDs32(CStruct):
    """struct semid64_ds of 32-bit PowerPC."""

    perm: PpcIpcPerm
    _pad_otime: ULong
    otime: ULong
    _pad_ctime: ULong
    ctime: ULong
    nsems: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class SemidDs(CStruct):
    """struct semid64_ds (man 2 semctl)."""

    perm: IpcPerm
    otime: Long
    ctime: Long
    nsems: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class SemidDs32(CStruct):
    """struct semid64_ds of 32-bit machines; the high halves of times are left out."""

    perm: ShortIpcPerm
    otime: ULong
    _pad0: ULong
    ctime: ULong
    _pad1: ULong
    nsems: ULong
    _pad2: tuple[int, ...] = Array(ULong, 2)


class X86SemidDs(CStruct):
    """struct semid64_ds of x86, with room after the times."""

    perm: IpcPerm
    otime: Long
    _pad0: ULong
    ctime: Long
    _pad1: ULong
    nsems: ULong
    _pad2: tuple[int, ...] = Array(ULong, 2)
