"""Layouts of struct stat that one architecture alone has (man 2 stat)."""

from __future__ import annotations

from .layout import I64, U16, U64, Array, Bytes, CStruct, UInt, ULong


class StatM68k(CStruct):
    """struct stat of m68k, with 16-bit devices."""

    st_dev: U16
    _pad1: U16
    st_ino: ULong
    st_mode: U16
    st_nlink: U16
    st_uid: U16
    st_gid: U16
    st_rdev: U16
    _pad2: U16
    st_size: ULong
    st_blksize: ULong
    st_blocks: ULong
    st_atime: ULong
    st_atime_nsec: ULong
    st_mtime: ULong
    st_mtime_nsec: ULong
    st_ctime: ULong
    st_ctime_nsec: ULong
    _pad3: tuple[int, ...] = Array(ULong, 2)


class Stat64M68k(CStruct):
    """struct stat64 of m68k, with less padding."""

    st_dev: U64
    _pad1: bytes = Bytes(2)
    st_ino32: ULong
    st_mode: UInt
    st_nlink: UInt
    st_uid: ULong
    st_gid: ULong
    st_rdev: U64
    _pad3: bytes = Bytes(2)
    st_size: I64
    st_blksize: ULong
    st_blocks: U64
    st_atime: ULong
    st_atime_nsec: ULong
    st_mtime: ULong
    st_mtime_nsec: ULong
    st_ctime: ULong
    st_ctime_nsec: ULong
    st_ino: U64
