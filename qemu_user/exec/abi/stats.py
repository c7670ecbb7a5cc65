"""Structures and constants of stat, statx and statfs (man 2 stat, statx, statfs)."""

from __future__ import annotations

from .layout import I64, S32, U16, U32, U64, Array, Bytes, CStruct, Int, Long, UInt, ULong


class Stat(CStruct):
    """struct stat of asm-generic; the base that architectures replace by their own."""

    st_dev: ULong
    st_ino: ULong
    st_mode: UInt
    st_nlink: UInt
    st_uid: UInt
    st_gid: UInt
    st_rdev: ULong
    _pad1: ULong
    st_size: Long
    st_blksize: Int
    _pad2: Int
    st_blocks: Long
    st_atime: Long
    st_atime_nsec: ULong
    st_mtime: Long
    st_mtime_nsec: ULong
    st_ctime: Long
    st_ctime_nsec: ULong
    _pad3: tuple[int, ...] = Array(UInt, 2)


GenericStat = Stat


class StatX86_64(CStruct):
    """struct stat with the link count before the mode."""

    st_dev: ULong
    st_ino: ULong
    st_nlink: ULong
    st_mode: UInt
    st_uid: UInt
    st_gid: UInt
    _pad0: UInt
    st_rdev: ULong
    st_size: Long
    st_blksize: Long
    st_blocks: Long
    st_atime: ULong
    st_atime_nsec: ULong
    st_mtime: ULong
    st_mtime_nsec: ULong
    st_ctime: ULong
    st_ctime_nsec: ULong
    _pad1: tuple[int, ...] = Array(Long, 3)


class StatS390x(CStruct):
    """struct stat of s390x, with the sizes of blocks last."""

    st_dev: ULong
    st_ino: ULong
    st_nlink: ULong
    st_mode: UInt
    st_uid: UInt
    st_gid: UInt
    _pad1: UInt
    st_rdev: ULong
    st_size: ULong
    st_atime: ULong
    st_atime_nsec: ULong
    st_mtime: ULong
    st_mtime_nsec: ULong
    st_ctime: ULong
    st_ctime_nsec: ULong
    st_blksize: ULong
    st_blocks: Long
    _pad2: tuple[int, ...] = Array(ULong, 3)


class StatShort(CStruct):
    """struct stat with 16-bit ids, of the oldest 32-bit ABIs."""

    st_dev: ULong
    st_ino: ULong
    st_mode: U16
    st_nlink: U16
    st_uid: U16
    st_gid: U16
    st_rdev: ULong
    st_size: ULong
    st_blksize: ULong
    st_blocks: ULong
    st_atime: ULong
    st_atime_nsec: ULong
    st_mtime: ULong
    st_mtime_nsec: ULong
    st_ctime: ULong
    st_ctime_nsec: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class OldStat(CStruct):
    """struct __old_kernel_stat, the first of them."""

    st_dev: U16
    st_ino: U16
    st_mode: U16
    st_nlink: U16
    st_uid: U16
    st_gid: U16
    st_rdev: U16
    st_size: ULong
    st_atime: ULong
    st_mtime: ULong
    st_ctime: ULong


class Stat64(CStruct):
    """struct stat64 of those ABIs: what stat64(2) and fstatat64(2) fill."""

    st_dev: U64
    _pad0: bytes = Bytes(4)
    st_ino32: ULong
    st_mode: UInt
    st_nlink: UInt
    st_uid: ULong
    st_gid: ULong
    st_rdev: U64
    _pad1: bytes = Bytes(4)
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


class GenericStat64(CStruct):
    """struct stat64 of asm-generic, for newer 32-bit ABIs."""

    st_dev: U64
    st_ino: U64
    st_mode: UInt
    st_nlink: UInt
    st_uid: UInt
    st_gid: UInt
    st_rdev: U64
    _pad1: U64
    st_size: I64
    st_blksize: Int
    _pad2: Int
    st_blocks: I64
    st_atime: Int
    st_atime_nsec: UInt
    st_mtime: Int
    st_mtime_nsec: UInt
    st_ctime: Int
    st_ctime_nsec: UInt
    _pad3: tuple[int, ...] = Array(UInt, 2)


class PpcStat32(CStruct):
    """struct stat of 32-bit PowerPC."""

    st_dev: ULong
    st_ino: ULong
    st_mode: UInt
    st_nlink: U16
    st_uid: UInt
    st_gid: UInt
    st_rdev: ULong
    st_size: Long
    st_blksize: ULong
    st_blocks: ULong
    st_atime: ULong
    st_atime_nsec: ULong
    st_mtime: ULong
    st_mtime_nsec: ULong
    st_ctime: ULong
    st_ctime_nsec: ULong
    _pad0: tuple[int, ...] = Array(ULong, 2)


class PpcStat64(CStruct):
    """struct stat64 of 32-bit PowerPC."""

    st_dev: U64
    st_ino: U64
    st_mode: UInt
    st_nlink: UInt
    st_uid: UInt
    st_gid: UInt
    st_rdev: U64
    _pad0: U16
    st_size: I64
    st_blksize: Int
    st_blocks: I64
    st_atime: Int
    st_atime_nsec: UInt
    st_mtime: Int
    st_mtime_nsec: UInt
    st_ctime: Int
    st_ctime_nsec: UInt
    _pad1: tuple[int, ...] = Array(UInt, 2)


class StatxTimestamp(CStruct):
    """struct statx_timestamp."""

    tv_sec: I64
    tv_nsec: U32
    _pad0: S32


class Statx(CStruct):
    """struct statx (man 2 statx); the same everywhere."""

    stx_mask: U32
    stx_blksize: U32
    stx_attributes: U64
    stx_nlink: U32
    stx_uid: U32
    stx_gid: U32
    stx_mode: U16
    _pad0: U16
    stx_ino: U64
    stx_size: U64
    stx_blocks: U64
    stx_attributes_mask: U64
    stx_atime: StatxTimestamp
    stx_btime: StatxTimestamp
    stx_ctime: StatxTimestamp
    stx_mtime: StatxTimestamp
    stx_rdev_major: U32
    stx_rdev_minor: U32
    stx_dev_major: U32
    stx_dev_minor: U32
    stx_mnt_id: U64
    stx_dio_mem_align: U32
    stx_dio_offset_align: U32
    stx_subvol: U64
    stx_atomic_write_unit_min: U32
    stx_atomic_write_unit_max: U32
    stx_atomic_write_segments_max: U32
    stx_dio_read_offset_align: U32
    _pad1: tuple[int, ...] = Array(U64, 9)


class Fsid(CStruct):
    """__kernel_fsid_t."""

    val: tuple[int, ...] = Array(Int, 2)


class Statfs(CStruct):
    """struct statfs (man 2 statfs)."""

    f_type: Long
    f_bsize: Long
    f_blocks: Long
    f_bfree: Long
    f_bavail: Long
    f_files: Long
    f_ffree: Long
    f_fsid: Fsid
    f_namelen: Long
    f_frsize: Long
    f_flags: Long
    _pad0: tuple[int, ...] = Array(Long, 4)


class StatfsS390x(CStruct):
    """struct statfs of s390x, whose words have 32 bits."""

    f_type: UInt
    f_bsize: UInt
    f_blocks: ULong
    f_bfree: ULong
    f_bavail: ULong
    f_files: ULong
    f_ffree: ULong
    f_fsid: Fsid
    f_namelen: UInt
    f_frsize: UInt
    f_flags: UInt
    _pad0: tuple[int, ...] = Array(UInt, 5)


class Statfs64(CStruct):
    """struct statfs64 of 32-bit ABIs."""

    f_type: Long
    f_bsize: Long
    f_blocks: U64
    f_bfree: U64
    f_bavail: U64
    f_files: U64
    f_ffree: U64
    f_fsid: Fsid
    f_namelen: Long
    f_frsize: Long
    f_flags: Long
    _pad0: tuple[int, ...] = Array(Long, 4)


class PackedStatfs64(Statfs64):
    """struct statfs64 where the kernel packs it."""

    packed = True
    min_align = 4


# man 7 inode
S_IFMT = 0o170000
S_IFSOCK = 0o140000
S_IFLNK = 0o120000
S_IFREG = 0o100000
S_IFBLK = 0o60000
S_IFDIR = 0o40000
S_IFCHR = 0o20000
S_IFIFO = 0o10000
S_ISUID = 0o4000
S_ISGID = 0o2000
S_ISVTX = 0o1000
S_IRWXU = 0o700
S_IRUSR = 0o400
S_IWUSR = 0o200
S_IXUSR = 0o100
S_IRWXG = 0o70
S_IRGRP = 0o40
S_IWGRP = 0o20
S_IXGRP = 0o10
S_IRWXO = 7
S_IROTH = 4
S_IWOTH = 2
S_IXOTH = 1

# man 2 statx
STATX_ALL = 0xFFF
STATX_BASIC_STATS = 0x7FF

STATX_TYPE = 1
STATX_MODE = 2
STATX_NLINK = 4
STATX_UID = 8
STATX_GID = 0x10
STATX_ATIME = 0x20
STATX_MTIME = 0x40
STATX_CTIME = 0x80
STATX_INO = 0x100
STATX_SIZE = 0x200
STATX_BLOCKS = 0x400
STATX_BTIME = 0x800
STATX_MNT_ID = 0x1000
STATX_DIOALIGN = 0x2000
STATX_MNT_ID_UNIQUE = 0x4000
STATX_SUBVOL = 0x8000
STATX_WRITE_ATOMIC = 0x10000
STATX_DIO_READ_ALIGN = 0x20000
STATX_ATTR_COMPRESSED = 4
STATX_ATTR_IMMUTABLE = 0x10
STATX_ATTR_APPEND = 0x20
STATX_ATTR_NODUMP = 0x40
STATX_ATTR_ENCRYPTED = 0x800
STATX_ATTR_AUTOMOUNT = 0x1000
STATX_ATTR_MOUNT_ROOT = 0x2000
STATX_ATTR_VERITY = 0x100000
STATX_ATTR_DAX = 0x200000
STATX_ATTR_WRITE_ATOMIC = 0x400000

# man 2 statfs
ST_RDONLY = 1
ST_NOSUID = 2
ST_NODEV = 4
ST_NOEXEC = 8
ST_SYNCHRONOUS = 0x10
ST_MANDLOCK = 0x40
ST_NOATIME = 0x400
ST_NODIRATIME = 0x800
ST_RELATIME = 0x1000
