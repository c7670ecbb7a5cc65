"""Structures and constants of files, paths and file systems (man 2 open, stat, fcntl)."""

from __future__ import annotations

from .layout import I64, S16, S32, U8, U16, U32, U64, Addr, CStruct, Int, Long, Size, UInt, ULong


class Flock(CStruct):
    """struct flock of fcntl(2) F_SETLK."""

    l_type: S16
    l_whence: S16
    l_start: Long
    l_len: Long
    l_pid: Int


class Flock64(CStruct):
    """struct flock64 of fcntl64(2)."""

    l_type: S16
    l_whence: S16
    l_start: I64
    l_len: I64
    l_pid: Int


class FOwnerEx(CStruct):
    """struct f_owner_ex of F_SETOWN_EX."""

    type_: Int
    pid: Int


class Iovec(CStruct):
    """struct iovec (man 3type iovec)."""

    iov_base: Addr
    iov_len: Size


class Dirent(CStruct):
    """struct linux_dirent of getdents(2) up to d_name; d_type is the record's last byte."""

    packed = True
    d_ino: ULong
    d_off: ULong
    d_reclen: U16


class Dirent64(CStruct):
    """struct linux_dirent64 of getdents64(2) up to d_name."""

    packed = True
    d_ino: U64
    d_off: I64
    d_reclen: U16
    d_type: U8


class OpenHow(CStruct):
    """struct open_how (man 2 openat2)."""

    flags: U64
    mode: U64
    resolve: U64


class FileHandle(CStruct):
    """struct file_handle of name_to_handle_at(2) up to its bytes."""

    handle_bytes: UInt
    handle_type: Int


class InotifyEvent(CStruct):
    """struct inotify_event (man 7 inotify) up to the name."""

    wd: S32
    mask: U32
    cookie: U32
    len: U32


class FileCloneRange(CStruct):
    """struct file_clone_range of FICLONERANGE."""

    src_fd: I64
    src_offset: U64
    src_length: U64
    dest_offset: U64


# man 2 open
O_RDONLY = 0
O_WRONLY = 1
O_RDWR = 2
O_ACCMODE = 3

O_CREAT = 0o100
O_EXCL = 0o200
O_NOCTTY = 0o400
O_TRUNC = 0o1000
O_APPEND = 0o2000
O_NONBLOCK = 0o4000
O_ASYNC = 0o20000
O_DIRECT = 0o40000
O_LARGEFILE = 0o100000
O_NOFOLLOW = 0o400000
O_NOATIME = 0o1000000
O_CLOEXEC = 0o2000000
O_PATH = 0o10000000
O_EMPTYPATH = 0o400000000

O_TMPFILE = 0o20200000
O_SYNC = 0o4010000
O_DSYNC = 0o10000
O_DIRECTORY = 0o200000

# man 2 openat2
RESOLVE_NO_XDEV = 1
RESOLVE_NO_MAGICLINKS = 2
RESOLVE_NO_SYMLINKS = 4
RESOLVE_BENEATH = 8
RESOLVE_IN_ROOT = 0x10
RESOLVE_CACHED = 0x20

# The *at calls
AT_FDCWD = -100
AT_SYMLINK_NOFOLLOW = 0x100
AT_SYMLINK_FOLLOW = 0x400
AT_NO_AUTOMOUNT = 0x800
AT_EMPTY_PATH = 0x1000
AT_STATX_FORCE_SYNC = 0x2000
AT_STATX_DONT_SYNC = 0x4000
AT_RECURSIVE = 0x8000
AT_REMOVEDIR = 0x200
AT_EACCESS = 0x200

# man 2 access
R_OK = 4
W_OK = 2
X_OK = 1
F_OK = 0

# man 2 getdents64
DT_UNKNOWN = 0
DT_FIFO = 1
DT_CHR = 2
DT_DIR = 4
DT_BLK = 6
DT_REG = 8
DT_LNK = 10
DT_SOCK = 12
DT_WHT = 14

# man 2 fcntl
F_DUPFD = 0
F_GETFD = 1
F_SETFD = 2
F_GETFL = 3
F_SETFL = 4
F_GETLK = 5
F_SETLK = 6
F_SETLKW = 7
F_SETOWN = 8
F_GETOWN = 9
F_SETSIG = 10
F_GETSIG = 11
F_GETLK64 = 12
F_SETLK64 = 13
F_SETLKW64 = 14
F_SETOWN_EX = 15
F_GETOWN_EX = 16
F_GETOWNER_UIDS = 17
F_SETLEASE = 1024
F_GETLEASE = 1025
F_NOTIFY = 1026
F_DUPFD_QUERY = 1027
F_CREATED_QUERY = 1028
F_CANCELLK = 1029
F_DUPFD_CLOEXEC = 1030
F_SETPIPE_SZ = 1031
F_GETPIPE_SZ = 1032
F_ADD_SEALS = 1033
F_GET_SEALS = 1034
F_GET_RW_HINT = 1035
F_SET_RW_HINT = 1036
F_GET_FILE_RW_HINT = 1037
F_SET_FILE_RW_HINT = 1038
F_GETDELEG = 1039
F_SETDELEG = 1040

F_OFD_GETLK = 36
F_OFD_SETLK = 37
F_OFD_SETLKW = 38
F_OWNER_TID = 0
F_OWNER_PID = 1
F_OWNER_PGRP = 2
FD_CLOEXEC = 1
F_RDLCK = 0
F_WRLCK = 1
F_UNLCK = 2
F_EXLCK = 4
F_SHLCK = 8
F_SEAL_SEAL = 1
F_SEAL_SHRINK = 2
F_SEAL_GROW = 4
F_SEAL_WRITE = 8
F_SEAL_FUTURE_WRITE = 0x10
F_SEAL_EXEC = 0x20

# man 2 flock
LOCK_SH = 1
LOCK_EX = 2
LOCK_NB = 4
LOCK_UN = 8
LOCK_MAND = 32
LOCK_READ = 64
LOCK_WRITE = 128
LOCK_RW = 192

# man 2 lseek
SEEK_SET = 0
SEEK_CUR = 1
SEEK_END = 2
SEEK_DATA = 3
SEEK_HOLE = 4

# man 2 renameat2
RENAME_NOREPLACE = 1
RENAME_EXCHANGE = 2
RENAME_WHITEOUT = 4

# man 2 fallocate
FALLOC_FL_KEEP_SIZE = 1
FALLOC_FL_PUNCH_HOLE = 2
FALLOC_FL_NO_HIDE_STALE = 4
FALLOC_FL_COLLAPSE_RANGE = 8
FALLOC_FL_ZERO_RANGE = 0x10
FALLOC_FL_INSERT_RANGE = 0x20
FALLOC_FL_UNSHARE_RANGE = 0x40
FALLOC_FL_WRITE_ZEROES = 0x80

# man 2 posix_fadvise
POSIX_FADV_NORMAL = 0
POSIX_FADV_RANDOM = 1
POSIX_FADV_SEQUENTIAL = 2
POSIX_FADV_WILLNEED = 3
POSIX_FADV_DONTNEED = 4
POSIX_FADV_NOREUSE = 5

# man 2 preadv2
RWF_HIPRI = 1
RWF_DSYNC = 2
RWF_SYNC = 4
RWF_NOWAIT = 8
RWF_APPEND = 16
RWF_NOAPPEND = 32
RWF_ATOMIC = 64
RWF_DONTCACHE = 128
RWF_NOSIGNAL = 256

# man 2 splice
SPLICE_F_MOVE = 1
SPLICE_F_NONBLOCK = 2
SPLICE_F_MORE = 4
SPLICE_F_GIFT = 8

# man 2 sync_file_range
SYNC_FILE_RANGE_WAIT_BEFORE = 1
SYNC_FILE_RANGE_WRITE = 2
SYNC_FILE_RANGE_WAIT_AFTER = 4

# man 2 setxattr
XATTR_CREATE = 1
XATTR_REPLACE = 2

# man 2 close_range
CLOSE_RANGE_UNSHARE = 2
CLOSE_RANGE_CLOEXEC = 4

# man 2 eventfd
EFD_SEMAPHORE = 1
EFD_CLOEXEC = 0x80000
EFD_NONBLOCK = 0x800

# man 2 memfd_create
MFD_CLOEXEC = 1
MFD_ALLOW_SEALING = 2
MFD_HUGETLB = 4
MFD_NOEXEC_SEAL = 8
MFD_EXEC = 0x10

# man 7 inotify
IN_ACCESS = 1
IN_MODIFY = 2
IN_ATTRIB = 4
IN_CLOSE_WRITE = 8
IN_CLOSE_NOWRITE = 0x10
IN_OPEN = 0x20
IN_MOVED_FROM = 0x40
IN_MOVED_TO = 0x80
IN_CREATE = 0x100
IN_DELETE = 0x200
IN_DELETE_SELF = 0x400
IN_MOVE_SELF = 0x800
IN_UNMOUNT = 0x2000
IN_Q_OVERFLOW = 0x4000
IN_IGNORED = 0x8000
IN_CLOSE = 0x18
IN_MOVE = 0xC0
IN_ONLYDIR = 0x1000000
IN_DONT_FOLLOW = 0x2000000
IN_EXCL_UNLINK = 0x4000000
IN_MASK_CREATE = 0x10000000
IN_MASK_ADD = 0x20000000
IN_ISDIR = 0x40000000
IN_ONESHOT = 0x80000000
IN_CLOEXEC = 0x80000
IN_NONBLOCK = 0x800

# limits.h
NAME_MAX = 255
PATH_MAX = 4096
